"""What choices were worth once the outcome is known: the measures that kpis.yml may ask for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .case import Known

ACT, LEAVE, PREDICT = "act", "leave", "predict"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is done with a case: an action, and the number behind it.

    That is the priority, what the action is expected to save over the next best one, or the predicted number.
    """

    action: str
    amount: float


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to count what choices were worth: a mean over the choices that count, times `per`.

    `worth` gives None for a choice that does not count.
    """

    id: str
    title: str
    unit: str
    direction: Literal["higher", "lower"]
    worth: Callable[[Choice, Known], float | None]
    per: int = 1

    @property
    def sign(self) -> int:
        """1 when more is better, -1 when less is."""
        return 1 if self.direction == "higher" else -1


def gain(known: Known) -> float:
    """What it brings to choose a case: its money when the outcome is yes, the outcome itself when it is a number."""
    return known.outcome if isinstance(known.outcome, float) else known.case.money * hit(known)


def hit(known: Known) -> float:
    """1 when the outcome is yes."""
    return float(known.outcome == "yes")
