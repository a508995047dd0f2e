"""The three decisions that a table of cases is for: choose the best share, act at least cost, predict a number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Protocol
from zlib import crc32

from .case import YES, Case, Estimate, Known
from .value import ACT, LEAVE, PREDICT, Choice, Measure, gain, hit

PER = 100  # chosen cases
MISTAKES = "mistakes"  # the unit of costs that nobody has agreed on: each counts the same
Said = str | float | None


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of the case that measures are named by, and the unit of money or of the outcome."""

    case: str = "case"
    cases: str = "cases"
    outcome: str = "outcome"
    unit: str = "units"


class Decision(Protocol):
    """Makes choices out of what a model estimates, or out of what the rule in use says."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What choices are measured by; the first one decides."""
        ...

    @property
    def each_alone(self) -> bool:
        """Tell whether each case is decided for itself, so that no group has to lose what another one wins."""
        ...

    def choose(self, cases: Sequence[Case], estimates: Sequence[Estimate]) -> list[Choice]:
        """Choose by a model's estimates."""
        ...

    def follow(self, cases: Sequence[Case], said: Sequence[Said]) -> list[Choice]:
        """Choose by what the rule says of each case."""
        ...

    def usual(self, known: Sequence[Known]) -> Said:
        """Say what was best for all of these cases alike: what somebody says who knows nothing else."""
        ...


