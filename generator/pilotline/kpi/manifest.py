"""`kpis.yml` as values, and the hash by which a line of evidence belongs to a definition."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pilotline.errors import PilotlineError
from pilotline.schemas.validate import find_violations, read_schema
from pilotline.yamls import YamlError, parse_mapping

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
    baseline: float | None
    baseline_text: str
    target: float | None
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


def read_kpis(content: bytes) -> tuple[Kpi, ...]:
    """Read `kpis.yml`; the first KPI is the one that decides.

    Raises:
        KpiError: It breaks its schema; every mistake is named.
    """
    try:
        data = parse_mapping(content)
    except YamlError as error:
        raise KpiError(f"kpis.yml is no YAML: {str(error).splitlines()[0]}.", "Put kpis.yml right.") from error
    wrong = find_violations(data, read_schema("kpis"))
    if data is None or wrong:
        listed = "\n".join(f"  - {each.place} {each.message}" for each in wrong)
        raise KpiError(f"kpis.yml needs your attention:\n{listed}", "docs/reference/kpi-files.md explains each field.")
    return tuple(_kpi(entry) for entry in as_mappings(data["kpis"]))


def definition_hash(entry: Mapping[str, object]) -> str:
    """Hash what makes measurements of a KPI comparable."""
    defining = {name: entry[name] for name in DEFINING if name in entry}
    text = json.dumps(defining, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


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


def _kpi(entry: Mapping[str, object]) -> Kpi:
    baseline, target = as_mapping(entry["baseline"]), as_mapping(entry.get("target"))
    value, decision = as_mapping(entry.get("value")), as_mapping(entry["decision"])
    said = {name: str(entry[name]) for name in ("id", "title", "question", "kind", "owner", "formula", "unit")}
    return Kpi(
        **said,
        uses=as_text(entry.get("uses")),
        direction=str(entry["direction"]),
        baseline=as_number(baseline.get("value")),
        baseline_text=f"{baseline['period']}; {baseline['source']}",
        target=as_number(target.get("value")),
        due=as_text(target.get("due")),
        margin=as_number(entry.get("margin")),
        minimum_sample=int(as_number(entry["minimum_sample"]) or 0),
        per_unit=as_number(value.get("per_unit")),
        currency=as_text(value.get("currency")),
        assumptions=tuple(_assumption(item) for item in as_mappings(value.get("assumptions"))),
        attribution=str(entry["attribution"]),
        go_on=str(decision["go_on"]),
        otherwise=str(decision["otherwise"]),
        hash=definition_hash(entry),
    )


def _assumption(item: Mapping[str, object]) -> Assumption:
    return Assumption(str(item["text"]), str(item["basis"]), as_number(item.get("share")), as_text(item.get("source")))
