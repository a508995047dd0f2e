"""What decides today, without a model: what the table says, a test of one column, or what was usual for its values."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from .case import NO, YES, Case, Known, Value
from .decision import Decision, Said

PARTS = 10
FEW = 20  # different numbers up to which each is a value of its own


class Rule(Protocol):
    """Says of each case what is done with it today."""

    @property
    def words(self) -> str:
        """Say in words what the rule does."""
        ...

    def learn(self, known: Sequence[Known], decision: Decision) -> Self:
        """Take in what a person would have seen so far."""
        ...

    def says(self, case: Case) -> Said:
        """Say what is done with a case."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """The table itself says it, in a column of decisions, scores or estimates; where it is silent, what is usual."""

    column: str
    lowest_first: bool = False
    otherwise: Said = None

    @property
    def words(self) -> str:
        """Name the column."""
        return f"{self.column}, lowest first" if self.lowest_first else f"what {self.column} says"

    def learn(self, known: Sequence[Known], decision: Decision) -> Self:
        """Find what is usual."""
        return replace(self, otherwise=decision.usual(known))

    def says(self, case: Case) -> Said:
        """Read it off the case."""
        if case.today is None:
            return self.otherwise
        return -case.today if self.lowest_first and isinstance(case.today, float) else case.today


@dataclass(frozen=True, slots=True)
class Fits:
    """Yes where a column passes a test, else no."""

    column: str
    above: float | None = None
    below: float | None = None
    among: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Write the test as a sentence would."""
        tests = [
            f"above {self.above:g}" if self.above is not None else "",
            f"below {self.below:g}" if self.below is not None else "",
            f"one of {', '.join(self.among)}" if self.among else "",
        ]
        return f"{self.column} is {' and '.join(test for test in tests if test)}"

    def learn(self, known: Sequence[Known], decision: Decision) -> Self:  # noqa: ARG002 - as any rule
        """Stay as it is: the test is fixed."""
        return self

    def says(self, case: Case) -> Said:
        """Test the case."""
        return YES if self._passes(case.today) else NO

    def _passes(self, value: Value) -> bool:
        if value is None:
            return False
        if isinstance(value, str):
            return value in self.among
        fits = (not self.among or f"{value:g}" in self.among) and (self.above is None or value > self.above)
        return fits and (self.below is None or value < self.below)


@dataclass(frozen=True, slots=True)
class Usual:
    """What was best so far for cases with the same value of a column, numbers in tenths; without a column, for all."""

    column: str | None = None
    edges: tuple[float, ...] = ()
    found: Mapping[Value, Said] = field(default_factory=dict)
    otherwise: Said = None

    @property
    def words(self) -> str:
        """Name the column."""
        return f"what was usual for {self.column}" if self.column else "the same for all"

    def learn(self, known: Sequence[Known], decision: Decision) -> Self:
        """Find what was best for each value."""
        edged = replace(self, edges=_edges([each.case.today for each in known]))
        alike: dict[Value, list[Known]] = defaultdict(list)
        for each in known if self.column else ():
            alike[edged.place(each.case.today)].append(each)
        found = {value: decision.usual(group) for value, group in alike.items()}
        return replace(edged, found=found, otherwise=decision.usual(known))

    def says(self, case: Case) -> Said:
        """Look up the cases that are alike."""
        return self.found.get(self.place(case.today), self.otherwise)

    def place(self, value: Value) -> Value:
        """A few numbers are values of their own; of many, the tenth that a number lies in."""
        return float(bisect_right(self.edges, value)) if isinstance(value, float) and self.edges else value


def _edges(values: Sequence[Value]) -> tuple[float, ...]:
    numbers = sorted(value for value in values if isinstance(value, float))
    if len(set(numbers)) <= FEW:
        return ()
    return tuple(numbers[len(numbers) * part // PARTS] for part in range(1, PARTS))
