"""What the assistant says: an answer with its citations, or that it does not know."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .passage import Passage

UNKNOWN: Final = "I don't know: nothing that you may read answers this."


class Written(StrEnum):
    """Who found the words of an answer."""

    QUOTED = "quoted"  # sentences of the passages, word for word
    MODEL = "model"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Citation:
    """A passage that an answer rests on, and the sentence of it that says so."""

    number: int
    passage: Passage
    sentence: str


@dataclass(frozen=True)
class Answer:
    """An answer; without a citation it is none, and says so."""

    text: str
    citations: tuple[Citation, ...]
    confidence: float
    written: Written
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Tell whether it answers."""
        return bool(self.citations)

    @classmethod
    def unknown(cls, confidence: float = 0.0, *notes: str, text: str = UNKNOWN) -> "Answer":
        """Say that there is no answer, and why."""
        return cls(text, (), confidence, Written.NOBODY, notes)
