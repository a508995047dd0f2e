"""The impact of a catalog as one HTML file without scripts or network: for whoever decides about a release."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from pilotline.documents.harmless import without_control
from pilotline.fleet.impact import OUTCOMES, PilotImpact, count_outcomes

_TEMPLATE: Final = Path(__file__).with_name("impact.html.jinja")


def write_page(version: str, found: Sequence[PilotImpact], over: Sequence[str], today: date) -> str:
    """Write the page.

    Args:
        version: What the catalog would be released as.
        found: What would happen to each pilot.
        over: Which limits are exceeded, in words.
        today: The day that readiness was judged for.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    counts = count_outcomes(found)
    return without_control(
        template.render(version=version, pilots=found, counts=counts, outcomes=OUTCOMES, over=over, today=today)
    )
