"""A KPI measured by a query: which tables it asks, over which days, and what its cases say.

A query that names a contracted table sees contracted tables alone. One that names none asks the pilot's own database,
for what the pilot wrote there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from math import isfinite, sqrt
from typing import Final, Literal, TypeVar
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from . import PilotError
from .anytime import Measurement, Sample
from .cases import Cases, ask
from .contracts import Access
from .kpi import Kpi
from .progress import tell
from .pushed_query import ask_there
from .query_rules import Query, named_tables, parse_query
from .rules.kpi_definition import query_hash
from .settings import PlatformSettings
from .tables import Landed, landed_tables

CLUSTER: Final = r'(?:"([^"]+)"|\b(\w+))\s+AS\s+"?cluster\b'
DAYS_A_MONTH: Final = 30.4375
PILOT_ARM: Final = "pilot"
OTHER_ARMS: Final = ("control", "rule")
Mask = npt.NDArray[np.bool_]
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Window:
    """The days that are looked at: from `since` on, up to but not including `until`."""

    since: date | None = None
    until: date | None = None

    def parameters(self) -> dict[str, date]:
        """Give what a query may ask for as $since, $until and $today; an open beginning is the first day there is."""
        today = datetime.now(UTC).date()
        return {"since": self.since or date.min, "until": self.until or today, "today": today}

    def months(self, used: frozenset[str]) -> float | None:
        """Say how long it is, where the query looks at all of it and nothing else."""
        if self.since is None or not {"since"} <= used:
            return None
        return (self.parameters()["until"] - self.since).days / DAYS_A_MONTH

    def describe(self, used: frozenset[str]) -> str:
        """Say which days were looked at."""
        given = self.parameters()
        since = f"from {given['since']} " if "since" in used and self.since else ""
        until = given["until"] if "until" in used else given["today"]
        return f"{since}to {until}" if used else "all cases"


@dataclass(frozen=True)
class Asked:
    """What a query gave: its measurement, the first rows, and the text's hash."""

    measurement: Measurement
    columns: tuple[str, ...]
    first: tuple[tuple[object, ...], ...]
    query_hash: str
    parameters: frozenset[str]
    landed: tuple[Landed, ...]


def window_of(kpi: Kpi) -> Window:
    """Give the days that a measurement looks at: those after a measured baseline, up to today."""
    known = kpi.baseline.measured
    return Window() if known is None or known.until is None else Window(since=date.fromisoformat(known.until))


def asks_contracted(kpi: Kpi, settings: PlatformSettings) -> bool:
    """Tell whether a KPI's query is about the contracted tables, and not about what the pilot wrote itself."""
    text, known = kpi.measure.sql or "", settings.contracted_tables
    if kpi.measure.form is not None:
        return True
    named = named_tables(text, known)
    if named is None:  # a text that DuckDB cannot read: whose words it uses decides whose error is shown
        return any(re.search(rf"\b{name}\b", text, re.IGNORECASE) for name in known)
    return bool(named)


def measure_contracted(kpi: Kpi, settings: PlatformSettings) -> Measurement:
    """Measure a KPI by its query over the days that a measurement looks at."""
    access = Access(settings.role, f"KPI {kpi.id}", uuid4().hex[:12], settings.var / "reads.jsonl")
    return ask_contracted(kpi, settings, window_of(kpi), access, keep=True).measurement


def ask_contracted(kpi: Kpi, settings: PlatformSettings, window: Window, access: Access, *, keep: bool) -> Asked:
    """Measure a KPI by its query on the contracted tables; `keep` puts bad rows into quarantine."""
    place = f"kpis.yml: the query of {kpi.id}"
    text = kpi.measure.sql or ""
    query = parse_query(place, text, settings.contracted_tables)
    there = ask_there(settings, query, window.parameters(), access, keep=keep, place=place)
    if there is not None:
        cases, landed = there.cases, there.landed
    else:
        with landed_tables(settings, query.tables, access, keep=keep) as tables:
            tell(f"asking the query of {kpi.id}")
            cases, landed = ask(tables, query, window.parameters(), settings.query, place), tables.landed
    found = _measured(kpi, query, cases, window, place, _clusters(text, settings))
    if there is not None:
        found = replace(found, method=f"{found.method}, asked where they lie")
    return Asked(found, cases.columns, cases.first, query_hash(text), query.parameters, landed)


