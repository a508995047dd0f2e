"""What would have happened: lists for past cut-offs, each by a model that knew only what was known by then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..domain.cases import Outcome
from ..domain.customers import Customers
from ..domain.policy import Policy
from ..domain.ranking import Method, called
from ..ports import Learner
from .tallies import Tally, tally

Probabilities = Mapping[date, Mapping[str, float]]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Backtest:
    """Out-of-time probabilities on past cut-offs, with what became of the customers."""

    outcomes: Mapping[date, Sequence[Outcome]] = field(repr=False)
    probabilities: Probabilities = field(repr=False)
    _lists: dict[tuple[Method, date, Policy], set[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def cutoffs(self) -> list[date]:
        """Cut-offs that were judged, oldest first."""
        return sorted(self.outcomes)

    def of(self, cutoff: date) -> "Backtest":
        """The same for a single list."""
        return Backtest({cutoff: self.outcomes[cutoff]}, self.probabilities, self._lists)

    def tallies(self, method: Method, policy: Policy) -> dict[str, Tally]:
        """Sum up per customer what a method would have reached over all cut-offs."""
        return tally(self.outcomes, {cutoff: self._called(method, cutoff, policy) for cutoff in self.cutoffs})

    def _called(self, method: Method, cutoff: date, policy: Policy) -> set[str]:
        """Rank a list once, however often it is compared."""
        if (method, cutoff, policy) not in self._lists:
            self._lists[method, cutoff, policy] = self._rank(method, cutoff, policy)
        return self._lists[method, cutoff, policy]

    def _rank(self, method: Method, cutoff: date, policy: Policy) -> set[str]:
        cases = [outcome.case for outcome in self.outcomes[cutoff]]
        known = self.probabilities.get(cutoff, {})
        probabilities = [known[case.customer] for case in cases] if method.needs_model else None
        return {case.customer for case in called(method, cases, policy, probabilities)}

    def judged_by(self, probabilities: Probabilities) -> "Backtest":
        """Judge another model on the same customers, on the cut-offs for which it has a probability for all of them."""
        kept = {
            cutoff: outcomes
            for cutoff, outcomes in self.outcomes.items()
            if {outcome.case.customer for outcome in outcomes} <= set(probabilities.get(cutoff, {}))
        }
        return Backtest(kept, probabilities)


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
