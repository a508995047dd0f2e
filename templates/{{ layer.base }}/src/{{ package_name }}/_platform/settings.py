"""Settings of a pilot: one place, read from files and the environment, checked before anything runs."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from . import PilotError
from .capabilities import capabilities
from .case import CaseSettings
from .manifest import PACKAGE, Manifest, problems, read_manifest
from .section import Section
from .sections import (
    DatabaseSettings,
    EvidenceSettings,
    FeedbackSettings,
    ForgetSettings,
    IntegrationSettings,
    LogSettings,
    QuerySettings,
    SwitchSettings,
    TableSettings,
    TracingSettings,
    TrackingSettings,
)

__all__ = [
    "DatabaseSettings",
    "EvidenceSettings",
    "FeedbackSettings",
    "ForgetSettings",
    "IntegrationSettings",
    "LogSettings",
    "PlatformPart",
    "PlatformSettings",
    "QuerySettings",
    "Section",
    "SwitchSettings",
    "TableSettings",
    "TracingSettings",
    "TrackingSettings",
    "find_root",
]

TableName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]


class PlatformSettings(BaseSettings):
    """Base of the pilot's `Settings`. Load it with `Settings.load()`.

    Later wins: `config/default.toml`, `config/integrations/*.toml`, `config/<PILOT_PROFILE>/*.toml`,
    `config/<PILOT_PROFILE>.toml`, `config/local.toml` (never committed), files of the folder that `PILOT_SECRETS`
    names, environment variables such as `PILOT_DATABASE__URL`, arguments. A file is named as its variable would be.
    """

    model_config = SettingsConfigDict(
        env_prefix="PILOT_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    root: Path
    role: str = "pilot"
    seed: int = 20240229
    database: DatabaseSettings = DatabaseSettings()
    tracking: TrackingSettings = TrackingSettings()
    tracing: TracingSettings = TracingSettings()
    log: LogSettings = LogSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    switch: SwitchSettings = SwitchSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    forget: ForgetSettings = ForgetSettings()
    integrations: dict[str, IntegrationSettings] = {}
    case: CaseSettings | None = None
    tables: dict[TableName, TableSettings] = {}
    query: QuerySettings = QuerySettings()

    @model_validator(mode="before")
    @classmethod
    def _leave_to_layers(cls, data: object) -> object:
        """Leave the tables of layers to those settings that have them."""
        if not isinstance(data, dict):
            return data
        others = _of_layers() - set(cls.model_fields)
        return {name: value for name, value in data.items() if name not in others}

    @classmethod
    def load(cls, root: Path | None = None) -> Self:
        """Read all sources; every mistake is reported at once, in one PilotError."""
        place = find_root(root)
        unknown = [f"{name}: there is no such setting." for name in cls._unknown_variables()]
        try:
            found = cls(root=place)
        except ValidationError as error:
            raise PilotError(_wrong([*unknown, problems(error), *_to_draft(error)])) from error
        except (SettingsError, ValueError, OSError) as error:
            raise PilotError(f"The settings cannot be read: {error}. Put the PILOT_… variables right.") from error
        if unknown:
            raise PilotError(_wrong(unknown))
        return found

    @classmethod
    def _unknown_variables(cls) -> list[str]:
        """Find misspelt variables: PILOT_SWITCH_MODEL=false would leave the model on without a word."""
        if cls.model_config.get("extra") != "forbid":
            return []
        names = {*cls.model_fields, *_of_layers(), "profile", "secrets"}
        known = {f"PILOT_{name}".upper() for name in names}
        folder = _secrets()
        files = {path.name for path in folder.iterdir()} if folder else set()
        ours = sorted(name for name in {*os.environ, *files} if name.upper().startswith("PILOT_"))
        return [name for name in ours if name.upper().split("__")[0] not in known and not _is_for_tests(name)]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings gives these names
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the TOML files below the environment, and files with secrets between them."""
        config, folder = find_root(init_settings().get("root")) / "config", _secrets()
        below = TomlConfigSettingsSource(settings_cls, _toml_files(config), deep_merge=True)
        if folder is None:
            return init_settings, env_settings, below
        return init_settings, env_settings, NestedSecretsSettingsSource(file_secret_settings, secrets_dir=folder), below

    @property
    def var(self) -> Path:
        """The one folder that the pilot writes to; git ignores it."""
        return self.root / "var"

    @property
    def database_url(self) -> str:
        """The address of the embedded database."""
        url = self.database.url
        return url.get_secret_value() if url else f"sqlite:///{self.var / 'pilot.db'}"

    @property
    def distribution(self) -> str:
        """The name of the console command, of the model and of the metrics' label."""
        return PACKAGE.replace("_", "-")

    @property
    def contracted_tables(self) -> Mapping[str, TableSettings]:
        """Every table under a contract, by the name that queries use.

        That is `[tables.NAME]`, and each section of the pilot's own settings with a path and a contract: `[ledger]`.
        """
        own = {name: getattr(self, name) for name in type(self).model_fields}
        named = {
            name: TableSettings.like(section)
            for name, section in own.items()
            if isinstance(section, Section) and hasattr(section, "contract") and hasattr(section, "path")
        }
        return {**named, **self.tables}

    @cached_property
    def manifest(self) -> Manifest:
        """What `pilot.yml` says."""
        return read_manifest(self.root)


