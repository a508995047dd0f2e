"""Functions that measure KPIs: each is registered with unit and meaning, and fits KPIs of that unit only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from . import PilotError
from .anytime import Measurement
from .kpi_manifest import Kpi
from .measure_units import Declared, find_wrong_units

Given = TypeVar("Given")


@dataclass(frozen=True)
class MeasureFunction(Generic[Given]):
    """One function; `<currency>` in its unit stands for the pilot's own."""

    id: str
    unit: str
    meaning: str
    measure: Callable[[Given], Measurement]


class MeasureFunctions(Generic[Given]):
    """The functions of one module, which all measure from what the same value gives them."""

    def __init__(self) -> None:
        self._known: dict[str, MeasureFunction[Given]] = {}

    def register(
        self, name: str, *, unit: str, meaning: str
    ) -> Callable[[Callable[[Given], Measurement]], Callable[[Given], Measurement]]:
        """Register a function; write the texts as literals, so that checks read them without running the pilot."""

        def keep(measure: Callable[[Given], Measurement]) -> Callable[[Given], Measurement]:
            if name in self._known:
                raise PilotError(f"The function {name} is registered twice: give each an id of its own.")
            self._known[name] = MeasureFunction(name, unit, meaning, measure)
            return measure

        return keep

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def check(self, kpis: Iterable[Kpi], currency: str) -> None:
        """Refuse KPIs that ask for no function of these, or for one of another unit; all at once."""
        problems = [problem for kpi in kpis if (problem := self._problem(kpi, currency))]
        if problems:
            raise PilotError(" ".join(problems))

    def measure(self, kpi: Kpi, given: Given, currency: str) -> Measurement:
        """Measure a KPI by the function that it asks for."""
        self.check([kpi], currency)
        return self._known[kpi.measure.function or ""].measure(given)

    def _problem(self, kpi: Kpi, currency: str) -> str:
        asked = kpi.measure.function
        if asked is None:
            return ""
        if asked not in self._known:
            return f"kpis.yml: {kpi.id} asks for the function {asked}, which is none of {', '.join(self._known)}."
        found = self._known[asked]
        return " ".join(find_wrong_units([kpi.model_dump()], {asked: Declared(found.unit, found.meaning)}, currency))
