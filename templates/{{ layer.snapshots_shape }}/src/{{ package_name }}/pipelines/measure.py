"""Measure the KPIs: by decisions whose outcome is known by now, else by past cases as if the pilot had been there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .._platform.anytime import Measurement, Sample
from .._platform.judged_models import newest
from .._platform.kept_evidence import keep_evidence
from .._platform.kpi import Assessment
from .._platform.measure_functions import BoundFunctions, MeasureFunctions
from .._platform.measuring import measure_all
from .._platform.review_evidence import Metric, Report, Slice
from ..bootstrap import Parts
from ..services.evaluation import Comparison, Evaluation, compare
from ..services.intervals import Differences
from ..services.live import Live, judge_live
from ..services.splitting import independent
from .intake import Intake
from .learn import champion, read_evaluation

BACKTEST = "past cases that the model had not seen"
LIVE = "decisions that people had"
PAST_ASSUMPTION = "the past cases say what comes"
ACT_ASSUMPTION = "what a decision changes is part of the value of one unit"
LIVE_ASSUMPTION = "the outcome would have been the same without the decision"
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Measured:
    """All KPIs of kpis.yml, with the evidence that they rest on."""

    assessments: tuple[Assessment, ...]
    evaluation: Evaluation
    by_model: bool
    live_periods: tuple[str, ...]

    @property
    def assumptions(self) -> list[str]:
        """What the values rest on, each said once."""
        return list(dict.fromkeys(text for each in self.assessments for text in each.measurement.assumptions))


def measure(parts: Parts, intake: Intake) -> Measured:
    """Measure each KPI as kpis.yml says."""
    asked = look(parts, intake)
    found = measure_all(parts, functions(asked))
    return Measured(found, asked.evaluation, asked.by_model, asked.live.periods)


def keep(parts: Parts, measured: Measured, command: str) -> list[Path]:
    """Keep what was measured as evidence: in MLflow, as metrics and in the repository; return what changed there."""
    return keep_evidence(parts, measured.assessments, _report(measured, f"{parts.settings.distribution} {command}"))


def _report(measured: Measured, command: str) -> Report:
    """Hold what decides against the rule in what the gate asks for: as far as its interval tells, it is not worse."""
    found = measured.evaluation.main
    value = found.value.value if measured.by_model else found.other.value
    metric = Metric(found.measure, value, threshold=found.other.value, passed=not (measured.by_model and found.worse))
    version = measured.evaluation.version
    subject = f"model version {version}" if measured.by_model else "the rule, in the model's place"
    slices = [_slice(name, each, by_model=measured.by_model) for name, each in measured.evaluation.slices]
    return Report(subject, (metric,), ("the rule", found.other.value), command, slices)


def _slice(group: str, found: Comparison, *, by_model: bool) -> Slice:
    side = found.value if by_model else found.other
    return Slice(group, found.measure, side.value, side.low, side.high, found.other.value)


@dataclass(frozen=True)
class Asked:
    """What the functions measure from."""

    parts: Parts
    intake: Intake
    evaluation: Evaluation
    live: Live
    by_model: bool

    def worth(self, name: str) -> Measurement:
        """Measure what decisions were worth: those that people had, else those on past cases."""
        measure = next(each for each in self.intake.decision.measures if each.id == name)
        if self.live.known:
            _, clusters = independent(self.live.known)
            found = compare(measure, self.live.known, self.live.worked, self.live.rule, clusters)
            return self._from(found, _window([each.case.day for each in self.live.known]), LIVE, LIVE_ASSUMPTION)
        found = next(each for each in self.evaluation.against_rule if each.measure == measure.id)
        return self._from(found, _window(self.evaluation.days or ()), BACKTEST, PAST_ASSUMPTION)

    def _from(self, found: Comparison, window: "_Window", source: str, assumption: str) -> Measurement:
        """Take the model's side of a comparison, or the rule's where the rule decides; then nothing differs from it."""
        by_model = self.by_model or source == LIVE
        side = found.value if by_model else found.other
        over = self.parts.words.cases if self.evaluation.over == "case" else "groups"
        return Measurement(
            value=side.value,
            low=side.low,
            high=side.high,
            n=found.counted,
            window=window.said,
            method=f"{source}; interval over {over}",
            assumptions=(assumption, ACT_ASSUMPTION),
            sample=_sample(found.differences) if by_model else Sample.differences([0.0] * found.counted),
            rule=found.other.value,
            units_per_month=found.counted / found.per / window.months if window.months else None,
        )


def look(parts: Parts, intake: Intake) -> Asked:
    """Look up how what decides now was judged, and what became of earlier decisions."""
    holder = champion(parts, intake)
    evaluation = read_evaluation(parts, holder or newest(parts))
    live = judge_live(parts.batches, intake.known, parts.lives.past())
    return Asked(parts, intake, evaluation, live, by_model=holder is not None)


FUNCTIONS = MeasureFunctions[Asked]()


@FUNCTIONS.register(
    "value_per_100_chosen", unit="<currency> per 100 chosen <cases>", meaning="Money of those who were chosen rightly"
)
def value_per_100_chosen(asked: Asked) -> Measurement:
    """Measure the money that is reached."""
    return asked.worth("value_per_100_chosen")


@FUNCTIONS.register(
    "outcome_per_100_chosen", unit="<outcome> per 100 chosen <cases>", meaning="Outcome of those who were chosen"
)
def outcome_per_100_chosen(asked: Asked) -> Measurement:
    """Measure how much of the outcome is reached."""
    return asked.worth("outcome_per_100_chosen")


@FUNCTIONS.register("cost_per_case", unit="<currency> per <case>", meaning="Agreed cost of what was done")
def cost_per_case(asked: Asked) -> Measurement:
    """Measure what the actions cost."""
    return asked.worth("cost_per_case")


@FUNCTIONS.register("mistakes_per_case", unit="mistakes per <case>", meaning="How often another action was right")
def mistakes_per_case(asked: Asked) -> Measurement:
    """Measure mistakes, as long as nobody has agreed what each costs."""
    return asked.worth("mistakes_per_case")


@FUNCTIONS.register("absolute_error", unit="<unit> per <case>", meaning="How far the predicted number was off")
def absolute_error(asked: Asked) -> Measurement:
    """Measure how far predictions are off."""
    return asked.worth("absolute_error")


def functions(asked: Asked) -> BoundFunctions:
    """Give those that the decision is measured by."""
    wanted = {each.id for each in asked.intake.decision.measures}
    return {name: function for name, function in FUNCTIONS.bind(asked).items() if name in wanted}


def _sample(found: Differences) -> Sample:
    clusters = found.clusters if found.clusters < found.n else None
    barred = None if found.sd else "the model does what the rule does in all cases"
    return Sample(
        found.n,
        found.mean,
        found.sd,
        "difference",
        zeros=found.zeros,
        clusters=clusters,
        skewness=found.skewness,
        barred=barred,
    )


@dataclass(frozen=True)
class _Window:
    """From when the cases are, and how long that is; nothing without days."""

    said: str
    months: float | None


def _window(days: Sequence[date | None]) -> _Window:
    known = [day for day in days if day]
    if not known:
        return _Window("all cases of the table", None)
    first, last = min(known), max(known)
    return _Window(f"{first} to {last}", max(1.0, (last - first).days / DAYS_A_MONTH))
