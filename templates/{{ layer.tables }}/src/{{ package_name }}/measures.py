"""The KPIs that this pilot measures in Python, where a query is not enough.

Each function is registered with its id, the unit that it gives and what it means, written as literals. A KPI of the
same unit in kpis.yml is bound to it by `measure: {function: ID}`; `measure --try KPI` shows what it gives. It reads
tables under their data contracts, and returns a mean, a share or a difference over cases, with its interval.
"""

from ._platform.anytime import Measurement, Sample
from ._platform.measure_functions import MeasureFunctions
from ._platform.own_measures import Tables

FUNCTIONS = MeasureFunctions[Tables]()


@FUNCTIONS.register("rows_kept", unit="percent", meaning="Rows of the tables that keep their data contract")
def rows_kept(tables: Tables) -> Measurement:
    """Measure how good the data is that everything else rests on."""
    found = [tables.read(name) for name in tables.names]
    kept, read = sum(len(each.rows) for each in found), sum(each.rows_read for each in found)
    return Measurement.of(Sample.share(kept, read), "the tables as they are", "counted")
