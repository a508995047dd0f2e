"""The organisation's policies: which hosts, providers and models a pilot may name, by data class, risk and stage."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from .hosts import hosts_of, is_here
from .plain import as_mapping, as_texts

Kind = Literal["hosts", "providers", "models"]
KINDS: Final[tuple[Kind, ...]] = ("hosts", "providers", "models")
_ADDRESS_WORDS: Final = frozenset(
    {"url", "urls", "uri", "uris", "dsn", "endpoint", "endpoints", "address", "addresses", "host", "hosts"}
    | {"server", "servers", "broker", "brokers"}
)
"""Last words of settings that hold addresses, such as `base_url` or `bootstrap_servers`."""


@dataclass(frozen=True, order=True)
class Named:
    """A host, provider or model that a setting names."""

    setting: str
    kind: Kind
    name: str


@dataclass(frozen=True, order=True)
class Refusal:
    """One name that a policy does not list."""

    named: Named
    policy: str
    """The part of the policies that refuses it, such as `data.internal`."""
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        listed = ", ".join(self.allowed) or "nothing but this machine"
        return (
            f"{self.named.setting} names {self.named.name}, which the policy {self.policy} does not list "
            f"(it lists {listed})"
        )


def names_in(settings: Mapping[str, object], prefix: str = "") -> Iterator[Named]:
    """Find hosts in addresses, and providers and models by their keys, at any depth of settings."""
    for key, value in settings.items():
        yield from _names_in_value(f"{prefix}{key}", value)


def _names_in_value(setting: str, value: object) -> Iterator[Named]:
    if isinstance(value, Mapping):
        yield from names_in(value, f"{setting}.")
    elif isinstance(value, list):
        for item in value:
            yield from _names_in_value(setting, item)
    elif isinstance(value, str) and value:
        yield from names_of(setting, value)


def names_of(setting: str, value: str) -> Iterator[Named]:
    """Find what one setting names: by the last word of its name, and any address with a scheme whatever it is called.

    This machine is always allowed and not among them.
    """
    word = re.split(r"[._-]", setting.lower())[-1]
    if word in _ADDRESS_WORDS or "://" in value:
        yield from (Named(setting, "hosts", host) for host in hosts_of(value) if not is_here(host))
    elif word == "provider":
        yield Named(setting, "providers", value)
    elif word == "model":
        yield Named(setting, "models", value)


def find_refusals(
    policies: Mapping[str, object], manifest: Mapping[str, object], named: Iterable[Named]
) -> Iterator[Refusal]:
    """Hold names against each list that applies to a pilot.

    Args:
        policies: The organisation's policies.
        manifest: pilot.yml.
        named: What its settings name.
    """
    limits = limits_of(policies, manifest)
    for each in named:
        for policy, allowed in limits[each.kind].items():
            if not _is_listed(each.name, allowed):
                yield Refusal(each, policy, allowed)


def limits_of(policies: Mapping[str, object], manifest: Mapping[str, object]) -> dict[Kind, dict[str, tuple[str, ...]]]:
    """Gather the lists that apply: by data class always, by risk class and stage where they narrow."""
    classification = str(as_mapping(manifest.get("data")).get("classification"))
    risk, stage = str(as_mapping(manifest.get("ai_act")).get("class", "minimal")), str(manifest.get("stage"))
    parts = {
        f"data.{classification}": as_mapping(as_mapping(policies.get("data")).get(classification)),
        f"risk.{risk}": as_mapping(as_mapping(policies.get("risk")).get(risk)),
        f"stages.{stage}": as_mapping(as_mapping(policies.get("stages")).get(stage)),
    }
    return {
        kind: {
            name: as_texts(part.get(kind))
            for name, part in parts.items()
            if part.get(kind) is not None or name.startswith("data.")
        }
        for kind in KINDS
    }


def usable_hosts(policies: Mapping[str, object], manifest: Mapping[str, object]) -> tuple[tuple[str, ...], str]:
    """Name the patterns of hosts that every list which applies to a pilot leaves, and the lists that leave none.

    A pattern with a wildcard may always meet another one; a host that is written out is held against every list.
    """
    limits = limits_of(policies, manifest)["hosts"]
    for name, allowed in limits.items():
        if not any(any(mark in host for mark in "*?[") for host in allowed):
            left = tuple(host for host in allowed if all(_is_listed(host, other) for other in limits.values()))
            if not left:
                return (), " and ".join(limits) if allowed else name
    return tuple(host for allowed in limits.values() for host in allowed), ""


def contact_of(policies: Mapping[str, object]) -> str:
    """Name whom to ask for another policy."""
    return str(policies.get("contact") or "the centre of excellence")


def _is_listed(name: str, allowed: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern.lower()) or fnmatchcase(name, pattern) for pattern in allowed)
