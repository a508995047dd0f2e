"""Obeys the organisation's policies at run time: which systems may see the data, how long traces stay."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from . import PilotError
from .settings import PlatformSettings

FILE: Final = Path(__file__).with_name("organisation.yml")
HERE: Final = ("localhost", "127.0.0.1", "::1")
REMOTE_WORDS: Final = ("databricks", "uc")  # what MLflow takes instead of an address
IPV6: Final = re.compile(r"\[(.*?)\].*")


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
    """The part of the organisation's policies that a running pilot obeys."""

    contact: str
    data: dict[str, Place]
    risk: dict[str, Place] = {}
    stages: dict[str, Place] = {}
    retention: Retention = Retention()


@lru_cache(maxsize=1)
def read_policies() -> Policies:
    """Read the policies that came with the pilot."""
    try:
        return Policies.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise PilotError(
            f"The organisation's policies in {FILE} cannot be read: restore that file from git."
        ) from error


def check_endpoint(settings: PlatformSettings, address: str, setting: str) -> None:
    """Refuse an address whose host the policies do not list for the pilot; this machine is always allowed."""
    for host in hosts_of(address):
        if host not in HERE:
            _check(settings, host, setting)


def check_settings(settings: PlatformSettings) -> None:
    """Refuse an address in the team's own settings that no policy lists; the platform checks its own when in use."""
    for name, value in settings:
        if name not in PlatformSettings.model_fields:
            for setting, address in _addresses(value, name):
                check_endpoint(settings, address, setting)


def _addresses(value: object, setting: str) -> Iterator[tuple[str, str]]:
    """Find every address with a scheme, at any depth."""
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(plain, str) and "://" in plain:
        yield setting, plain
    elif isinstance(plain, (dict, BaseModel)):
        for name, item in plain.items() if isinstance(plain, dict) else plain:
            yield from _addresses(item, f"{setting}.{name}")
    elif isinstance(plain, (list, tuple)):
        for item in plain:
            yield from _addresses(item, setting)


def _check(settings: PlatformSettings, host: str, setting: str) -> None:
    """Hold a host against each policy that applies: data class, risk class, stage."""
    policies, manifest = read_policies(), settings.manifest
    classification = manifest.data.classification
    parts = {
        f"data.{classification}": policies.data.get(classification, Place()),
        f"risk.{manifest.ai_act.risk}": policies.risk.get(manifest.ai_act.risk),
        f"stages.{manifest.stage}": policies.stages.get(manifest.stage),
    }
    for policy, place in parts.items():
        listed = place.hosts if place else None
        allowed: tuple[str, ...] | None = () if listed is None and policy.startswith("data.") else listed
        if allowed is not None and not any(fnmatch(host, pattern) for pattern in allowed):
            raise PilotError(
                f"{setting} names {host}, which the organisation's policy {policy} does not list (it lists "
                f"{', '.join(allowed) or 'nothing but this machine'}): use one that is listed, or ask "
                f"{policies.contact} to change {policy}.hosts in policies.yml."
            )


def hosts_of(address: str) -> tuple[str, ...]:
    """Return every host that an address names, also the ones that a PostgreSQL driver reads from its parameters."""
    if "://" not in address:
        return (address.split(":", maxsplit=1)[0].lower(),) if address.startswith(REMOTE_WORDS) else ()
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    named = [IPV6.sub(r"\1", piece) if piece.startswith("[") else piece.split(":")[0] for piece in place.split(",")]
    options = parse_qs(parts.query)
    named += [host for key in ("host", "hostaddr") for value in options.get(key, []) for host in value.split(",")]
    return tuple(
        host.split(":")[0].lower() if host.count(":") == 1 else host.lower() for host in named if _is_remote(host)
    )


def _is_remote(host: str) -> bool:
    """Tell a host from the folder of a local socket."""
    return bool(host) and not host.startswith("/")
