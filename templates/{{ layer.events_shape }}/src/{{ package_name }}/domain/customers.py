"""Every customer's history, and how each looked on any day."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .cases import Case, Outcome, usual_gap
from .months import month_starts
from .orders import Order
from .policy import Policy


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
        self._cases: dict[date, list[Case]] = {}
        self._outcomes: dict[date, list[Outcome]] = {}

    def __len__(self) -> int:
        """Number of customers that ever ordered."""
        return len(self._histories)

    def cases(self, cutoff: date) -> list[Case]:
        """Customers with a purchase in the window before the cut-off, as they were seen that morning."""
        if cutoff not in self._cases:
            self._cases[cutoff] = self._seen(cutoff)
        return self._cases[cutoff]

    def whole_cutoffs(self, before: date) -> list[date]:
        """Firsts of a month before a day that are free of the ledger's beginning: both windows lie within it."""
        start = self.first_day + timedelta(days=2 * self._policy.active_days)
        return list(month_starts(start, before - timedelta(days=1)))

    def _seen(self, cutoff: date) -> list[Case]:
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
    gap = usual_gap(known, policy)
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
