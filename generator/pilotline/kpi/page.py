"""The report as one page that needs nothing else; an executive understands its first screen alone."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pilotline.kpi.drawing import aim, number, plot, span
from pilotline.kpi.report import Report
from pilotline.pilot.stages import STAGES


def render_page(report: Report) -> str:
    """Render the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html.j2")
    return template.render(report=report, stages=STAGES, number=number, span=span, plot=plot, aim=aim)
