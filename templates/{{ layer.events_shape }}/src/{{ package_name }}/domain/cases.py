"""A customer as seen on the morning of a cut-off, and what became of him: what a model learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from .orders import Order
from .policy import Policy

FEATURES = (
    "silence_days",
    "usual_gap_days",
    "silence_in_usual_gaps",
    "known_for_days",
    "events_window",
    "events_window_before",
    "events_all",
    "money_window",
    "money_window_before",
    "money_per_event",
    "lines_per_event",
    "reversals_window",
)
# Counted from the first line of the ledger, so they rise with every month that it covers, whatever customers do.
GROWING = ("known_for_days", "events_all")


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


def usual_gap(purchases: Sequence[Order], policy: Policy) -> float:
    """Median days between two days with a purchase; the window's length for a customer seen once."""
    days = sorted({order.day for order in purchases})
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return float(median(gaps)) if gaps else float(policy.active_days)
