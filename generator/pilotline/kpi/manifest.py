"""`kpis.yml` as values, and the hash by which a line of evidence belongs to a definition."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from pilotline.documents.schema import find_violations, read_schema
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import PilotlineError

DEFINING: Final = ("baseline", "direction", "formula", "id", "margin", "measure", "minimum_sample", "unit", "window")
"""What makes a measurement comparable with the next one; the pilot hashes the same."""


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
        by = self.change_percent or 0
        return f"{abs(by):g} % {'more' if by > 0 else 'less'} than the baseline"

    @property
    def sign(self) -> int:
        """1 when more is better, -1 when less is."""
        return 1 if self.direction == "higher" else -1


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
        data = _with_dates_as_text(parse_mapping(content))
    except YamlError as error:
        raise KpiError(f"kpis.yml is no YAML: {str(error).splitlines()[0]}.", "Put kpis.yml right.") from error
    _refuse([f"{each.place} {each.message}" for each in find_violations(data, read_schema("kpis"))])
    kpis = tuple(_kpi(entry, read) for entry in as_mappings(as_mapping(data)["kpis"]))
    _refuse(list(_contradictions(kpis)))
    return kpis


def _refuse(wrong: Sequence[str]) -> None:
    if wrong:
        listed = "\n".join(f"  - {each}" for each in wrong)
        raise KpiError(f"kpis.yml needs your attention:\n{listed}", "docs/reference/kpi-files.md explains each field.")


def _with_dates_as_text(value: object) -> object:
    """Write dates as text, which they are to editors (YAML 1.2) and to the schema, quoted or not."""
    if isinstance(value, dict):
        return {key: _with_dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _contradictions(kpis: Sequence[Kpi]) -> Iterator[str]:
    """Find what no schema can: numbers that are none, the same id twice, a target that is worse than today."""
    for kpi in kpis:
        numbers = (kpi.baseline, kpi.target, kpi.change_percent, kpi.margin, kpi.per_unit)
        if not all(isfinite(number) for number in numbers if number is not None):
            yield f"{kpi.id} has a number that is not finite"
        if [other.id for other in kpis].count(kpi.id) > 1:
            yield f"{kpi.id} is defined twice: give each KPI an id of its own"
        if kpi.change_percent is not None and kpi.baseline == 0:
            yield f"{kpi.id} has a target in percent of a baseline of 0, which says nothing: give its value"
        if _aims_at_worse(kpi):
            yield f"{kpi.id} has a target that is worse than its baseline, {kpi.direction} being better"


def _aims_at_worse(kpi: Kpi) -> bool:
    if kpi.change_percent is not None:
        return kpi.sign * kpi.change_percent < 0
    return kpi.target is not None and kpi.baseline is not None and kpi.sign * (kpi.target - kpi.baseline) < 0


def definition_hash(entry: Mapping[str, object], cases: bytes | None = None) -> str:
    """Hash what makes measurements of a KPI comparable: its entry, and the cases of its baseline."""
    defining = {name: entry[name] for name in DEFINING if name in entry}
    if cases is not None:
        plain = cases.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # as the pilot reads a text
        defining["cases"] = hashlib.sha256(plain).hexdigest()
    text = json.dumps(defining, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def resolve(baseline: float | None, change_percent: float) -> float | None:
    """Turn a change of so many percent into the value that is aimed at; None as long as the baseline is not known."""
    return None if baseline is None else baseline + abs(baseline) * change_percent / 100


def pending_of(entry: Mapping[str, object]) -> str | None:
    """Say what keeps an entry of kpis.yml from being measured, with the next step; None when nothing does.

    The pilot says the same.
    """
    measure, baseline = as_mapping(entry.get("measure")), as_mapping(entry.get("baseline"))
    if (text := as_text(measure.get("pending"))) is not None:
        return text
    if "value" in baseline and baseline["value"] is None and "data" not in baseline:
        source = baseline.get("source")
        return (
            f"its baseline is missing ({source}): the command `baseline` measures it, or write its value, period and "
            "source into kpis.yml"
        )
    return None


def as_mapping(value: object) -> Mapping[str, object]:
    """Take a mapping as one; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def as_mappings(value: object) -> tuple[Mapping[str, object], ...]:
    """Take the mappings of a list."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def as_number(value: object) -> float | None:
    """Take a number as one; anything else is none."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def as_text(value: object) -> str | None:
    """Take a text as one; anything else is none."""
    return value if isinstance(value, str) else None


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
        baseline_typed=before is not None and "measured" not in baseline,
        baseline_text="; ".join(str(baseline[name]) for name in ("period", "source") if baseline[name] is not None),
        target=as_number(target.get("value")) if change is None else resolve(before, change),
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
