"""Measure the KPIs on the questions that were held back, beside plain full-text search on the same ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .._platform.anytime import Measurement, Sample
from .._platform.kept_evidence import keep_evidence
from .._platform.kpi import Assessment
from .._platform.measure_functions import BoundFunctions, MeasureFunctions
from .._platform.measuring import measure_all
from .._platform.review_evidence import Metric, Report
from ..bootstrap import Parts
from ..services.evaluation import conclude, paired
from .evaluate import Evaluated, read_evaluation

WINDOW = "questions held back"
METHOD = "frozen questions, none of them seen in tuning; Student's t interval over topics"
STAND_FOR = "the frozen questions stand for those that people ask"
ONE_AUTHOR = "one person wrote them: other people may ask in other ways"


@dataclass(frozen=True)
class Measured:
    """All KPIs of kpis.yml, with the evidence that they rest on."""

    assessments: tuple[Assessment, ...]
    evaluated: Evaluated

    @property
    def assumptions(self) -> list[str]:
        """What the values rest on, each said once."""
        return list(dict.fromkeys(text for each in self.assessments for text in each.measurement.assumptions))


FUNCTIONS = MeasureFunctions[Evaluated]()


def measure(parts: Parts, evaluated: Evaluated | None = None) -> Measured:
    """Measure each KPI as kpis.yml says."""
    found = evaluated or _last(parts)
    return Measured(measure_all(parts, FUNCTIONS.bind(found)), found)


def functions(parts: Parts) -> BoundFunctions:
    """Give the functions that measure by the last evaluation."""
    return FUNCTIONS.bind(_last(parts))


def _last(parts: Parts) -> Evaluated:
    """Give the last evaluation; a pilot that has no questions yet has judged none, and measures no number."""
    if not parts.questions.exists():
        return Evaluated((), conclude((), parts.settings.evaluation.gate), "")
    return read_evaluation(parts)


def keep(parts: Parts, measured: Measured, command: str) -> list[Path]:
    """Keep what was measured as evidence: in MLflow, as metrics and in the repository; return what changed there."""
    said = measured.evaluated.judgement
    metric = Metric("answered_with_right_source", said.right.value, threshold=said.plain.value, passed=said.passed)
    ran = f"{parts.settings.distribution} {command}"
    report = Report("the assistant", (metric,), ("plain full-text search", said.plain.value), ran)
    return keep_evidence(parts, measured.assessments, report)


@FUNCTIONS.register(
    "answered_with_right_source",
    unit="percent",
    meaning="Questions answered with the right place cited first, or refused where the documents hold no answer",
)
def answered_with_right_source(evaluated: Evaluated) -> Measurement:
    """Measure on the questions held back, beside the first hit of plain search, which never refuses."""
    threshold = evaluated.judgement.threshold
    asked = [each for each in evaluated.judged if each.held_back]
    if not asked:
        return Measurement.none(WINDOW, "no question was held back")
    ours = [100.0 * each.right(threshold) for each in asked]
    theirs = [100.0 * each.plain_right for each in asked]
    sample = Sample.differences([a - b for a, b in zip(ours, theirs, strict=True)], [each.topic for each in asked])
    around = paired([(each.topic, int(each.right(threshold))) for each in asked])
    return Measurement(
        value=sum(ours) / len(ours),
        low=max(0.0, around.low),
        high=min(100.0, around.high),
        n=len(asked),
        window=WINDOW,
        method=METHOD,
        assumptions=(STAND_FOR, ONE_AUTHOR),
        sample=sample,
        rule=sum(theirs) / len(theirs),
    )


@FUNCTIONS.register(
    "answered_though_unknown",
    unit="percent",
    meaning="Questions without an answer in the documents that are answered all the same",
)
def answered_though_unknown(evaluated: Evaluated) -> Measurement:
    """Measure on the questions held back that have no answer."""
    threshold = evaluated.judgement.threshold
    return _share([each.fit >= threshold for each in evaluated.judged if each.held_back and not each.answerable])


def _share(found: Sequence[bool]) -> Measurement:
    if not found:
        return Measurement.none(WINDOW, "no question without an answer was held back")
    return Measurement.of(Sample.share(sum(found), len(found)), WINDOW, "frozen questions")
