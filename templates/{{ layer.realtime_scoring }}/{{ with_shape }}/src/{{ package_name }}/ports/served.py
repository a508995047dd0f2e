"""Where decisions that were made on request are kept, with what became of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ..domain.case import Outcome
from ..domain.served import Answered, Lived, Review


class Served(Protocol):
    """Keeps decisions; nothing in it is overwritten."""

    def add(self, decisions: Sequence[Answered]) -> int:
        """Keep decisions, each once by its id; give the number of new ones."""
        ...

    def find(self, decision: str) -> Answered | None:
        """Read a decision back."""
        ...

    def review(self, review: Review) -> bool:
        """Keep what a person decided, once; tell whether that was new."""
        ...

    def report(self, decision: str, outcome: Outcome, at: datetime) -> bool:
        """Keep what became of the case, once; tell whether that was new."""
        ...

    def outcome(self, decision: str) -> Outcome | None:
        """Read what became of it."""
        ...

    def reviewed(self, decision: str) -> Review | None:
        """Read what a person decided."""
        ...

    def lived(self) -> list[Lived]:
        """Give all decisions whose outcome is known, in the order in which they were made."""
        ...
