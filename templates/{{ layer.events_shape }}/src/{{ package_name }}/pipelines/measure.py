"""Measure the KPIs, on lists whose outcome is known, else on past months as if the pilot had been there.

`write_report` makes the page that a person looks at: KPIs, the finding, the call list and the state of the data.
"""

import csv
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from .._platform import PilotError
from .._platform.anytime import Measurement, Sample
from .._platform.control import Corrections, Metric, Report, model_switch, write_evaluation, write_feedback
from .._platform.evidence import measure_platform, number, record, sentence
from .._platform.kpi import Assessment, Kpi, assess, read_kpis
from ..bootstrap import Parts
from ..domain import CallList
from ..domain.ranking import Method
from ..services import Live, judge_live
from ..services.evaluation import PER, Comparison, Evaluation, Measure, Month, compare
from . import Intake
from .learn import champion, newest, read_evaluation
from .score import drift

CORRECTIONS = "corrections"
BACKTEST = "past months, out of time"
LIVE = "lists that people had"
INTERVAL = "bias-corrected bootstrap over customers"
PAST_ASSUMPTION = "the past months say what comes: each list was made by a model that knew only what was known by then"
CALL_ASSUMPTION = "reached is not yet kept: what a call changes is part of the value of one unit"
LIVE_ASSUMPTION = "a customer whom the call kept no longer counts as lapsing: the live value is a lower bound"
SWAP_ASSUMPTION = "given the past, the customers of a list lapse independently of each other"
SHOWN = 25
WIDTH, HEIGHT, LEFT, BOTTOM = 720, 300, 64, 40
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 5


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
    holder = champion(parts, intake.contract)
    evaluation = read_evaluation(parts, holder or newest(parts))
    live = judge_live(parts.call_lists, intake.customers, parts.policy)
    method = Method.EXPECTED_LOSS if holder else Method.RULE
    costs = parts.settings.manifest.costs
    found = tuple(
        assess(each, _measurement(parts, each.kpi, evaluation, live, method), costs)
        for each in read_kpis(parts.settings.root / "kpis.yml")
    )
    waiting = [parts.policy.horizon_end(day) for day in parts.call_lists.cutoffs() if day not in live.over]
    return Measured(found, evaluation, method, tuple(live.over), min(waiting, default=None))


def keep(parts: Parts, measured: Measured, command: str) -> list[Path]:
    """Keep what was measured as evidence: in MLflow, as metrics and in the repository; return what changed there."""
    settings, said = parts.settings, f"{parts.settings.distribution} {command}"
    with parts.tracking.run("measure", {"invocation": parts.invocation}) as run:
        kept = record(measured.assessments, settings=settings, command=said, run=run)
    kept += write_evaluation(settings, _report(measured, said))
    return kept + write_feedback(settings, Corrections(parts.database, settings))


def _report(measured: Measured, command: str) -> Report:
    """Hold what decides against the rule in what the gate asks for: as far as its interval tells, it is not worse."""
    found = measured.evaluation.against_rule[measured.method][Measure.REVENUE]
    metric = Metric(found.measure, found.value.value, threshold=found.other, passed=not found.difference.worse)
    version = measured.evaluation.version
    subject = f"model version {version}" if measured.method.needs_model else "the rule, in the model's place"
    return Report(subject, (metric,), ("the rule", found.other), command)


def _measurement(parts: Parts, kpi: Kpi, evaluation: Evaluation, live: Live, method: Method) -> Measurement:
    asked = kpi.measure.function
    if asked is None:
        return measure_platform(kpi, parts.database, parts.tracking, parts.settings)
    if asked == CORRECTIONS:
        return _corrections(parts)
    if asked not in set(Measure):
        known = ", ".join([*Measure, CORRECTIONS])
        raise PilotError(f"kpis.yml: {kpi.id} asks for the function {asked}, which is none of {known}.")
    wanted = Measure(asked)
    if live.over:
        found = compare(live.worked, live.rule, wanted, parts.settings.seed, live.swaps)
        window = f"{live.over[0]} to {live.over[-1]}, {len(live.over)} list{'s' if len(live.over) > 1 else ''}"
        return _from(found, window, LIVE, LIVE_ASSUMPTION, len(live.over))
    months = evaluation.months
    window = f"{months[0].cutoff:%Y-%m} to {months[-1].cutoff:%Y-%m}, {len(months)} lists"
    return _from(evaluation.against_rule[method][wanted], window, BACKTEST, PAST_ASSUMPTION, len(months))


