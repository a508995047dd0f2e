"""The page that a person looks at: KPIs, the finding, the call list and the state of the data."""

import csv
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from .._platform.switch import model_switch
from .._platform.wording import number, sentence
from ..bootstrap import Parts
from ..domain.call_list import CallList
from ..domain.ranking import Method
from ..services.evaluation import Measure
from .intake import Intake
from .measure import Measured
from .plot import draw
from .score import drift

SHOWN = 25


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
