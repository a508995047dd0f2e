"""What cannot be true together: one table, refused when a pilot is made and found by its checks.

Both read it from the pilot's own files; what is allowed comes from the organisation's policies and definitions in them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.pilot.currencies import CURRENCIES
from pilotline.pilot.paths import KPIS, MANIFEST
from pilotline.rules.plain import as_mapping, as_mappings, as_number
from pilotline.rules.policies import usable_hosts

Data = Mapping[str, object]
KPI_LIBRARY: Final = "templates/_organisation/kpis/"
"""Where a catalog keeps the organisation's definitions of KPIs, each in a file named `id@version`."""
_ORGANISATION: Final = re.compile(r"src/[^/]+/_platform/organisation\.yml")
_INTEGRATION: Final = re.compile(r"config/integrations/([^/]+)\.toml")
_PRODUCTION: Final = "config/production.toml"


class Contradiction(NamedTuple):
    """Two things that a pilot says of itself and that exclude each other."""

    kind: str
    """Which row of the table found it; the check that tells of it asks by this."""
    path: str
    keys: tuple[str | int, ...]
    message: str


class Said(NamedTuple):
    """What a pilot's files say, as far as the table asks."""

    manifest: Data
    kpis: tuple[Data, ...]
    policies: Data
    definitions: Mapping[str, Data]
    """The organisation's definitions of KPIs, by `id@version`."""
    integrations: tuple[str, ...]
    for_production: bool


def find_contradictions(said: Said, kind: str = "") -> tuple[Contradiction, ...]:
    """Find what cannot be true together in what a pilot says.

    Args:
        said: What its files say.
        kind: The only row of the table to look at; empty for all.
    """
    return tuple(each for name, find in TABLE.items() if kind in {"", name} for each in find(said))


def gather_said(
    manifest: object, kpis: object, organisation: object, paths: Iterable[str], definitions: Mapping[str, Data]
) -> Said:
    """Gather what a pilot says from its parsed files; what is missing or cannot be read contradicts nothing.

    Args:
        manifest: pilot.yml.
        kpis: kpis.yml.
        organisation: The organisation's file that the pilot carries.
        paths: All paths of the pilot.
        definitions: Definitions of KPIs that the pilot does not carry, by `id@version`.
    """
    stage, paths = as_mapping(manifest).get("stage"), tuple(paths)
    carried = {
        f"{each.get('id')}@{each.get('version')}": each for each in as_mappings(as_mapping(organisation).get("kpis"))
    }
    return Said(
        as_mapping(manifest),
        as_mappings(as_mapping(kpis).get("kpis")),
        as_mapping(organisation),
        {**definitions, **carried},
        tuple(found[1] for path in paths if (found := _INTEGRATION.fullmatch(path))),
        _PRODUCTION in paths or stage == "production",
    )


def read_said(files: Mapping[str, bytes], definitions: Mapping[str, Data]) -> Said:
    """Gather what a pilot says from its files by path."""
    organisation = next((files[path] for path in files if _ORGANISATION.fullmatch(path)), b"")
    manifest, kpis = (_parse(files.get(name, b"")) for name in (MANIFEST, KPIS))
    return gather_said(manifest, kpis, _parse(organisation), files, definitions)


def _never_in_production(said: Said) -> Iterator[Contradiction]:
    """An integration names a host, and no host at all may hold this data in production."""
    if not (said.policies and said.integrations and said.for_production):
        return
    hosts, reason = usable_hosts(said.policies, {**said.manifest, "stage": "production"})
    if not hosts:
        named = ", ".join(said.integrations)
        yield Contradiction(
            "integration", MANIFEST, ("data", "classification"),
            f"The organisation's policies list no host for this data in production ({reason}), so an integration "
            f"can never be switched on there: leave out {named}, or production, or correct the class of the data",
        )  # fmt: skip


def _against_the_direction(said: Said) -> Iterator[Contradiction]:
    """A target is better than the baseline: as the KPI says, and as the definition says that it uses."""
    for index, kpi in enumerate(said.kpis):
        gain = _gain(kpi)
        used = str(kpi.get("uses") or _newest(str(kpi.get("id")), said.definitions))
        told = {str(kpi.get("id")): kpi.get("direction"), used: said.definitions.get(used, {}).get("direction")}
        for name, direction in told.items():
            if gain and direction in {"higher", "lower"} and (gain > 0) != (direction == "higher"):
                says = f"{name} says that {direction} is better"
                yield Contradiction(
                    "direction", KPIS, ("kpis", index, "target"), f"The target is worse than the baseline: {says}"
                )


def _other_currency(said: Said) -> Iterator[Contradiction]:
    """Money in one currency cannot be the value of a unit in another one."""
    common = as_mapping(said.manifest.get("costs")).get("currency")
    for index, kpi in enumerate(said.kpis):
        currency = str(as_mapping(kpi.get("value")).get("currency") or common or "")
        named = [word for word in re.findall(r"\b[A-Z]{3}\b", str(kpi.get("unit"))) if word in CURRENCIES]
        if currency and named and currency not in named:
            message = f"{kpi.get('id')} is in {kpi.get('unit')}, and its money in {currency}"
            yield Contradiction("currency", KPIS, ("kpis", index, "unit"), message)


TABLE: Final[Mapping[str, Callable[[Said], Iterator[Contradiction]]]] = {
    "integration": _never_in_production,
    "direction": _against_the_direction,
    "currency": _other_currency,
}


def _gain(kpi: Data) -> float:
    """How far the target lies above the baseline; 0 where that is not said."""
    target, change = as_mapping(kpi.get("target")), as_number(as_mapping(kpi.get("target")).get("change_percent"))
    before, after = as_number(as_mapping(kpi.get("baseline")).get("value")), as_number(target.get("value"))
    if change is not None:
        return change
    return 0.0 if before is None or after is None else after - before


def _newest(name: str, definitions: Mapping[str, Data]) -> str:
    versions = [
        (as_number(each.get("version")) or 0.0, key) for key, each in definitions.items() if each.get("id") == name
    ]
    return max(versions, default=(0.0, ""))[1]


def _parse(content: bytes) -> Data:
    try:
        return parse_mapping(content) or {}
    except (YamlError, UnicodeDecodeError):
        return {}
