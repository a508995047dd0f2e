"""All KPIs of kpis.yml: measured in the ways that every pilot has, and by functions of the pilot's own main job."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast
from uuid import uuid4

from . import PilotError, SqlDatabase
from .anytime import Measurement
from .integrations import open_database, open_tracking
from .kpi import Assessment, Kpi, assess, read_kpis
from .manifest import PACKAGE
from .measure_functions import BoundFunctions, check_functions, join_functions
from .mlflow_runs import Runs
from .platform_measures import known_functions, measure_platform
from .settings import PlatformPart, PlatformSettings


@dataclass(frozen=True)
class PlatformParts:
    """What the platform's commands work with in a pilot that has no domain yet."""

    settings: PlatformSettings
    database: SqlDatabase
    tracking: Runs
    invocation: str

    @classmethod
    def build(cls) -> "PlatformParts":
        """Open what the settings name; real systems are switched on there and nowhere else."""
        settings = PlatformPart.load()
        integrations = f"{PACKAGE}.adapters.integrations"
        tracking = Runs(
            open_tracking(settings, integrations),
            settings.tracking.experiment or settings.distribution,
            settings.distribution,
        )
        return cls(settings, open_database(settings, integrations), tracking, uuid4().hex[:12])

    def suggested(self, item: str, batch: str | None) -> str:
        """Refuse a correction: nothing is suggested yet."""
        where = f"{batch}, " if batch else ""
        raise PilotError(
            f"There is no list yet that could hold {where}{item}: the code that suggests comes with the shape of your "
            f"table; `{self.settings.distribution} own-data FILE` sees it."
        )


class HasMeasures(Protocol):
    """The main job of a shape, which the platform does not import: it comes with the shape."""

    def measures(self) -> AbstractContextManager[BoundFunctions]:
        """Give the functions that measure by what the steps left."""


class MeasuringParts(Protocol):
    """What every measurement works with."""

    @property
    def settings(self) -> PlatformSettings:
        """The settings in force."""

    @property
    def database(self) -> SqlDatabase:
        """Where the pilot writes to."""

    @property
    def tracking(self) -> Runs:
        """Where runs and models are."""


def measure_all(parts: MeasuringParts, functions: BoundFunctions | None = None) -> tuple[Assessment, ...]:
    """Measure each KPI of kpis.yml: by a function of what the main job computed, or as every pilot can.

    What is pending stays without a number. A KPI of a wrong unit is refused before anything is measured.
    """
    settings = parts.settings
    kpis, costs = read_kpis(settings.root / "kpis.yml"), settings.manifest.costs
    known = known_functions(settings, parts.database, "KPIs", keep=True)
    known = join_functions(known, functions or {})
    check_functions((each.kpi for each in kpis), known, settings)
    return tuple(assess(each, _measure(each.kpi, parts, known), costs) for each in kpis)


def measure_with_shape(parts: PlatformParts) -> tuple[Assessment, ...]:
    """Measure each KPI, also by functions of the shape's main job, from what its last run left: as a notebook does."""
    settings = parts.settings
    asked = {each.kpi.measure.function for each in read_kpis(settings.root / "kpis.yml")} - {None}
    known = known_functions(settings, parts.database, "KPIs", keep=True)
    if asked <= known.keys() or find_spec(steps := f"{PACKAGE}.entrypoints.steps") is None:
        return measure_all(parts)
    with cast("HasMeasures", import_module(steps).JOB).measures() as functions:
        return measure_all(parts, functions)


def _measure(kpi: Kpi, parts: MeasuringParts, functions: BoundFunctions) -> Measurement:
    if kpi.pending is not None:
        return Measurement.none(kpi.window)
    if kpi.measure.function is not None:
        return functions[kpi.measure.function].measure()
    return measure_platform(kpi, parts.database, parts.tracking, parts.settings)
