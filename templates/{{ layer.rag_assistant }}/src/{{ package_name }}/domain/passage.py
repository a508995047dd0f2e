"""A piece of a document that can be cited, and how well it fits a question."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Passage:
    """A piece of a document with the place that it stands at."""

    id: str
    source: str
    document: str
    title: str
    section: str
    number: int
    text: str
    changed: date

    @property
    def place(self) -> str:
        """Say where it stands, as people cite it."""
        return self.title if self.section == self.title else f"{self.title}, {self.section}"


@dataclass(frozen=True)
class Candidate:
    """A passage that may answer a question: its rank as a score from 0 to 1, how near its meaning is where asked."""

    passage: Passage
    score: float
    nearness: float | None
