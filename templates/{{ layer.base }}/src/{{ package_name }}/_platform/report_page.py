"""Writes what a person looks at below var/report: a page of the pilot's own template, and a list as CSV."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from .names import identifier
from .settings import PlatformSettings
from .shown_kpis import shown_value
from .switch import model_switch
from .wording import number, sentence

TEMPLATE = "report.html.j2"


def write_page(settings: PlatformSettings, package: str, given: dict[str, object]) -> Path:
    """Fill the template of a package, and write it; what every report shows is given to it, too."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package, "."), PackageLoader(__package__, ".")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    every = {
        "name": settings.manifest.name,
        "command": settings.distribution,
        "currency": settings.manifest.costs.currency,
        "example": settings.manifest.example,
        "switch": model_switch(settings),
        "number": number,
        "sentence": sentence,
        "shown_value": shown_value,
    }
    path = report_folder(settings) / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(environment.get_template(TEMPLATE).render(every | given), encoding="utf-8")
    return path


def list_file(settings: PlatformSettings, the_list: str) -> Path:
    """Name the file of a list, by what people call it."""
    return report_folder(settings) / f"{identifier(the_list)}.csv"


def report_folder(settings: PlatformSettings) -> Path:
    """Name the folder for what people look at."""
    return settings.var / "report"


def write_list(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a list of all that was decided, for people and their own systems."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
