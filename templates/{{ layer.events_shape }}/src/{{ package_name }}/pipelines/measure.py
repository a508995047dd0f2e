"""Measure the KPIs, on lists whose outcome is known, else on past months as if the pilot had been there."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from .._platform.anytime import Measurement, Sample
from .._platform.judged_models import newest
from .._platform.kept_evidence import keep_evidence
from .._platform.kpi import Assessment
from .._platform.measure_functions import MeasureFunctions
from .._platform.measuring import measure_all
from .._platform.review_evidence import Metric, Report
from ..bootstrap import Parts
from ..domain.ranking import Method
from ..services.evaluation import PER, Comparison, Evaluation, Measure, compare
from ..services.live import Live, judge_live
from .intake import Intake
from .learn import champion, read_evaluation

BACKTEST = "past months, out of time"
LIVE = "lists that people had"
INTERVAL = "bias-corrected bootstrap over"
PAST_ASSUMPTION = "the past months say what comes: each list was made by a model that knew only what was known by then"
CALL_ASSUMPTION = "reached is not yet kept: what acting on the list changes is part of the value of one unit"
LIVE_ASSUMPTION = "who was kept by it no longer counts: the live value is a lower bound"
SWAP_ASSUMPTION = "given the past, {cases} are independent of each other, whatever lists one stands on"


@dataclass(frozen=True)
class Measured:
    """All KPIs of kpis.yml, with the evidence that they rest on."""

    assessments: tuple[Assessment, ...]
    evaluation: Evaluation
    method: Method
    live_lists: tuple[date, ...]
    next_outcome: date | None

    @property
    def assumptions(self) -> list[str]:
        """What the values rest on, each said once."""
        return list(dict.fromkeys(text for each in self.assessments for text in each.measurement.assumptions))


def measure(parts: Parts, intake: Intake) -> Measured:
    """Measure each KPI as kpis.yml says."""
    asked = look(parts, intake)
    found, over = measure_all(parts, FUNCTIONS.bind(asked)), asked.live.over
    waiting = [parts.policy.horizon_end(day) for day in parts.call_lists.cutoffs() if day not in over]
    return Measured(found, asked.evaluation, asked.method, tuple(over), min(waiting, default=None))


def keep(parts: Parts, measured: Measured, command: str) -> list[Path]:
    """Keep what was measured as evidence: in MLflow, as metrics and in the repository; return what changed there."""
    return keep_evidence(parts, measured.assessments, _report(measured, f"{parts.settings.distribution} {command}"))


def _report(measured: Measured, command: str) -> Report:
    """Hold what decides against the rule in what the gate asks for: as far as its interval tells, it is not worse."""
    found = measured.evaluation.against_rule[measured.method][Measure.REVENUE]
    metric = Metric(found.measure, found.value.value, threshold=found.other, passed=not found.difference.worse)
    version = measured.evaluation.version
    subject = f"model version {version}" if measured.method.needs_model else "the rule, in the model's place"
    return Report(subject, (metric,), ("the rule", found.other), command)


@dataclass(frozen=True)
class Asked:
    """What the functions measure from."""

    parts: Parts
    evaluation: Evaluation
    live: Live
    method: Method


def look(parts: Parts, intake: Intake) -> Asked:
    """Look up how the list that is in use was judged, and what became of earlier ones."""
    holder = champion(parts, intake.contract)
    evaluation = read_evaluation(parts, holder or newest(parts))
    live = judge_live(parts.call_lists, intake.customers, parts.policy)
    return Asked(parts, evaluation, live, Method.EXPECTED_LOSS if holder else Method.RULE)


FUNCTIONS = MeasureFunctions[Asked]()


@FUNCTIONS.register(
    "money_reached",
    unit="<money_unit> per 100 <chosen>",
    meaning="What those on the list whose outcome then comes true were worth before it, per 100 who are chosen",
)
def money_reached(asked: Asked) -> Measurement:
    """Measure the money behind those whose outcome comes true."""
    return _reached(asked, Measure.REVENUE)


@FUNCTIONS.register(
    "cases_reached",
    unit="<cases> per 100 <chosen>",
    meaning="Those on the list whose outcome then comes true, per 100 who are chosen",
)
def cases_reached(asked: Asked) -> Measurement:
    """Measure for how many of those who are chosen the outcome comes true."""
    return _reached(asked, Measure.CUSTOMERS)


def _reached(asked: Asked, wanted: Measure) -> Measurement:
    live, cases = asked.live, asked.parts.words.cases
    independent = SWAP_ASSUMPTION.format(cases=cases)
    if live.over:
        found = compare(live.worked, live.rule, wanted, asked.parts.settings.seed)
        window = f"{live.over[0]} to {live.over[-1]}, {len(live.over)} list{'s' if len(live.over) > 1 else ''}"
        return _from(found, window, LIVE, (LIVE_ASSUMPTION, CALL_ASSUMPTION, independent), cases, len(live.over))
    months = asked.evaluation.months
    window = f"{months[0].cutoff:%Y-%m} to {months[-1].cutoff:%Y-%m}, {len(months)} lists"
    past = asked.evaluation.against_rule[asked.method][wanted]
    return _from(past, window, BACKTEST, (PAST_ASSUMPTION, CALL_ASSUMPTION, independent), cases, len(months))


def _from(
    found: Comparison, window: str, source: str, assumptions: tuple[str, ...], cases: str, lists: int
) -> Measurement:
    return Measurement(
        value=found.value.value,
        low=found.value.low,
        high=found.value.high,
        n=found.calls,
        window=window,
        method=f"{source}; {INTERVAL} {cases}",
        assumptions=assumptions,
        sample=Sample(kind="difference", named=cases, **asdict(found.swaps)),
        rule=found.other,
        units_per_month=found.calls / lists / PER,
    )
