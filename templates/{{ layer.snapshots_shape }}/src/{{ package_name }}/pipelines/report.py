"""Makes the page that a person looks at: KPIs, model against rule, who is behind the mean, the batch, the data."""

import csv
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from .._platform.switch import model_switch
from .._platform.wording import number, sentence
from ..bootstrap import Parts
from ..domain.batch import Batch, said
from ..domain.value import LEAVE, PREDICT
from .intake import Intake
from .measure import Measured
from .plot import draw
from .score import drift

SHOWN = 25
SOURCE = ("method", "model_version", "run_id")


def write_report(parts: Parts, intake: Intake, measured: Measured) -> Path:
    """Write the page and the batch as files below var/report."""
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words, batch = parts.settings.the_case.words, parts.batches.find(intake.due.period)
    page = environment.get_template("report.html.j2").render(
        name=parts.settings.manifest.name,
        currency=parts.settings.currency,
        case=parts.settings.the_case,
        words=words,
        intake=intake,
        measured=measured,
        number=number,
        sentence=sentence,
        said=lambda action: said(action, words.decision),
        evaluation=measured.evaluation,
        plot=draw(measured.evaluation.periods),
        batch=batch,
        predicted=PREDICT,
        left=LEAVE,
        drift=drift(parts, intake) if batch else (),
        switch=model_switch(parts.settings),
        example=parts.settings.manifest.example,
        shown=SHOWN,
        command=parts.settings.distribution,
    )
    parts.report.mkdir(parents=True, exist_ok=True)
    if batch:
        _write_list(parts.report / "list.csv", batch, words.case, words.decision)
    path = parts.report / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def _write_list(path: Path, batch: Batch, case: str, decision: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["place", case, "day", "decision", "amount", "likely", "reasons", *SOURCE])
        for entry in batch.chosen:
            likely = "" if entry.likely is None else f"{entry.likely:.3f}"
            who = (entry.place, entry.name, entry.day or "", said(entry.action, decision))
            source = (batch.method, batch.model_version, batch.run_id)
            writer.writerow([*who, f"{entry.amount:.6g}", likely, "; ".join(entry.reasons), *source])
