"""All KPIs of kpis.yml: measured in the ways that every pilot has, and by functions of the pilot's own main job."""

from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from . import PilotError, SqlDatabase
from .anytime import Measurement
from .integrations import open_database, open_tracking
from .kpi import Assessment, Kpi, assess, read_kpis
from .manifest import PACKAGE
from .measure_functions import BoundFunctions, check_functions, join_functions
from .platform_measures import known_functions, measure_platform
from .settings import PlatformPart, PlatformSettings
from .tracking import Tracking


@dataclass(frozen=True)
class PlatformParts:
    """What the platform's commands work with in a pilot that has no domain yet."""

    settings: PlatformSettings
    database: SqlDatabase
    tracking: Tracking
    invocation: str

    @classmethod
    def build(cls) -> "PlatformParts":
        """Open what the settings name; real systems are switched on there and nowhere else."""
        settings = PlatformPart.load()
        integrations = f"{PACKAGE}.adapters.integrations"
        tracking = Tracking(
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


class MeasuringParts(Protocol):
    """What every measurement works with."""

    @property
    def settings(self) -> PlatformSettings:
        """The settings in force."""

    @property
    def database(self) -> SqlDatabase:
        """Where the pilot writes to."""

    @property
    def tracking(self) -> Tracking:
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


def _measure(kpi: Kpi, parts: MeasuringParts, functions: BoundFunctions) -> Measurement:
    if kpi.pending is not None:
        return Measurement.none(kpi.window)
    if kpi.measure.function is not None:
        return functions[kpi.measure.function].measure()
    return measure_platform(kpi, parts.database, parts.tracking, parts.settings)
