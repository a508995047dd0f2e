"""The tables of the settings that the platform knows: each one subject, checked where it is read."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from .section import Section


class DatabaseSettings(Section):
    """Where the pilot writes back; without an address a SQLite file below `var/`."""

    url: SecretStr | None = None


class TrackingSettings(Section):
    """Where MLflow keeps runs; without an address a SQLite file below `var/`."""

    uri: str | None = None
    experiment: str | None = None


class TracingSettings(Section):
    """OpenTelemetry traces, off until an endpoint listens."""

    enabled: bool = False
    endpoint: str = "http://127.0.0.1:4318/v1/traces"
    sample_ratio: float = Field(default=1.0, ge=0, le=1)


class LogSettings(Section):
    """Where structured logs go: a file of the day for a laptop, standard error for a container."""

    to: Literal["file", "stderr"] = "file"
    level: Literal["debug", "info", "warning", "error"] = "info"


class EvidenceSettings(Section):
    """Where evidence on KPIs is kept: in the repository, to be committed, or below `var/`, as a mere check does."""

    to: Literal["repository", "var"] = "repository"


class SwitchSettings(Section):
    """The kill switch as configuration: false puts the rule in the model's place everywhere it is deployed."""

    model: bool = True


class FeedbackSettings(Section):
    """The secret that makes users' names pseudonyms; without one a key is kept below `var/`."""

    key: SecretStr | None = None


class ForgetSettings(Section):
    """Where backups lie that `forget` deletes, and for how long they stay: as long as data, where nothing is said."""

    backups: str | None = None
    backup_days: int | None = Field(default=None, ge=1)


class IntegrationSettings(BaseModel):
    """What any integration has; its own options are extra keys, which its adapter checks."""

    model_config = ConfigDict(extra="allow", frozen=True)
    enabled: bool | None = None
    url: SecretStr | None = None

    @property
    def on(self) -> bool:
        """Whether to use it: an address is enough, and `enabled` overrules."""
        has_url = self.url is not None and bool(self.url.get_secret_value())
        return has_url if self.enabled is None else self.enabled


class TableSettings(Section):
    """A table of the pilot's case and the contract that it comes in under: a file, or one behind an SQL integration."""

    contract: str
    path: str | None = None
    integration: str | None = None
    relation: str | None = None
    separator: str = ","
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    names: tuple[str, ...] = ()
    sheet: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        behind = self.integration is not None and self.relation is not None
        if (self.path is None) != behind or (self.path is not None and (self.integration or self.relation)):
            message = "name either path, or integration and relation"
            raise ValueError(message)
        return self

    @classmethod
    def like(cls, section: Section) -> Self:
        """Read off another section what it says about where its table is and how that is written."""
        return cls.model_validate({name: getattr(section, name) for name in cls.model_fields if hasattr(section, name)})


class QuerySettings(Section):
    """What a query on the contracted tables may take, so that a runaway one is stopped and not the machine."""

    timeout_seconds: float = Field(default=120, gt=0)
    memory_megabytes: int = Field(default=1024, ge=64)
    disk_megabytes: int = Field(default=10_240, ge=64)
    threads: int | None = Field(default=None, ge=1)
