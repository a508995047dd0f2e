"""What the use cases need from outside, as Protocols: a fake and a real adapter pass the same contract tests."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ..domain.batch import Batch, Past
from ..domain.case import Case, Estimate, Known


class Model(Protocol):
    """Estimates what will become of a case."""

    def estimates(self, cases: Sequence[Case]) -> list[Estimate]:
        """Give for each case the probability of each label, or the number, in the order of the cases."""
        ...

    def effects(self, cases: Sequence[Case]) -> list[Mapping[str, float]]:
        """Give for each case by how much each feature raises its estimate over the typical value."""
        ...


class Learner(Protocol):
    """Makes a model out of known outcomes."""

    def fit(self, known: Sequence[Known]) -> Model:
        """Learn from cases whose outcome is known; the same cases give the same model."""
        ...


class Batches(Protocol):
    """Where decisions are written back, for the people who act on them."""

    def add(self, batch: Batch) -> int:
        """Write a batch once and put it in force; give the number of its lines that were new, 0 when it was there."""
        ...

    def find(self, period: str) -> Batch | None:
        """Read the batch in force of a period."""
        ...

    def periods(self) -> list[str]:
        """Periods with a batch, in the order in which they were first decided."""
        ...


class Lives(Protocol):
    """Where decisions are found that were made one by one, on request."""

    def past(self) -> Sequence[Past]:
        """Give those whose outcome is known by now, in the order in which they were made."""
        ...
