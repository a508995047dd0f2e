"""The organisation's KPI definitions: the same id means the same formula, and only the same may be added up."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import CatalogError
from pilotline.files.tree import Tree
from pilotline.kpi.manifest import Kpi
from pilotline.rules.worth import Interval

_PLACE: Final = re.compile(r"templates/_organisation/kpis/(?P<name>[a-z][a-z0-9_]*@[1-9][0-9]*)\.yml")
_CURRENCY: Final = "<currency>"


@dataclass(frozen=True)
class KpiDefinition:
    """One definition of the organisation."""

    id: str
    version: int
    title: str
    formula: str
    unit: str
    direction: str
    owner: str

    @property
    def name(self) -> str:
        """What a pilot writes into `uses`."""
        return f"{self.id}@{self.version}"

    def unit_in(self, currency: str | None) -> str:
        """Give the unit in a pilot's own currency."""
        return self.unit.replace(_CURRENCY, currency or _CURRENCY)


@dataclass(frozen=True)
class Deviation:
    """A KPI that is not what its id or `uses` says."""

    kpi: str
    definition: str
    message: str


def read_definitions(catalog: Tree) -> dict[str, KpiDefinition]:
    """Read a catalog's definitions, by `id@version`.

    Raises:
        CatalogError: One of them cannot be used.
    """
    found = {match["name"]: path for path in sorted(catalog) if (match := _PLACE.fullmatch(path))}
    return {name: _definition(name, path, catalog[path].content) for name, path in found.items()}


def find_deviations(kpis: Iterable[Kpi], definitions: Mapping[str, KpiDefinition]) -> Iterator[Deviation]:
    """Find KPIs with an id of the organisation and another formula, unit or direction."""
    versions: dict[str, list[KpiDefinition]] = {}
    for definition in definitions.values():
        versions.setdefault(definition.id, []).append(definition)
    for kpi in kpis:
        if kpi.uses is None and kpi.id not in versions:
            continue
        if kpi.uses is not None and kpi.uses not in definitions:
            yield Deviation(kpi.id, kpi.uses, f"the catalog has no definition {kpi.uses}")
            continue
        known = [definitions[kpi.uses]] if kpi.uses else versions[kpi.id]
        differences = [list(_differences(kpi, definition)) for definition in known]
        if all(differences):
            yield from (Deviation(kpi.id, known[-1].name, text) for text in differences[-1])


def add_up(values: Iterable[tuple[Kpi, Interval]]) -> dict[tuple[str, str, str | None], Interval]:
    """Add values of the same definition, unit and currency, for example improvements of several pilots.

    The interval of a sum is the sum of the ends: it holds whatever the pilots have to do with each other. A KPI that
    follows no definition of the organisation is its pilot's own and is not added to another's.
    """
    sums: dict[tuple[str, str, str | None], Interval] = {}
    for kpi, interval in values:
        if kpi.uses is not None:
            key = (kpi.uses, kpi.unit, kpi.currency)
            before = sums.get(key, Interval(0.0, 0.0, 0.0))
            sums[key] = Interval(
                before.value + interval.value, _sum(before.low, interval.low), _sum(before.high, interval.high)
            )
    return sums


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _differences(kpi: Kpi, definition: KpiDefinition) -> Iterator[str]:
    pairs = (
        ("id", kpi.id, definition.id),
        ("formula", kpi.formula, definition.formula),
        ("unit", kpi.unit, definition.unit_in(kpi.currency)),
        ("direction", kpi.direction, definition.direction),
    )
    for name, ours, theirs in pairs:
        if " ".join(ours.split()) != " ".join(theirs.split()):
            yield f"its {name} is “{ours}”, and {definition.name} says “{theirs}”"


def _definition(name: str, path: str, content: bytes) -> KpiDefinition:
    try:
        data = parse_mapping(content) or {}
    except YamlError as error:
        raise CatalogError(f"{path} is no YAML: {str(error).splitlines()[0]}.", "Mend the file.") from error
    needed = ("id", "version", "title", "formula", "unit", "direction", "owner")
    missing = [field for field in needed if field not in data]
    if missing or f"{data['id']}@{data['version']}" != name or data["direction"] not in {"higher", "lower"}:
        what = f"lacks {', '.join(missing)}" if missing else "holds another id, version or direction than its name says"
        raise CatalogError(f"{path} {what}.", f"A definition has {', '.join(needed)}; its file is <id>@<version>.yml.")
    texts = {field: str(data[field]) for field in needed if field != "version"}
    return KpiDefinition(version=int(str(data["version"])), **texts)
