"""Obeys the organisation's policies at run time: which systems may see the data, how long traces stay."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from . import PilotError
from .rules.policies import Named, find_refusals, names_in
from .settings import PlatformSettings
from .yaml_text import load_yaml

FILE: Final = Path(__file__).with_name("organisation.yml")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(_Part):
    """Which hosts may hold or see data; in a part that narrows, a missing list narrows nothing."""

    hosts: tuple[str, ...] | None = None


class Retention(_Part):
    """How long what the pilot writes is kept."""

    logs_days: int = 184
    quarantine_days: int = 30


class Policies(_Part):
    """The part of the organisation's policies that the platform reads itself, and the whole for the rule book."""

    contact: str
    data: dict[str, Place]
    retention: Retention = Retention()
    document: dict[str, object]


@lru_cache(maxsize=1)
def read_policies() -> Policies:
    """Read the policies that came with the pilot."""
    try:
        found = load_yaml(FILE.read_text(encoding="utf-8"))
        return Policies.model_validate({**found, "document": found})
    except (OSError, TypeError, yaml.YAMLError, ValidationError) as error:
        raise PilotError(
            f"The organisation's policies in {FILE} cannot be read: restore that file from git."
        ) from error


def check_endpoint(settings: PlatformSettings, address: str, setting: str) -> None:
    """Refuse an address whose host the policies do not list for the pilot; this machine is always allowed."""
    _refuse(settings, names_in({setting: address}))


def check_settings(settings: PlatformSettings) -> None:
    """Refuse a host, provider or model in the team's own settings that no policy lists.

    The platform checks its own settings when they are in use.
    """
    team = {name: value for name, value in settings if name not in PlatformSettings.model_fields}
    _refuse(settings, names_in({name: _plain(value) for name, value in team.items()}))


def check_options(settings: PlatformSettings, part: BaseModel, setting: str) -> None:
    """Refuse what the options of a part that is in use name and no policy lists."""
    _refuse(settings, names_in({setting: _plain(part)}))


def _refuse(settings: PlatformSettings, named: Iterable[Named]) -> None:
    """Hold names against each policy that applies: data class, risk class, stage."""
    named = tuple(named)
    if not named:
        return
    policies, manifest = read_policies(), settings.manifest.model_dump(by_alias=True)
    refused = next(find_refusals(policies.document, manifest, named), None)
    if refused is not None:
        raise PilotError(
            f"{refused}: use one that is listed, or ask {policies.contact} to change "
            f"{refused.policy}.{refused.named.kind} in policies.yml."
        )


def _plain(value: object) -> object:
    """Write settings as their files have them: tables, lists and texts, secrets included."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, (Mapping, BaseModel)):
        return {name: _plain(item) for name, item in (value.items() if isinstance(value, Mapping) else value)}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
