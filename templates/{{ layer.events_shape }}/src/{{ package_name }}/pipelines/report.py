"""The page that a person looks at: KPIs, the finding, the list and the state of the data."""

from collections.abc import Iterator
from pathlib import Path

from .._platform.report_page import write_list, write_page
from ..bootstrap import Parts
from ..domain.call_list import CallList
from ..domain.ranking import Method
from ..services.evaluation import PER, Measure
from .intake import Intake
from .measure import Measured
from .plot import draw
from .score import drift

SHOWN = 25


def write_report(parts: Parts, intake: Intake, measured: Measured, call_list: CallList | None) -> Path:
    """Write the page and the list as files below var/report."""
    if call_list:
        header = ["place", parts.words.case, parts.words.money, "probability", "reasons", "method"]
        write_list(parts.list_file, [*header, "model_version", "run_id"], _lines(call_list))
    given: dict[str, object] = {
        "words": parts.words,
        "policy": parts.policy,
        "intake": intake,
        "measured": measured,
        "evaluation": measured.evaluation,
        "per": PER,
        "unit": parts.settings.amount_unit,
        "finding": measured.evaluation.finding(parts.settings.amount_unit, parts.words),
        "calibration": measured.evaluation.calibration(parts.settings.amount_unit, parts.words),
        "methods": {str(method): method.said(parts.words) for method in Method},
        "measures": Measure,
        "plot": draw(measured.evaluation.months, parts.words),
        "call_list": call_list,
        "list_file": parts.list_file.name,
        "drift": drift(parts, intake, call_list.cutoff) if call_list else (),
        "shown": SHOWN,
    }
    return write_page(parts.settings, __package__, given)


def _lines(call_list: CallList) -> Iterator[list[object]]:
    source = (call_list.method, call_list.model_version, call_list.run_id)
    for entry in call_list.called:
        probability = "" if entry.probability is None else f"{entry.probability:.3f}"
        yield [entry.rank, entry.customer, f"{entry.revenue:.2f}", probability, "; ".join(entry.reasons), *source]
