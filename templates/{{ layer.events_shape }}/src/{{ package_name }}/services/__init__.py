"""Use cases: ports come in as arguments, values go out; no database, no tracking server, no screen.

The first one stands here: what would have happened, with lists for past cut-offs, each by a model that knew only what
was known by then.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest

from ..domain import Customers, Outcome, Policy
from ..domain.ranking import Method, called
from ..ports import CallLists, Learner

Probabilities = Mapping[date, Mapping[str, float]]
Progress = Callable[[str], None]


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


@dataclass(frozen=True)
class Backtest:
    """Out-of-time probabilities on past cut-offs, with what became of the customers."""

    outcomes: Mapping[date, Sequence[Outcome]] = field(repr=False)
    probabilities: Probabilities = field(repr=False)

    @property
    def cutoffs(self) -> list[date]:
        """Cut-offs that were judged, oldest first."""
        return sorted(self.outcomes)

    def tallies(self, method: Method, policy: Policy) -> dict[str, Tally]:
        """Sum up per customer what a method would have reached over all cut-offs."""
        return tally(self.outcomes, {cutoff: self._called(method, cutoff, policy) for cutoff in self.cutoffs})

    def _called(self, method: Method, cutoff: date, policy: Policy) -> set[str]:
        cases = [outcome.case for outcome in self.outcomes[cutoff]]
        known = self.probabilities.get(cutoff, {})
        probabilities = [known[case.customer] for case in cases] if method.needs_model else None
        return {case.customer for case in called(method, cases, policy, probabilities)}

    def swaps(self, method: Method, other: Method, policy: Policy) -> list[tuple[Tally, Tally]]:
        """Pair the calls of two ways to rank, oldest list first: what each reached where they called someone else.

        A customer whom both called is a pair with himself. Who is paired with whom does not depend on the outcome.
        """
        pairs: list[tuple[Tally, Tally]] = []
        for cutoff in self.cutoffs:
            ours, theirs = self._called(method, cutoff, policy), self._called(other, cutoff, policy)
            pairs += swapped(self.outcomes[cutoff], ours, theirs)
        return pairs

    def judged_by(self, probabilities: Probabilities) -> "Backtest":
        """Judge another model on the same customers, on the cut-offs for which it has a probability for all of them."""
        kept = {
            cutoff: outcomes
            for cutoff, outcomes in self.outcomes.items()
            if {outcome.case.customer for outcome in outcomes} <= set(probabilities.get(cutoff, {}))
        }
        return Backtest(kept, probabilities)


def swapped(judged: Sequence[Outcome], ours: Collection[str], theirs: Collection[str]) -> list[tuple[Tally, Tally]]:
    """Pair two lists of calls of the same day; a longer list's rest is paired with no call."""
    nobody = Tally(calls=1)
    known = {outcome.case.customer: Tally().plus(outcome) for outcome in judged}
    both = sorted(set(ours) & set(theirs))
    rest = zip_longest(sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours)), fillvalue="")
    return [(known.get(one, nobody), known.get(other, nobody)) for one, other in [*zip(both, both, strict=True), *rest]]


def training_outcomes(customers: Customers, policy: Policy, known_by: date) -> list[Outcome]:
    """All outcomes that had ended by a day: what a model of that day may learn from."""
    cutoffs = [day for day in customers.known_cutoffs() if policy.horizon_end(day) <= known_by]
    return [outcome for cutoff in cutoffs for outcome in customers.outcomes(cutoff)]


def run_backtest(
    customers: Customers, learner: Learner, policy: Policy, cutoffs: Sequence[date], progress: Progress
) -> Backtest:
    """Walk through the cut-offs with a rolling origin; each model learns only from labels that had ended by then."""
    outcomes: dict[date, Sequence[Outcome]] = {}
    probabilities: dict[date, Mapping[str, float]] = {}
    for cutoff in cutoffs:
        known = training_outcomes(customers, policy, known_by=cutoff)
        progress(f"{cutoff:%Y-%m}: learning from {len(known):,} outcomes")
        outcomes[cutoff] = customers.outcomes(cutoff)
        cases = [outcome.case for outcome in outcomes[cutoff]]
        found = learner.fit(known).probabilities(cases)
        probabilities[cutoff] = {case.customer: value for case, value in zip(cases, found, strict=True)}
    return Backtest(outcomes, probabilities)


def judged_cutoffs(customers: Customers, policy: Policy, wanted: int) -> list[date]:
    """The newest cut-offs whose outcome is known and that leave earlier outcomes to learn from."""
    known = customers.known_cutoffs()
    judged = [day for day in known if policy.horizon_end(known[0]) <= day]
    return judged[-wanted:]


@dataclass(frozen=True)
class Live:
    """What the lists that people had reached, and what the rule's lists would have."""

    over: list[date]
    worked: dict[str, Tally]
    rule: dict[str, Tally]
    swaps: list[tuple[Tally, Tally]]


def judge_live(lists: CallLists, customers: Customers, policy: Policy) -> Live:
    """Judge the lists that people really had, once their outcome is known, against what the rule would have called."""
    over = [day for day in lists.cutoffs() if policy.horizon_end(day) <= customers.today]
    outcomes = {day: customers.outcomes(day) for day in over}
    worked = {day: {entry.customer for entry in found.called} for day in over if (found := lists.find(day))}
    cases = {day: [outcome.case for outcome in judged] for day, judged in outcomes.items()}
    rule = {day: {case.customer for case in called(Method.RULE, cases[day], policy, None)} for day in over}
    swaps = [pair for day in over for pair in swapped(outcomes[day], worked[day], rule[day])]
    return Live(over, tally(outcomes, worked), tally(outcomes, rule), swaps)