def _clusters(text: str, settings: PlatformSettings) -> str | None:
    """Name in the plural what a query takes for clusters: the words of the case, or the column's name."""
    named = re.search(CLUSTER, text, re.IGNORECASE)
    if named is None:
        return None
    column, case = named[1] or named[2], settings.case
    return case.words.cases if case and case.columns.case == column else f"{column.replace('_', ' ')}s"


def _measured(kpi: Kpi, query: Query, cases: Cases, window: Window, place: str, named: str | None) -> Measurement:
    try:
        if cases.arms is not None:
            return _compared(kpi, query, cases, cases.arms, window, named)
        sample = _sample(kpi, cases, None, named)
    except ValueError as error:
        raise PilotError(f"{place}: {error}. Mend the query, or the form ({_form(kpi)}).") from error
    found = Measurement.of(sample, window.describe(query.parameters), f"query on {', '.join(query.tables)}")
    return replace(found, units_per_month=_per_month(kpi, cases, sample, window.months(query.parameters)))


def _compared(
    kpi: Kpi, query: Query, cases: Cases, arms: npt.NDArray[np.int64], window: Window, named: str | None
) -> Measurement:
    """Hold the arm `pilot` against the other one: the difference of two independent groups.

    Its standard error is that of a difference in means, sqrt(s1²/n1 + s0²/n0), kept as that of n1 + n0 cases; for the
    sequence each case counts by its influence (Waudby-Smith and others 2024, section 3).
    """
    names = [name.lower() for name in cases.arm_names]
    others = [name for name in names if name in OTHER_ARMS]
    if sorted(names) != sorted([PILOT_ARM, *others]) or len(names) != len((PILOT_ARM, "other")):
        raise ValueError(f"the column arm holds {', '.join(cases.arm_names)}: it takes pilot, and control or rule")
    ours = _sample(kpi, cases, arms == names.index(PILOT_ARM), named)
    theirs = _sample(kpi, cases, arms == names.index(others[0]), named)
    n = ours.n + theirs.n
    error = sqrt(ours.sd**2 / max(1, ours.n) + theirs.sd**2 / max(1, theirs.n))
    found = Measurement.of(ours, window.describe(query.parameters), f"query on {', '.join(query.tables)}, by arm")
    difference = Sample(n, ours.mean - theirs.mean, error * sqrt(n), "mean")
    months = _per_month(kpi, cases, ours, window.months(query.parameters))
    return replace(found, sample=difference, rule=theirs.mean, units_per_month=months)


def _form(kpi: Kpi) -> Literal["mean", "ratio", "sum", "rate"]:
    return kpi.measure.form or "mean"


def _sample(kpi: Kpi, cases: Cases, mask: Mask | None, named: str | None) -> Sample:
    """Sum up the cases of one arm, or all."""

    def kept(column: npt.NDArray[Number] | None) -> npt.NDArray[Number] | None:
        return column if column is None or mask is None else column[mask]

    values = cases.values if mask is None else cases.values[mask]
    periods = kept(cases.periods) if _form(kpi) == "sum" else None
    found = Sample.of_cases(
        _form(kpi), values, kept(cases.weights), kept(cases.clusters), periods=periods, scale=kpi.scale
    )
    return replace(found, named=named)


def _per_month(kpi: Kpi, cases: Cases, sample: Sample, months: float | None) -> float | None:
    """Say how many units of the KPI a month has: periods of a sum, weights of a ratio, else cases."""
    if not months or not isfinite(months):
        return None
    weighted = _form(kpi) == "ratio" and cases.weights is not None
    units = float(cases.weights.sum()) if weighted and cases.weights is not None else float(sample.n)
    return units / months


def shown_rows(asked: Asked) -> list[Mapping[str, object]]:
    """Lay out the first rows by their columns."""
    return [dict(zip(asked.columns, row, strict=True)) for row in asked.first]
