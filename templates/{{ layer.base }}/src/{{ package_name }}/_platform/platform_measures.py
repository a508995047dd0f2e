"""KPIs that every pilot can measure: by a query, a metric of MLflow or of the runtime, a function in Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from . import PilotError, SqlDatabase
from .anytime import Measurement, Sample
from .capabilities import capabilities
from .corrections import Corrections
from .kpi import Kpi
from .measure_functions import BoundFunctions, MeasureFunctions, check_functions, join_functions
from .measure_units import find_wrong_units
from .mlflow_runs import Runs
from .monitoring import read_counts
from .settings import PlatformSettings

if TYPE_CHECKING:
    from .kpi_parts import RuntimeMetric


@dataclass(frozen=True)
class Asked:
    """What the platform's functions measure from."""

    database: SqlDatabase
    settings: PlatformSettings


FUNCTIONS: Final = MeasureFunctions[Asked]()


@FUNCTIONS.register("corrections", unit="percent", meaning="Corrections by users that somebody answered")
def corrections(asked: Asked) -> Measurement:
    """Measure the share of the users' corrections that somebody answered."""
    counts = Corrections(asked.database, asked.settings).counts()
    return Measurement.of(Sample.share(counts.answered, counts.given), "all corrections so far", "counted")


def known_functions(settings: PlatformSettings, database: SqlDatabase, purpose: str, *, keep: bool) -> BoundFunctions:
    """Give the functions that every pilot has, and those that its layers bring, such as the team's `measures.py`."""
    brought = [each.functions(settings, purpose, keep=keep) for each in capabilities()]
    return join_functions(FUNCTIONS.bind(Asked(database, settings)), *brought)


def measure_platform(kpi: Kpi, database: SqlDatabase, tracking: Runs, settings: PlatformSettings) -> Measurement:
    """Measure a KPI in any way that needs nothing of what the main job computes."""
    asked = kpi.measure
    if asked.pending is not None:
        return Measurement.none(kpi.window)
    if problems := list(find_wrong_units([kpi.model_dump()], {}, _currency(settings))):
        raise PilotError(" ".join(problems))
    if asked.sql is not None:
        return _by_query(kpi, database, settings)
    if asked.function is not None:
        functions = known_functions(settings, database, f"KPI {kpi.id}", keep=True)
        check_functions([kpi], functions, settings)
        return functions[asked.function].measure()
    try:
        if asked.mlflow is not None:
            values = tracking.metric_values(asked.mlflow.run, asked.mlflow.metric)
            return Measurement.of(Sample.of(values), kpi.window, f"MLflow runs {asked.mlflow.run}")
    except (KeyError, ValueError) as error:
        raise _no_number(kpi, error) from error
    runtime = cast("RuntimeMetric", asked.runtime)
    part, whole = read_counts(settings, runtime.metric, runtime.part)
    return Measurement.of(Sample.share(part, whole), kpi.window, f"runtime metric {runtime.metric}")


def _currency(settings: PlatformSettings) -> str:
    return settings.manifest.costs.currency


def _by_query(kpi: Kpi, database: SqlDatabase, settings: PlatformSettings) -> Measurement:
    """Ask whoever the query is about, else what the pilot wrote into its own database."""
    for each in capabilities():
        found = each.query(kpi, settings)
        if found is not None:
            return found
    try:
        return _queried(kpi, database.select(kpi.measure.sql or ""))
    except (KeyError, ValueError) as error:
        raise _no_number(kpi, error) from error


def _no_number(kpi: Kpi, error: Exception) -> PilotError:
    return PilotError(
        f"kpis.yml: each case of {kpi.id} has to be a number, that of a query in the column value ({error})."
    )


def _queried(kpi: Kpi, rows: Sequence[Mapping[str, object]]) -> Measurement:
    values = [float(str(row["value"])) for row in rows]
    rule = [float(str(row["rule"])) for row in rows] if rows and "rule" in rows[0] else []
    found = Measurement.of(Sample.of(values), kpi.window, "query")
    if not rule:
        return found
    differences = Sample.differences([value - other for value, other in zip(values, rule, strict=True)])
    return replace(found, sample=differences, rule=sum(rule) / len(rule))
