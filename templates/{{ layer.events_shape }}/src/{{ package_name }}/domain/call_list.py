"""The list that people work with, traceable to what made it."""

from dataclasses import dataclass, field
from datetime import date


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