def _from(found: Comparison, window: str, source: str, assumption: str, lists: int) -> Measurement:
    return Measurement(
        value=found.value.value,
        low=found.value.low,
        high=found.value.high,
        n=found.calls,
        window=window,
        method=f"{source}; {INTERVAL}",
        assumptions=(assumption, CALL_ASSUMPTION, SWAP_ASSUMPTION),
        sample=Sample(found.swaps.n, found.swaps.mean, found.swaps.sd, "difference", zeros=found.swaps.zeros),
        rule=found.other,
        units_per_month=found.calls / lists / PER,
    )


def _corrections(parts: Parts) -> Measurement:
    """Share of the users' corrections that somebody answered."""
    counts = Corrections(parts.database, parts.settings).counts()
    return Measurement.of(Sample.share(counts.answered, counts.given), "all corrections so far", "counted")


@dataclass(frozen=True)
class Bar:
    """One bar of the plot, in the plot's own units."""

    method: Method
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Plot:
    """Revenue reached by each way to rank on each past list, ready to be drawn."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    months: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def draw(months: tuple[Month, ...]) -> Plot:
    """Lay out grouped bars: a group for each list, a bar for each way to rank."""
    values = _ticks(max(month.reached[method][Measure.REVENUE] for month in months for method in Method))
    group = (WIDTH - LEFT) / len(months)
    width = group / (len(Method) + 1)
    scale = (HEIGHT - BOTTOM - 10) / values[-1]
    bars = []
    for place, month in enumerate(months):
        for offset, method in enumerate(Method):
            value = month.reached[method][Measure.REVENUE]
            x = LEFT + place * group + width / 2 + offset * width
            label = f"{month.cutoff:%Y-%m}, {method.words}: {value:,.0f}"
            bars.append(Bar(method, x, HEIGHT - BOTTOM - value * scale, width * 0.9, value * scale, label))
    return Plot(
        tuple(bars),
        tuple((HEIGHT - BOTTOM - value * scale, f"{value:,.0f}") for value in values),
        tuple((LEFT + (place + 0.5) * group, f"{month.cutoff:%Y-%m}") for place, month in enumerate(months)),
    )


def _ticks(highest: float) -> list[float]:
    """Choose round values from zero to above the highest."""
    rough = max(highest, 1.0) / TICKS
    unit = 10.0 ** floor(log10(rough))
    step = next(each * unit for each in STEPS if each * unit >= rough)
    return [step * place for place in range(ceil(max(highest, 1.0) / step) + 1)]


def write_report(parts: Parts, intake: Intake, measured: Measured, call_list: CallList | None) -> Path:
    """Write the page and the call list as files below var/report."""
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.j2").render(
        name=parts.settings.manifest.name,
        currency=parts.settings.currency,
        policy=parts.policy,
        intake=intake,
        measured=measured,
        assumptions=measured.assumptions,
        number=number,
        sentence=sentence,
        evaluation=measured.evaluation,
        finding=measured.evaluation.finding(parts.settings.currency),
        methods=list(Method),
        measures=Measure,
        plot=draw(measured.evaluation.months),
        call_list=call_list,
        drift=drift(parts, intake, call_list.cutoff) if call_list else (),
        switch=model_switch(parts.settings),
        example=parts.settings.manifest.example,
        shown=SHOWN,
        command=parts.settings.distribution,
    )
    parts.report.mkdir(parents=True, exist_ok=True)
    if call_list:
        _write_list(parts.report / "call_list.csv", call_list)
    path = parts.report / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def _write_list(path: Path, call_list: CallList) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["place", "customer", "revenue", "probability", "reasons", "method", "model_version", "run_id"])
        for entry in call_list.called:
            probability = "" if entry.probability is None else f"{entry.probability:.3f}"
            source = (call_list.method, call_list.model_version, call_list.run_id)
            writer.writerow(
                [entry.rank, entry.customer, f"{entry.revenue:.2f}", probability, "; ".join(entry.reasons), *source]
            )
