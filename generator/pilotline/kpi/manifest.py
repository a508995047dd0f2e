"""`kpis.yml` as values, with the hash by which evidence belongs to a definition."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from pilotline.documents.schema import find_violations, read_schema
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import PilotlineError
from pilotline.rules.kpi_definition import (
    definition_hash,
    find_mistaken_aim,
    is_typed,
    pending_of,
    resolve_change,
    say_change,
    sign_of,
)
from pilotline.rules.plain import as_mapping, as_mappings, as_number, as_text, with_dates_as_text


class KpiError(PilotlineError):
    """The pilot's KPI files cannot be used."""


@dataclass(frozen=True)
class Assumption:
    """What has to be true for the value of a unit; a share is a factor of it."""

    text: str
    basis: str
    share: float | None
    source: str | None


@dataclass(frozen=True)
class Kpi:
    """One KPI of a pilot."""

    id: str
    uses: str | None
    title: str
    question: str
    kind: str
    owner: str
    formula: str
    unit: str
    direction: str
    pending: str | None
    """What keeps it from being measured, with the next step."""
    baseline: float | None
    baseline_text: str
    baseline_typed: bool
    """Whether somebody wrote the baseline down that no query measured."""
    target: float | None
    change_percent: float | None
    due: str | None
    margin: float | None
    minimum_sample: int
    per_unit: float | None
    currency: str | None
    assumptions: tuple[Assumption, ...]
    attribution: str
    go_on: str
    otherwise: str
    hash: str

    @property
    def change(self) -> str:
        """The target in words, where it is a change of so many percent of the baseline."""
        return say_change(self.change_percent or 0)

    @property
    def sign(self) -> int:
        """1 when more is better, -1 when less is."""
        return sign_of(self.direction)


def _absent(name: str) -> bytes:
    raise KpiError(f"{name}, the baseline's cases, is not there.", f"Restore it: git log -- {name}")


def read_kpis(content: bytes, read: Callable[[str], bytes] = _absent) -> tuple[Kpi, ...]:
    """Read `kpis.yml`; the first KPI is the one that decides.

    Args:
        content: The file.
        read: Gives the content of a file of the pilot: of the cases that a baseline comes from.

    Raises:
        KpiError: It breaks its schema, every mistake being named; or a baseline's cases are missing.
    """
    try:
        data = with_dates_as_text(parse_mapping(content))
    except YamlError as error:
        raise KpiError(f"kpis.yml is no YAML: {str(error).splitlines()[0]}.", "Put kpis.yml right.") from error
    _refuse([f"{each.place} {each.message}" for each in find_violations(data, read_schema("kpis"))])
    kpis = tuple(_kpi(entry, read) for entry in as_mappings(as_mapping(data)["kpis"]))
    _refuse(list(_contradictions(kpis)))
    return kpis


def _refuse(wrong: Sequence[str]) -> None:
    if wrong:
        listed = "\n".join(f"  - {each}" for each in wrong)
        raise KpiError(
            f"kpis.yml needs your attention:\n{listed}",
            "Each field is in src/<package>/_platform/kpis.schema.json, which editors obey.",
        )


def _contradictions(kpis: Sequence[Kpi]) -> Iterator[str]:
    """Find what no schema can: numbers that are none, the same id twice, a target that is worse than today."""
    for kpi in kpis:
        numbers = (kpi.baseline, kpi.target, kpi.change_percent, kpi.margin, kpi.per_unit)
        if not all(isfinite(number) for number in numbers if number is not None):
            yield f"{kpi.id} has a number that is not finite"
        if [other.id for other in kpis].count(kpi.id) > 1:
            yield f"{kpi.id} is defined twice: give each KPI an id of its own"
        target = kpi.target if kpi.change_percent is None else None
        if wrong := find_mistaken_aim(kpi.direction, kpi.baseline, target, kpi.change_percent):
            yield f"{kpi.id}: {wrong}"


def _kpi(entry: Mapping[str, object], read: Callable[[str], bytes]) -> Kpi:
    baseline, target = as_mapping(entry["baseline"]), as_mapping(entry.get("target"))
    before, change = as_number(baseline.get("value")), as_number(target.get("change_percent"))
    value, decision = as_mapping(entry.get("value")), as_mapping(entry["decision"])
    data = as_text(baseline.get("data"))
    said = {name: str(entry[name]) for name in ("id", "title", "question", "kind", "owner", "formula", "unit")}
    return Kpi(
        **said,
        uses=as_text(entry.get("uses")),
        direction=str(entry["direction"]),
        pending=pending_of(entry),
        baseline=before,
        baseline_typed=is_typed(baseline),
        baseline_text="; ".join(str(baseline[name]) for name in ("period", "source") if baseline[name] is not None),
        target=as_number(target.get("value")) if change is None else resolve_change(before, change),
        change_percent=change,
        due=as_text(target.get("due")),
        margin=as_number(entry.get("margin")),
        minimum_sample=int(as_number(entry["minimum_sample"]) or 0),
        per_unit=as_number(value.get("per_unit")),
        currency=as_text(value.get("currency")),
        assumptions=tuple(_assumption(item) for item in as_mappings(value.get("assumptions"))),
        attribution=str(entry["attribution"]),
        go_on=str(decision["go_on"]),
        otherwise=str(decision["otherwise"]),
        hash=definition_hash(entry, None if data is None else read(data)),
    )


def _assumption(item: Mapping[str, object]) -> Assumption:
    return Assumption(str(item["text"]), str(item["basis"]), as_number(item.get("share")), as_text(item.get("source")))
