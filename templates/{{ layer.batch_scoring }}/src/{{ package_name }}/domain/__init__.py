"""What the business says: orders, customers at a cut-off, the call policy. Plain Python, and the team's own."""

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Order:
    """One invoice of one customer, in whose rhythm customers come and go. A credit note has a negative value."""

    customer: str
    number: str
    day: date
    value: float
    lines: int = 1

    @property
    def is_purchase(self) -> bool:
        """Tell a purchase from a credit note, which is no sign of life."""
        return self.value > 0


@dataclass(frozen=True, slots=True)
class Policy:
    """What was agreed with the account managers: who counts as active, as lapsing, and how many they can call."""

    active_days: int = 180
    horizon_days: int = 90
    silent_days: int = 60
    call_share: float = 0.2

    def calls(self, active: int) -> int:
        """Number of calls for a number of active customers; at least one, so that a list is never empty."""
        return max(1, round(self.call_share * active)) if active else 0

    def horizon_end(self, cutoff: date) -> date:
        """First day on which the outcome of a list of that day is known."""
        return cutoff + timedelta(days=self.horizon_days)


@dataclass(frozen=True, slots=True)
class Case:
    """An active customer as seen on the morning of a cut-off: nothing of that day or later is known."""

    customer: str
    cutoff: date
    revenue: float
    silence_days: int
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case once its horizon was over."""

    case: Case
    lapsed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One customer on a call list: the place, the reasons a person can read, and what produced it."""

    customer: str
    rank: int
    called: bool
    revenue: float
    priority: float
    probability: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallList:
    """The list of one cut-off, with everything that is needed to trace it back and to measure it later."""

    cutoff: date
    method: str
    model_version: str
    run_id: str
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def batch(self) -> str:
        """Name of the batch: its cut-off and what decided. The same batch is written once."""
        return f"{self.cutoff}/{self.method}/{self.model_version}"

    @property
    def called(self) -> tuple[Entry, ...]:
        """The customers who are to be called, best first."""
        return tuple(entry for entry in self.entries if entry.called)
