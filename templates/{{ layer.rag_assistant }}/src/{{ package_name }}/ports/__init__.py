"""What the use cases need from outside: passages that may be read, live systems, a writer of answers, and a memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..domain.answer import Answer
from ..domain.passage import Candidate
from ..domain.question import Asked
from ..domain.quoting import Quote


class Library(Protocol):
    """The documents, under the rights of who asks."""

    @property
    def state(self) -> str:
        """Names what the documents are now."""

    @property
    def weights(self) -> Mapping[str, float]:
        """How telling each word is, by all passages."""

    def find(self, question: str, person: str | None, limit: int) -> Sequence[Candidate]:
        """Find passages by words and by meaning, the best first."""

    def find_plain(self, question: str, person: str | None, limit: int) -> Sequence[Candidate]:
        """Find passages by plain full-text search: what people have today."""


class Reranker(Protocol):
    """Orders passages by how well they answer a question; gives the places, the best first."""

    def order(self, question: str, texts: Sequence[str]) -> Sequence[int]:
        """Order them; never fails, and leaves them as they are instead."""


@dataclass(frozen=True)
class Told:
    """What other systems say of a question now, as passages that can be cited, and why some said nothing."""

    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()


class Live(Protocol):
    """Systems that are asked at the moment of a question, under the rights of who asks."""

    def ask(self, question: str, person: str | None) -> Told:
        """Ask those that the question names something of; whatever fails is a note."""


class Writer(Protocol):
    """Words an answer from quotes; returns None when it cannot, with the reason as a note."""

    def write(self, asked: Asked, quotes: Sequence[Quote]) -> "Draft":
        """Word it."""


@dataclass(frozen=True)
class Draft:
    """What a writer made: a text that names quotes by [1], [2]; none when it failed, and then why."""

    text: str | None
    note: str = ""


@dataclass(frozen=True)
class Checked:
    """A text after a check: as it may go on; `refusal` says why it may not."""

    text: str
    refusal: str = ""


class Guard(Protocol):
    """Looks at what goes in and what comes out."""

    def check_question(self, text: str) -> Checked:
        """Look at what a person asks."""

    def check_passage(self, text: str) -> Checked:
        """Look at what a document says."""

    def check_answer(self, text: str, quotes: Sequence[str]) -> Checked:
        """Look at what is about to be said, beside what it rests on."""


class Memory(Protocol):
    """Keeps what was asked and answered."""

    def keep(self, asked: Asked, answer: Answer, seconds: float) -> str:
        """Keep it, and return its number."""
