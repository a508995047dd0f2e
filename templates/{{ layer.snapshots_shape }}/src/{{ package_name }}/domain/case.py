"""A case: one row of the table, as it stands when it has to be decided what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

YES, NO = "yes", "no"
Value = str | float | None
Outcome = str | float  # yes or no, a class, or a number
Estimate = tuple[float, ...]  # the probability of each label, in their order; of a number the number alone


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about one case before the outcome; `today` is what the rule in use goes by.

    `slices` are groups besides `group` in which results are compared: one of each column, which it names.
    """

    name: str
    features: tuple[Value, ...]
    day: date | None = None
    group: str | None = None
    money: float = 1.0
    today: Value = None
    slices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Name this row: the same case may be looked at on several days."""
        return self.name if self.day is None else f"{self.name}@{self.day}"


@dataclass(frozen=True, slots=True)
class Known:
    """A case with what became of it."""

    case: Case
    outcome: Outcome


def labels(known: Sequence[Known]) -> tuple[str, ...]:
    """Give the outcomes that occur, in a fixed order; none for numbers."""
    found = {each.outcome for each in known if isinstance(each.outcome, str)}
    return (NO, YES) if found <= {YES, NO} and found else tuple(sorted(found))
