"""The organisation's policies as data: which hosts, providers and models a configuration may name.

A running pilot obeys the same file by the same rules (`_platform/policies.py` of its base layer); here they are held
against configuration files, before anything runs.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import PilotlineError

Kind = Literal["hosts", "providers", "models"]
_FILE: Final = re.compile(r"src/[^/]+/_platform/organisation\.yml")
_CONFIGURATION: Final = re.compile(r"config/.+\.toml")
_ADDRESS_WORDS: Final = frozenset(
    {"url", "urls", "uri", "uris", "dsn", "endpoint", "endpoints", "address", "addresses", "host", "hosts"}
    | {"server", "servers", "broker", "brokers"}
)
"""Last words of settings that hold addresses, such as `base_url` or `bootstrap_servers`."""
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_REMOTE_WORDS: Final = ("databricks", "uc:")  # what MLflow takes instead of an address
_IPV6: Final = re.compile(r"\[(.*?)\].*")


class PolicyError(PilotlineError):
    """A configuration names what the organisation's policies do not allow."""


@dataclass(frozen=True, order=True)
class PolicyViolation:
    """One name that a policy does not list."""

    path: str
    setting: str
    kind: Kind
    name: str
    policy: str
    """The part of the policies that refuses it, such as `data.internal`."""
    allowed: tuple[str, ...]
    contact: str

    @property
    def message(self) -> str:
        """Say what is named where, and which policy refuses it."""
        listed = ", ".join(self.allowed) or "nothing but this machine"
        return (
            f"{self.path}: {self.setting} names {self.name}, which the policy {self.policy} does not list "
            f"(it lists {listed})."
        )


def refuse_forbidden(files: Mapping[str, bytes], among: Collection[str] | None = None) -> None:
    """Refuse a pilot whose configuration names what its policies do not allow.

    Args:
        files: The pilot's files by path.
        among: Paths that count; None for all.

    Raises:
        PolicyError: All violations at once, and whom to ask.
    """
    found = [each for each in find_forbidden(files) if among is None or each.path in among]
    if found:
        raise PolicyError(
            "\n".join(["The organisation's policies do not allow this:", *(f"  - {each.message}" for each in found)]),
            f"Name what is listed, or ask {found[0].contact} to change policies.yml.",
        )


def is_configuration(path: str) -> bool:
    """Tell whether a file is configuration, which may name hosts, providers and models."""
    return bool(_CONFIGURATION.fullmatch(path))


def decides(path: str) -> bool:
    """Tell whether the policies' verdict depends on a file."""
    return path == "pilot.yml" or is_configuration(path) or bool(_FILE.fullmatch(path))


def find_forbidden(files: Mapping[str, bytes]) -> tuple[PolicyViolation, ...]:
    """Find every host, provider and model in a pilot's configuration that its policies do not list.

    Args:
        files: The pilot's files by path; without policies or manifest nothing is found.
    """
    policies = next((_parse(files[path]) for path in files if _FILE.fullmatch(path)), {})
    manifest = _parse(files.get("pilot.yml", b""))
    if not policies or not manifest:
        return ()
    limits = _limits(policies, manifest)
    contact = str(policies.get("contact") or "the centre of excellence")
    return tuple(
        sorted(
            PolicyViolation(path, setting, kind, name, policy, allowed, contact)
            for path in files
            if _CONFIGURATION.fullmatch(path)
            for setting, kind, name in _names(_read_toml(files[path]), "")
            for policy, allowed in limits[kind].items()
            if not any(fnmatch(name, pattern) for pattern in allowed)
        )
    )


def _limits(policies: Mapping[str, object], manifest: Mapping[str, object]) -> dict[Kind, dict[str, tuple[str, ...]]]:
    """Gather the lists that apply: by data class always, by risk class and stage where they narrow."""
    classification = str(_mapping(manifest.get("data")).get("classification"))
    risk, stage = str(_mapping(manifest.get("ai_act")).get("class")), str(manifest.get("stage"))
    parts = {
        f"data.{classification}": _mapping(_mapping(policies.get("data")).get(classification)),
        f"risk.{risk}": _mapping(_mapping(policies.get("risk")).get(risk)),
        f"stages.{stage}": _mapping(_mapping(policies.get("stages")).get(stage)),
    }
    kinds: tuple[Kind, ...] = ("hosts", "providers", "models")
    return {
        kind: {name: _texts(part.get(kind)) for name, part in parts.items() if kind in part or name.startswith("data.")}
        for kind in kinds
    }


def usable_hosts(policies: Mapping[str, object], manifest: Mapping[str, object]) -> tuple[tuple[str, ...], str]:
    """Name the patterns of hosts that every list which applies to a pilot leaves, and the lists that leave none.

    A pattern with a wildcard may always meet another one; a host that is written out is held against every list.
    """
    limits = _limits(policies, manifest)["hosts"]
    for name, allowed in limits.items():
        if not any(any(mark in host for mark in "*?[") for host in allowed):
            left = tuple(
                host for host in allowed if all(any(fnmatch(host, each) for each in other) for other in limits.values())
            )
            if not left:
                return (), " and ".join(limits) if allowed else name
    return tuple(host for allowed in limits.values() for host in allowed), ""


def _names(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Kind, str]]:
    """Find hosts in addresses, and providers and models by their keys, at any depth."""
    for key, value in table.items():
        setting = f"{prefix}{key}"
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, dict):
                yield from _names(item, f"{setting}.")
            elif isinstance(item, str) and item:
                yield from _named(setting, re.split("[_-]", key.lower())[-1], item)


def _named(setting: str, word: str, value: str) -> Iterator[tuple[str, Kind, str]]:
    """Find what one setting names: by its last word, and any address with a scheme whatever it is called."""
    if word in _ADDRESS_WORDS or "://" in value:
        yield from ((setting, "hosts", host) for host in hosts_of(value) if host not in _HERE)
    elif word == "provider":
        yield setting, "providers", value
    elif word == "model":
        yield setting, "models", value


def configured_hosts(content: bytes) -> tuple[tuple[str, str], ...]:
    """Name the hosts of one configuration file, each with the setting that names it; this machine is none."""
    return tuple((setting, name) for setting, kind, name in _names(_read_toml(content), "") if kind == "hosts")


def hosts_of(address: str) -> tuple[str, ...]:
    """Name every host of an address, also the ones that a PostgreSQL driver reads from its parameters."""
    if "," in address and "://" not in address:
        return tuple(host for part in address.split(",") for host in hosts_of(part.strip()))
    if address.startswith(_REMOTE_WORDS) and "://" not in address:
        return (address.split(":", maxsplit=1)[0].lower(),)
    if "://" not in address:
        host = address.rpartition("@")[2].split("/")[0]
        return (host.split(":")[0].lower(),) if host and "." in host else ()
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    named = [_IPV6.sub(r"\1", piece) if piece.startswith("[") else piece.split(":")[0] for piece in place.split(",")]
    options = parse_qs(parts.query)
    named += [host for key in ("host", "hostaddr") for value in options.get(key, []) for host in value.split(",")]
    return tuple(host.lower() for host in named if host and not host.startswith("/"))


def _read_toml(content: bytes) -> Mapping[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _parse(content: bytes) -> Mapping[str, object]:
    try:
        return parse_mapping(content) or {}
    except (YamlError, UnicodeDecodeError):
        return {}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
