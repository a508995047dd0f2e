"""Traces to whatever takes OTLP over HTTP: a collector, or an MLflow server."""

from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from ..._platform import PilotError, TraceTarget
from ..._platform.settings import PlatformSettings

PROVIDES: Final = "traces"
SETTING: Final = "PILOT_INTEGRATIONS__OTLP__URL"
PLACE: Final = "/v1/traces"  # OTLP over HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp-request


class Options(BaseModel):
    """The integration's own options, from `config/integrations/otlp.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    headers: dict[str, SecretStr] = {}


def build(settings: PlatformSettings) -> TraceTarget:
    """Return where the settings send traces."""
    integration = settings.integrations["otlp"]
    url = integration.url.get_secret_value() if integration.url else ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PilotError(f"Traces are switched on but have no address: set {SETTING}=https://host:4318.")
    try:
        options = Options.model_validate(integration.model_extra or {})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise PilotError(f"config/integrations/otlp.toml is wrong: {problems}. Put it right.") from error
    endpoint = url if parts.path.strip("/") else f"{url.rstrip('/')}{PLACE}"
    return TraceTarget(endpoint, {name: value.get_secret_value() for name, value in options.headers.items()})