class PlatformPart(PlatformSettings):
    """The platform's settings alone, for commands that must work whatever the pilot's own settings are."""

    model_config = SettingsConfigDict(extra="ignore")


def _of_layers() -> set[str]:
    """Name the tables that layers read for themselves."""
    return {name for each in capabilities() for name in each.settings}


def find_root(given: object = None) -> Path:
    """Return the repository: as given, from PILOT_ROOT, or the next folder upwards that holds `pilot.yml`."""
    named = given or os.environ.get("PILOT_ROOT")
    if named:
        root = Path(str(named)).resolve()
        if not (root / "pilot.yml").is_file():
            raise PilotError(f"There is no pilot.yml in {root}: set PILOT_ROOT to the pilot's repository.")
        return root
    here = Path.cwd()
    for folder in (here, *here.parents, *Path(__file__).resolve().parents):
        if (folder / "pilot.yml").is_file():
            return folder
    raise PilotError(f"No pilot.yml in {here} or above it: change into the pilot's repository, or set PILOT_ROOT.")


def _toml_files(config: Path) -> list[Path]:
    profile = os.environ.get("PILOT_PROFILE")
    chosen = [config / f"{profile}.toml"] if profile else []
    if chosen and not chosen[0].is_file():
        raise PilotError(f"PILOT_PROFILE is {profile}, but there is no {chosen[0]}: write it, or unset PILOT_PROFILE.")
    folders = ["integrations", profile] if profile else ["integrations"]
    parts = [path for folder in folders for path in sorted((config / folder).glob("*.toml"))]
    files = [config / "default.toml", *parts, *chosen, config / "local.toml"]
    for path in files:
        _check_toml(path)
    return files


def _check_toml(path: Path) -> None:
    """Name the file that is wrong; a missing one is none."""
    try:
        if path.exists():
            tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise PilotError(f"{path} cannot be read: {error}. Put it right.") from error


def _secrets() -> Path | None:
    """Return the folder with one file for each secret, as container platforms and systemd mount them."""
    named = os.environ.get("PILOT_SECRETS")
    if not named:
        return None
    if not Path(named).is_dir():
        raise PilotError(f"PILOT_SECRETS is {named}, which is no folder: mount it, or unset PILOT_SECRETS.")
    return Path(named)


def _is_for_tests(name: str) -> bool:
    return name.upper().startswith("PILOT_TEST_")


def _to_draft(error: ValidationError) -> Iterator[str]:
    """Say what writes a whole table of settings that is not there yet: it is the team's, and comes with its data."""
    places = [item["loc"] for item in error.errors(include_input=False) if item["type"] == "missing"]
    absent = ", ".join(f"[{place[0]}]" for place in places if len(place) == 1)
    if absent:
        yield f"The command `own-data FILE` drafts {absent} from a table of yours."


def _wrong(problems: list[str]) -> str:
    return f"The settings are wrong. {' '.join(problems)} See config/ and PILOT_… variables."