@dataclass(frozen=True, slots=True)
class BestShare:
    """There is room for a share of the cases: those that promise most are chosen, best first."""

    share: float
    terms: Terms = Terms()
    money: bool = False
    each_alone = False  # cases compete for the same room

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Count the value that is reached, and beside it how many of the chosen were right."""
        per, worth = f"per {PER} chosen {self.terms.cases}", _if_chosen if self.money else _if_chosen_gain
        title, unit = f"{self.terms.outcome.capitalize()} {per}", f"{self.terms.outcome} {per}"
        outcome = Measure("outcome_per_100_chosen", title, unit, "higher", worth, PER)
        if not self.money:
            return (outcome,)
        unit = f"{self.terms.unit} {per}"
        return Measure("value_per_100_chosen", f"Reached {per}", unit, "higher", _if_chosen_gain, PER), outcome

    def choose(self, cases: Sequence[Case], estimates: Sequence[Estimate]) -> list[Choice]:
        """Put what is expected first: probability times money, or the predicted number."""
        numeric = [len(each) == 1 for each in estimates]
        expected = [
            each[0] if number else each[-1] * case.money
            for case, each, number in zip(cases, estimates, numeric, strict=True)
        ]
        return self._best(cases, expected)

    def follow(self, cases: Sequence[Case], said: Sequence[Said]) -> list[Choice]:
        """Put first what the rule calls for; among equals the larger money."""
        return self._best(cases, [float(each == YES) if isinstance(each, str) else each or 0.0 for each in said])

    def usual(self, known: Sequence[Known]) -> Said:
        """What a case brought on average."""
        return fmean(gain(each) for each in known) if known else 0.0

    def room(self, number: int) -> int:
        """How many of so many cases are chosen; at least one, so that a list is never empty."""
        return max(1, round(self.share * number)) if number else 0

    def _best(self, cases: Sequence[Case], priorities: Sequence[float]) -> list[Choice]:
        """Ties go by money, then by an order that has nothing to do with the case and never wavers."""
        keys = [
            (-priority, -case.money, crc32(case.key.encode()), case.key)
            for case, priority in zip(cases, priorities, strict=True)
        ]
        order = sorted(range(len(cases)), key=keys.__getitem__)
        chosen = set(order[: self.room(len(cases))])
        return [Choice(ACT if place in chosen else LEAVE, value) for place, value in enumerate(priorities)]


def _if_chosen_gain(choice: Choice, known: Known) -> float | None:
    return gain(known) if choice.action == ACT else None


def _if_chosen(choice: Choice, known: Known) -> float | None:
    return hit(known) if choice.action == ACT else None


Costs = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class LeastCost:
    """Each case gets the action with the least expected cost; `costs` gives it for each action and outcome.

    With two actions that is a threshold on the probability (Elkan 2001, The foundations of cost-sensitive learning).
    """

    costs: Costs
    labels: tuple[str, ...]
    terms: Terms = Terms()
    each_alone = True

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Count what the actions cost."""
        per = f"per {self.terms.case}"
        what = "mistakes" if self.terms.unit == MISTAKES else "cost"
        title, unit = f"{what.capitalize()} {per}", f"{self.terms.unit} {per}"
        return (Measure(f"{what}_per_case", title, unit, "lower", self._cost),)

    def choose(self, cases: Sequence[Case], estimates: Sequence[Estimate]) -> list[Choice]:
        """Weigh the cost of each action with the probability of each outcome."""
        rows = zip(cases, estimates, strict=True)
        return [self._cheapest(dict(zip(self.labels, each, strict=True))) for _, each in rows]

    def follow(self, cases: Sequence[Case], said: Sequence[Said]) -> list[Choice]:
        """Do what the rule says: an action, or what is best for the outcome that it expects."""
        return [self._obey(each) for _, each in zip(cases, said, strict=True)]

    def usual(self, known: Sequence[Known]) -> Said:
        """Give the action that would have been cheapest for all of them alike."""
        return self._cheapest(Counter(str(each.outcome) for each in known)).action

    def threshold(self) -> float | None:
        """From which probability of yes on the acting pays; None where there are not just two actions and outcomes."""
        if set(self.costs) != {ACT, LEAVE} or len(self.labels) != 2:  # noqa: PLR2004 - yes and no
            return None
        no, yes = self.labels
        idle = self.costs[ACT][no] - self.costs[LEAVE][no]
        saved = self.costs[LEAVE][yes] - self.costs[ACT][yes]
        return idle / (idle + saved) if idle + saved > 0 else None

    def _cheapest(self, weights: Mapping[str, float]) -> Choice:
        expected = {
            action: sum(weight * costs[label] for label, weight in weights.items())
            for action, costs in self.costs.items()
        }
        first, *others = sorted(sorted(expected), key=expected.__getitem__)
        return Choice(first, min((expected[other] for other in others), default=0.0) - expected[first])

    def _obey(self, said: Said) -> Choice:
        if said in self.costs:
            return Choice(str(said), 0.0)
        expected = str(said) if said in self.labels else self.labels[-1] if said else self.labels[0]
        return Choice(self._cheapest({expected: 1.0}).action, 0.0)

    def _cost(self, choice: Choice, known: Known) -> float | None:
        return self.costs[choice.action][str(known.outcome)]


@dataclass(frozen=True, slots=True)
class Forecast:
    """A number is predicted for each case, and people plan by it."""

    terms: Terms = Terms()
    each_alone = True

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Count how far the number was off."""
        unit = f"{self.terms.unit} per {self.terms.case}"
        return (Measure("absolute_error", f"Mean error of the predicted {self.terms.outcome}", unit, "lower", _error),)

    def choose(self, cases: Sequence[Case], estimates: Sequence[Estimate]) -> list[Choice]:
        """Say what the model says."""
        return [Choice(PREDICT, each[0]) for _, each in zip(cases, estimates, strict=True)]

    def follow(self, cases: Sequence[Case], said: Sequence[Said]) -> list[Choice]:
        """Say what the rule says."""
        return [Choice(PREDICT, float(each or 0.0)) for _, each in zip(cases, said, strict=True)]

    def usual(self, known: Sequence[Known]) -> Said:
        """Give the median, which no other constant beats in this measure."""
        return median(float(each.outcome) for each in known) if known else 0.0


def _error(choice: Choice, known: Known) -> float | None:
    return abs(float(known.outcome) - choice.amount)
