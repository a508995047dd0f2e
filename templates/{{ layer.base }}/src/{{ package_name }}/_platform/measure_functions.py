"""Functions that measure KPIs: each is registered with unit and meaning, and fits KPIs of that unit only."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from . import PilotError
from .anytime import Measurement
from .kpi_manifest import Kpi
from .measure_units import Declared, find_wrong_units
from .rules.units import in_words, words_of
from .settings import PlatformSettings

Given = TypeVar("Given")


@dataclass(frozen=True)
class MeasureFunction(Generic[Given]):
    """One function; `<currency>` in its unit stands for the pilot's own."""

    id: str
    unit: str
    meaning: str
    measure: Callable[[Given], Measurement]


@dataclass(frozen=True)
class BoundFunction:
    """A function with what it measures from: nothing is missing to call it."""

    declared: Declared
    measure: Callable[[], Measurement]


BoundFunctions = Mapping[str, BoundFunction]


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

    def bind(self, given: Given) -> BoundFunctions:
        """Give the functions together with what they measure from."""
        return {
            name: BoundFunction(Declared(each.unit, each.meaning), partial(each.measure, given))
            for name, each in self._known.items()
        }

    def check(self, kpis: Iterable[Kpi], currency: str) -> None:
        """Refuse KPIs that ask for no function of these, or for one of another unit; all at once."""
        _check(kpis, {name: Declared(each.unit, each.meaning) for name, each in self._known.items()}, currency)

    def measure(self, kpi: Kpi, given: Given, currency: str) -> Measurement:
        """Measure a KPI by the function that it asks for."""
        self.check([kpi], currency)
        return self._known[kpi.measure.function or ""].measure(given)


def join_functions(*several: BoundFunctions) -> BoundFunctions:
    """Put the functions of several modules together; an id belongs to one of them."""
    found: dict[str, BoundFunction] = {}
    for functions in several:
        if twice := sorted(found.keys() & functions.keys()):
            raise PilotError(f"The function {', '.join(twice)} is registered twice: give each an id of its own.")
        found |= functions
    return found


def check_functions(kpis: Iterable[Kpi], functions: BoundFunctions, settings: PlatformSettings) -> None:
    """Refuse KPIs that ask for a function that there is not, or for one of another unit; all at once."""
    words = words_of({"case": settings.case.model_dump()} if settings.case else {})
    declared = {name: in_words(each.declared, words) for name, each in functions.items()}
    _check(kpis, declared, settings.manifest.costs.currency)


def _check(kpis: Iterable[Kpi], declared: Mapping[str, Declared], currency: str) -> None:
    problems = [problem for kpi in kpis if (problem := _problem(kpi, declared, currency))]
    if problems:
        raise PilotError(" ".join(problems))


def _problem(kpi: Kpi, declared: Mapping[str, Declared], currency: str) -> str:
    asked = kpi.measure.function
    if asked is not None and asked not in declared:
        return f"kpis.yml: {kpi.id} asks for the function {asked}, which is none of {', '.join(declared)}."
    return " ".join(find_wrong_units([kpi.model_dump()], declared, currency))
