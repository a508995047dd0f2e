"""A model behind an OpenAI-compatible server, switched on by its address; the platform's own client asks it."""

from typing import Final

from pydantic import ConfigDict, SecretStr, ValidationError

from ..._platform import PilotError
from ..._platform.llm.section import EndpointSection
from ..._platform.settings import PlatformSettings

PROVIDES: Final = "model"
SETTING: Final = "PILOT_INTEGRATIONS__LLM_OPENAI__URL"


class Options(EndpointSection):
    """The integration's own options, from `config/integrations/llm_openai.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    model: str = "local"
    key: SecretStr | None = None


def build(settings: PlatformSettings) -> EndpointSection:
    """Return the endpoint of the settings."""
    integration = settings.integrations["llm_openai"]
    url = integration.url.get_secret_value() if integration.url else ""
    if not url.startswith(("http://", "https://")):
        raise PilotError(f"The model is enabled but has no address: set {SETTING}=http://host:8080/v1.")
    try:
        return Options.model_validate({**(integration.model_extra or {}), "url": url})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise PilotError(f"config/integrations/llm_openai.toml is wrong: {problems}. Put it right.") from error
