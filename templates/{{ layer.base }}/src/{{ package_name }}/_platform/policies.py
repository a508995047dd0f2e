"""Obeys the organisation's policies at run time: which systems may see the data, and how long traces of runs stay."""

import re
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from time import time
from typing import Final
from urllib.parse import parse_qs, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import PilotError
from .settings import PlatformSettings

FILE: Final = Path(__file__).with_name("policies.yml")
HERE: Final = ("localhost", "127.0.0.1", "::1")
REMOTE_WORDS: Final = ("databricks", "uc")  # what MLflow takes instead of an address
IPV6: Final = re.compile(r"\[(.*?)\].*")
DAY: Final = 86400


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(_Part):
    """The hosts that may hold or see data of a class."""

    hosts: tuple[str, ...] = ()


class Retention(_Part):
    """How long what the pilot writes is kept."""

    logs_days: int = 184
    quarantine_days: int = 30


class Policies(_Part):
    """The part of the organisation's policies that a running pilot obeys."""

    contact: str
    data: dict[str, Place]
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
    """Refuse an address whose host the policies do not list for the pilot's data; this machine is always allowed."""
    classification = settings.manifest.data.classification
    for host in hosts_of(address):
        if host in HERE:
            continue
        policies = read_policies()
        allowed = policies.data.get(classification, Place()).hosts
        if not any(fnmatch(host, pattern) for pattern in allowed):
            listed = ", ".join(allowed) or "no host but this machine"
            raise PilotError(
                f"{setting} points to {host}, which the organisation's policy for {classification} data does not list "
                f"(it lists {listed}): use a listed host, or ask {policies.contact} to change data.{classification} "
                "in policies.yml."
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


def expire(settings: PlatformSettings) -> None:
    """Delete logs and quarantined rows that are older than the policies let them be."""
    retention = read_policies().retention
    for folder, days in (("logs", retention.logs_days), ("quarantine", retention.quarantine_days)):
        for path in (settings.var / folder).glob("*"):
            if path.is_file() and path.stat().st_mtime < time() - days * DAY:
                path.unlink(missing_ok=True)


def _is_remote(host: str) -> bool:
    """Tell a host from the folder of a local socket."""
    return bool(host) and not host.startswith("/")
