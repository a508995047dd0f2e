"""The `[web]` of the settings: where the pilot listens, who may ask, and how much at once."""

from ipaddress import ip_address
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from ..section import Section
from ..settings import PlatformPart


class OidcSection(Section):
    """Whose bearer tokens are believed: the organisation's issuer, found by its discovery document."""

    issuer: str = ""
    audience: str = ""
    scope_claim: str = "scope"
    name_claim: str = "sub"
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    leeway_seconds: int = Field(default=30, ge=0, le=300)


class WebSection(Section):
    """How requests are answered; limits are there to keep the latency of those that are let in."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    sign_in: Literal["keys", "oidc", "none"] = "keys"
    oidc: OidcSection = OidcSection()
    pepper: SecretStr | None = None  # mixed into what is kept of a key, where the database is not trusted alone
    body_bytes: int = Field(default=1_000_000, ge=1)
    body_seconds: float = Field(default=10, gt=0)  # for a caller to send a request
    answer_seconds: float = Field(default=5, gt=0)  # for the pilot to begin its answer
    at_once: int = Field(default=4, ge=1)  # requests that are worked on
    waiting: int = Field(default=16, ge=0)  # requests that wait for that; one more is refused
    wait_seconds: float = Field(default=0.1, gt=0)  # below the objective of `operation.answers`, or all are late
    connections: int = Field(default=1000, ge=1)
    per_minute: int = Field(default=600, ge=1)  # of one caller
    burst: int = Field(default=60, ge=1)
    idempotency_hours: float = Field(default=24, gt=0)
    drain_seconds: int = Field(default=20, ge=0)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.sign_in == "none" and not _is_loopback(self.host):
            message = 'sign_in = "none" is for this machine only: set host to 127.0.0.1, or sign_in to keys or oidc'
            raise ValueError(message)
        if self.sign_in == "oidc" and not (self.oidc.issuer and self.oidc.audience):
            message = 'sign_in = "oidc" needs oidc.issuer and oidc.audience'
            raise ValueError(message)
        return self


class WebSettings(PlatformPart):
    """The platform's settings with `[web]`, for whatever serves."""

    web: WebSection = WebSection()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
