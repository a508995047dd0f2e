"""Measures KPIs before there is a model, where none of them rests on one: a query of the team needs nothing else."""

from .kept_evidence import KeepingParts, keep_kpis
from .kpi_manifest import read_kpis
from .measuring import measure_all
from .platform_measures import known_functions
from .screen import Json, Screen
from .shown_kpis import show_kpis


def rest_on_no_model(parts: KeepingParts) -> bool:
    """Tell whether every pilot has what measures the KPIs: queries, and functions that are no shape's own."""
    settings = parts.settings
    asked = {each.kpi.measure.function for each in read_kpis(settings.root / "kpis.yml")} - {None}
    return asked <= known_functions(settings, parts.database, "KPIs", keep=True).keys()


def measure_alone(parts: KeepingParts, screen: Screen, command: str) -> Json:
    """Measure, keep and show the KPIs."""
    found = measure_all(parts)
    kept = keep_kpis(parts, found, f"{parts.settings.distribution} {command}")
    shown = show_kpis(screen, found, (), kept)
    return {"evidence": [str(path) for path in kept], "kpis": shown}
