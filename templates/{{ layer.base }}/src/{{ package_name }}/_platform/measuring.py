"""All KPIs of kpis.yml that the platform can measure itself, without code of the pilot's own."""

from dataclasses import dataclass
from uuid import uuid4

from . import PilotError, SqlDatabase
from .anytime import Measurement
from .integrations import open_database, open_tracking
from .kpi import Assessment, Kpi, assess, read_kpis
from .manifest import PACKAGE
from .platform_measures import measure_platform
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


def measure_all(parts: PlatformParts) -> tuple[Assessment, ...]:
    """Measure each KPI; what is pending, or has no baseline, stays without a number."""
    costs = parts.settings.manifest.costs
    kpis = read_kpis(parts.settings.root / "kpis.yml")
    return tuple(assess(each, _measure(each.kpi, parts), costs) for each in kpis)


def _measure(kpi: Kpi, parts: PlatformParts) -> Measurement:
    if kpi.pending is not None:
        return Measurement.none(kpi.window)
    return measure_platform(kpi, parts.database, parts.tracking, parts.settings)
