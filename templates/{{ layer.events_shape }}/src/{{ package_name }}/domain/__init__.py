"""What the business says: orders, the call policy, customers at a cut-off. Plain Python, and the team's own."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

FEATURES = (
    "silence_days",
    "usual_gap_days",
    "silence_in_usual_gaps",
    "known_for_days",
    "orders_window",
    "orders_window_before",
    "orders_all",
    "revenue_window",
    "revenue_window_before",
    "order_value",
    "lines_per_order",
    "credits_window",
)
# Counted from the first line of the ledger, so they rise with every month that it covers, whatever customers do.
GROWING = ("known_for_days", "orders_all")


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


@dataclass(frozen=True, slots=True)
class _History:
    """All orders of one customer in time, with their days apart, so that windows are found by bisection."""

    days: tuple[date, ...]
    orders: tuple[Order, ...]

    def between(self, start: date, end: date) -> Sequence[Order]:
        """Orders from `start` up to, but not on, `end`."""
        return self.orders[bisect_left(self.days, start) : bisect_left(self.days, end)]


class Customers:
    """Every customer's history, indexed once, and asked for any number of cut-offs."""

    def __init__(self, orders: Iterable[Order], policy: Policy) -> None:
        """Index the orders by customer."""
        by_customer: dict[str, list[Order]] = defaultdict(list)
        for order in orders:
            by_customer[order.customer].append(order)
        self._policy = policy
        self._histories = {name: _history(by_customer[name]) for name in sorted(by_customer)}
        days = [history.days for history in self._histories.values()]
        self.first_day = min((each[0] for each in days), default=date.max)
        self.last_day = max((each[-1] for each in days), default=date.min)
        self._outcomes: dict[date, list[Outcome]] = {}

    def __len__(self) -> int:
        """Number of customers that ever ordered."""
        return len(self._histories)

    def cases(self, cutoff: date) -> list[Case]:
        """Customers with a purchase in the window before the cut-off, as they were seen that morning."""
        found = (_case(name, history, cutoff, self._policy) for name, history in self._histories.items())
        return [case for case in found if case is not None]

    def outcomes(self, cutoff: date) -> list[Outcome]:
        """The same cases with what became of them; only for cut-offs whose horizon is over."""
        if cutoff not in self._outcomes:
            self._outcomes[cutoff] = self._judge(cutoff)
        return self._outcomes[cutoff]

    def _judge(self, cutoff: date) -> list[Outcome]:
        end = self._policy.horizon_end(cutoff)
        if end > self.today:
            message = f"The outcome of {cutoff} is known on {end}, the ledger ends on {self.last_day}"
            raise ValueError(message)
        return [Outcome(case, not self._bought(case.customer, cutoff, end)) for case in self.cases(cutoff)]

    def _bought(self, customer: str, start: date, end: date) -> bool:
        return any(order.is_purchase for order in self._histories[customer].between(start, end))

    def known_cutoffs(self) -> list[date]:
        """Firsts of a month with a full window of history before them and a full horizon after them."""
        start = self.first_day + timedelta(days=self._policy.active_days)
        return list(month_starts(start, self.today - timedelta(days=self._policy.horizon_days)))

    @property
    def today(self) -> date:
        """The day after the ledger's last: the morning on which all of it is known."""
        return self.last_day + timedelta(days=1)

    def newest_cutoff(self) -> date:
        """First of this month: the list that is due now."""
        return self.today.replace(day=1)


def month_starts(start: date, end: date) -> Iterator[date]:
    """Firsts of a month from `start` to `end`, both included."""
    day = start if start.day == 1 else _next_month(start)
    while day <= end:
        yield day
        day = _next_month(day)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _history(orders: Iterable[Order]) -> _History:
    ordered = tuple(sorted(orders, key=lambda order: (order.day, order.number)))
    return _History(tuple(order.day for order in ordered), ordered)


def _case(customer: str, history: _History, cutoff: date, policy: Policy) -> Case | None:
    """See a customer on the morning of a cut-off; None for one without a purchase in the window."""
    window = timedelta(days=policy.active_days)
    recent = history.between(cutoff - window, cutoff)
    purchases = [order for order in recent if order.is_purchase]
    if not purchases:
        return None
    before = history.between(cutoff - 2 * window, cutoff - window)
    known = [order for order in history.between(date.min, cutoff) if order.is_purchase]
    silence = (cutoff - purchases[-1].day).days
    revenue = max(0.0, sum(order.value for order in recent))
    gap = _usual_gap(known, policy)
    features = (
        float(silence),
        gap,
        silence / gap,
        float((cutoff - known[0].day).days),
        float(len(purchases)),
        float(sum(order.is_purchase for order in before)),
        float(len(known)),
        revenue,
        max(0.0, sum(order.value for order in before)),
        sum(order.value for order in purchases) / len(purchases),
        sum(order.lines for order in purchases) / len(purchases),
        float(len(recent) - len(purchases)),
    )
    return Case(customer, cutoff, revenue, silence, features)


def _usual_gap(purchases: Sequence[Order], policy: Policy) -> float:
    """Median days between two days with a purchase; the window's length for a customer seen once."""
    days = sorted({order.day for order in purchases})
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return float(median(gaps)) if gaps else float(policy.active_days)
