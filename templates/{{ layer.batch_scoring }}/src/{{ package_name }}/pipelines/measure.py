"""Measure the KPIs: on lists whose outcome is known, else on past months as if the pilot had been there."""

from dataclasses import dataclass
from datetime import date

from .._platform.control import Corrections
from .._platform.errors import PilotError
from .._platform.kpi import Assessment, Interval, Kpi, Measurement, assess, proportion_interval, read_kpis, record
from ..bootstrap import Parts
from ..domain.ranking import Method
from ..services.backtest import Tally, live_tallies
from ..services.evaluation import PER, Comparison, Evaluation, Measure, compare
from . import Intake
from .learn import champion, newest, read_evaluation

CORRECTIONS = "corrections"
WHOLE = 1000
BACKTEST = "past months, out of time"
LIVE = "lists that people had"
PAST_ASSUMPTION = "the past months say what comes: each list was made by a model that knew only what was known by then"
CALL_ASSUMPTION = "reached is not yet kept: what a call changes is part of the value of one unit"
LIVE_ASSUMPTION = "a customer whom the call kept no longer counts as lapsing: the live value is a lower bound"


@dataclass(frozen=True)
class Measured:
    """All KPIs of kpis.yml, with the evidence that they rest on."""

    assessments: tuple[Assessment, ...]
    evaluation: Evaluation
    live_lists: tuple[date, ...]
    next_outcome: date | None

    @property
    def assumptions(self) -> list[str]:
        """What the values rest on, each said once."""
        return list(dict.fromkeys(text for each in self.assessments for text in each.measurement.assumptions))


def number(value: float) -> str:
    """Write a value with as many digits as it deserves."""
    return f"{value:,.0f}" if abs(value) >= WHOLE else f"{value:,.1f}"


def measure(parts: Parts, intake: Intake) -> Measured:
    """Measure each KPI by its registered measure."""
    holder = champion(parts, intake.contract)
    evaluation = read_evaluation(parts, holder or newest(parts))
    over, worked, rule = live_tallies(parts.call_lists, intake.customers, parts.policy)
    kpis = read_kpis(parts.settings.root / "kpis.yml")
    live = (over, worked, rule) if over else None
    found = tuple(
        assess(
            kpi, _measurement(parts, kpi, evaluation, live, in_force=holder is not None), parts.settings.manifest.costs
        )
        for kpi in kpis
    )
    waiting = [parts.policy.horizon_end(day) for day in parts.call_lists.cutoffs() if day not in over]
    return Measured(found, evaluation, tuple(over), min(waiting, default=None))


def keep(parts: Parts, measured: Measured) -> None:
    """Keep what was measured as evidence: in MLflow, in var/kpis.jsonl and as metrics."""
    with parts.tracking.run("measure", {"invocation": parts.invocation}) as run:
        record(measured.assessments, settings=parts.settings, run_id=run.id, run=run)


Live = tuple[list[date], dict[str, Tally], dict[str, Tally]]


def _measurement(parts: Parts, kpi: Kpi, evaluation: Evaluation, live: Live | None, *, in_force: bool) -> Measurement:
    if kpi.measure == CORRECTIONS:
        return _corrections(parts)
    if kpi.measure not in set(Measure):
        known = ", ".join([*Measure, CORRECTIONS])
        raise PilotError(f"kpis.yml: {kpi.id} asks for the measure {kpi.measure}, which is none of {known}.")
    wanted = Measure(kpi.measure)
    if live:
        over, worked, rule = live
        found = compare(worked, rule, wanted, parts.settings.seed)
        window = f"{over[0]} to {over[-1]}, {len(over)} list{'s' if len(over) > 1 else ''}"
        return _from(found, window, LIVE, (LIVE_ASSUMPTION, CALL_ASSUMPTION), len(over))
    method = Method.EXPECTED_LOSS if in_force else Method.RULE
    months = evaluation.months
    window = f"{months[0].cutoff:%Y-%m} to {months[-1].cutoff:%Y-%m}, {len(months)} lists"
    return _from(
        evaluation.against_rule[method][wanted], window, BACKTEST, (PAST_ASSUMPTION, CALL_ASSUMPTION), len(months)
    )


def _from(found: Comparison, window: str, method: str, assumptions: tuple[str, ...], lists: int) -> Measurement:
    return Measurement(
        value=found.value.value,
        low=found.value.low,
        high=found.value.high,
        n=found.calls,
        window=window,
        method=method,
        assumptions=assumptions,
        difference=Interval(found.difference.low, found.difference.high),
        rule=found.other,
        units_per_month=found.calls / lists / PER,
    )


def _corrections(parts: Parts) -> Measurement:
    """Share of the users' corrections that somebody answered."""
    counts = Corrections(parts.database, parts.settings).counts()
    interval = proportion_interval(counts.answered, counts.given) if counts.given else Interval(0.0, 1.0)
    return Measurement(
        value=100 * counts.answered / counts.given if counts.given else 0.0,
        low=100 * interval.low,
        high=100 * interval.high,
        n=counts.given,
        window="all corrections so far",
        method="counted",
        assumptions=(),
    )
