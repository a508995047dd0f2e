"""What calls reached, customer by customer."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..domain.cases import Outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """What one customer adds to a method: calls spent, lapses reached, revenue reached."""

    calls: int = 0
    lapsing: int = 0
    revenue: float = 0.0

    def plus(self, outcome: Outcome) -> "Tally":
        """Add one call."""
        reached = outcome.case.revenue if outcome.lapsed else 0.0
        return Tally(self.calls + 1, self.lapsing + outcome.lapsed, self.revenue + reached)


def tally(outcomes: Mapping[date, Sequence[Outcome]], calls: Mapping[date, Collection[str]]) -> dict[str, Tally]:
    """Sum up per customer what the calls on each cut-off reached; who was never called counts with nothing."""
    sums: dict[str, Tally] = defaultdict(Tally)
    for cutoff, judged in outcomes.items():
        for outcome in judged:
            customer = outcome.case.customer
            sums[customer] = sums[customer].plus(outcome) if customer in calls[cutoff] else sums[customer]
    return dict(sorted(sums.items()))
