"""The page that a person looks at: KPIs, the finding, the call list and the state of the data, in one file."""

import csv
from dataclasses import dataclass
from math import ceil, floor, log10
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from .._platform.control import model_switch
from .._platform.evidence import sentence
from ..bootstrap import Parts
from ..domain import CallList
from ..domain.ranking import Method
from ..services.evaluation import Measure, Month
from . import Intake
from .measure import Measured, number
from .score import drift

SHOWN = 25
WIDTH, HEIGHT, LEFT, BOTTOM = 720, 300, 64, 40
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 5


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
