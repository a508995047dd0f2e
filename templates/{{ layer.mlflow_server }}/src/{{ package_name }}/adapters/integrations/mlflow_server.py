"""A shared MLflow server behind the tracking port."""

import os
from typing import Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from ..._platform import PilotError, TrackingServer
from ..._platform.settings import PlatformSettings

PROVIDES: Final = "tracking"
SETTING: Final = "PILOT_INTEGRATIONS__MLFLOW_SERVER__URL"


class Options(BaseModel):
    """The integration's own options, from `config/integrations/mlflow_server.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    timeout_seconds: int = Field(default=10, ge=1)
    token: SecretStr | None = None


class MlflowServer:
    """TrackingServer at an address; it decides itself where artifacts are kept."""

    def __init__(self, uri: str, options: Options) -> None:
        self._uri = uri.rstrip("/")
        self._options = options

    @property
    def uri(self) -> str:
        """The address of the server."""
        return self._uri

    @property
    def artifact_location(self) -> str | None:
        """None: the server's own place."""
        return None

    def prepare(self) -> None:
        """Ask whether it is there, before MLflow repeats itself for minutes."""
        os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = str(self._options.timeout_seconds)
        os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "2"
        if self._options.token:
            os.environ["MLFLOW_TRACKING_TOKEN"] = self._options.token.get_secret_value()
        try:
            # The scheme was checked to be http or https.
            with urlopen(Request(f"{self._uri}/health"), timeout=self._options.timeout_seconds):  # noqa: S310
                return
        except (URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise PilotError(
                f"The MLflow server {self._uri} does not answer: {reason}. Check that it runs, and {SETTING}."
            ) from error


def build(settings: PlatformSettings) -> TrackingServer:
    """Return the server of the settings."""
    integration = settings.integrations["mlflow_server"]
    url = integration.url.get_secret_value() if integration.url else ""
    if urlsplit(url).scheme not in ("http", "https"):
        raise PilotError(f"The MLflow server is enabled but has no address: set {SETTING}=https://host.")
    try:
        return MlflowServer(url, Options.model_validate(integration.model_extra or {}))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise PilotError(f"config/integrations/mlflow_server.toml is wrong: {problems}. Put it right.") from error
