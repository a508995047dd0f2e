"""What the use cases need from outside, as Protocols: a fake and a real adapter pass the same contract tests."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from ..domain.call_list import CallList
from ..domain.cases import Case, Outcome
from ..domain.orders import Order


class Ledger(Protocol):
    """Where orders come from."""

    def orders(self) -> Sequence[Order]:
        """Read all orders that the data contract lets in."""
        ...


class LapseModel(Protocol):
    """Estimates how likely a customer is to lapse."""

    def probabilities(self, cases: Sequence[Case]) -> list[float]:
        """Give the probability of lapsing for each case, in the order of the cases."""
        ...

    def effects(self, cases: Sequence[Case]) -> list[Mapping[str, float]]:
        """Give for each case by how much each group of features raises its probability over the typical value."""
        ...


class Learner(Protocol):
    """Makes a model out of outcomes."""

    def fit(self, outcomes: Sequence[Outcome]) -> LapseModel:
        """Learn from customers whose outcome is known; the same outcomes give the same model."""
        ...


class CallLists(Protocol):
    """Where call lists are written back, for the people who call."""

    def add(self, call_list: CallList) -> int:
        """Write a list once; give the number of its lines that were new, 0 when that batch was there already."""
        ...

    def find(self, cutoff: date) -> CallList | None:
        """Read the list of a cut-off."""
        ...

    def cutoffs(self) -> list[date]:
        """Cut-offs with a list, oldest first."""
        ...
