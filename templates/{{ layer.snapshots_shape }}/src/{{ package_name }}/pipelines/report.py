"""The page that a person looks at: KPIs, model against rule, who is behind the mean, the batch, the data."""

from collections.abc import Iterator
from pathlib import Path

from .._platform.report_page import write_list, write_page
from ..bootstrap import Parts
from ..domain.batch import Batch, said
from ..domain.value import LEAVE, PREDICT
from ..services.evaluation import UNSAID
from .intake import Intake
from .measure import Measured
from .plot import draw
from .score import drift

SHOWN = 25


def write_report(parts: Parts, intake: Intake, measured: Measured) -> Path:
    """Write the page and the batch as files below var/report."""
    words, batch = parts.words, parts.batches.find(intake.due.period)
    if batch:
        header = ["place", words.case, "day", "decision", "amount", "likely", "reasons", "method"]
        write_list(parts.list_file, [*header, "model_version", "run_id"], _lines(batch, words.decision))
    given: dict[str, object] = {
        "case": parts.settings.the_case,
        "words": words,
        "intake": intake,
        "measured": measured,
        "said": lambda action: said(action, words.decision),
        "evaluation": measured.evaluation,
        "plot": draw(measured.evaluation.periods),
        "unsaid": UNSAID,
        "batch": batch,
        "list_file": parts.list_file.name,
        "predicted": PREDICT,
        "left": LEAVE,
        "drift": drift(parts, intake) if batch else (),
        "shown": SHOWN,
    }
    return write_page(parts.settings, __package__, given)


def _lines(batch: Batch, decision: str) -> Iterator[list[object]]:
    source = (batch.method, batch.model_version, batch.run_id)
    for entry in batch.chosen:
        likely = "" if entry.likely is None else f"{entry.likely:.3f}"
        who = (entry.place, entry.name, entry.day or "", said(entry.action, decision))
        yield [*who, f"{entry.amount:.6g}", likely, "; ".join(entry.reasons), *source]
