"""What an assistant replies, as the page, the interface and the traces show it; and what answers, behind one port."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote

Kind = Literal["quoted", "worded", "hits", "unknown", "refused"]
KINDS: Final[Mapping[str, str]] = {
    "quoted": "a sentence of the documents, word for word",
    "worded": "words of a language model, resting on the cited passages",
    "hits": "first hits of plain full-text search, in the assistant's place",
    "unknown": "no answer: nothing that the asker may read answers it well enough",
    "refused": "no answer: a guard stopped the question or the answer",
}
NUMBER: Final = re.compile(r"\[(\d+)\]")
LIVE: Final = "live/"
"""Stands before the name of a system that was asked at the moment of the question."""
MARK: Final = {"generated_by": "ai", "standard": "Regulation (EU) 2024/1689, Article 50"}
"""Says for machines what people are told in a sentence."""
TOLD: Final = "An AI answers here. Look at the cited passage before you act on an answer."


@dataclass(frozen=True)
class Cited:
    """A passage that a reply points to."""

    number: int
    source: str
    document: str
    section: str
    place: str
    day: str
    sentence: str
    passage: str

    @property
    def link(self) -> str:
        """The page of the document, with the passage marked; none for what a live system said."""
        if self.source.startswith(LIVE):
            return ""
        place = quote(f"{self.source}/{self.document}")
        return f"/documents/{place}?passage={quote(self.passage, safe='')}#passage"

    def document_of(self) -> dict[str, Any]:
        """Write it as callers read it."""
        return asdict(self) | {"link": self.link}


@dataclass(frozen=True)
class Reply:
    """An answer, or that there is none; `nearest` are places that do not answer it well enough."""

    number: str
    kind: Kind
    text: str
    cited: tuple[Cited, ...]
    confidence: float
    notes: tuple[str, ...]
    understood: str
    """The question as it was looked up; empty where that is the question itself."""
    version: Mapping[str, str]
    nearest: tuple[Cited, ...] = ()

    @property
    def known(self) -> bool:
        """Tell whether it answers."""
        return self.kind not in ("unknown", "refused")

    @property
    def parts(self) -> list[tuple[str, Cited | None]]:
        """Part the text at its citations, each with the passage that it means."""
        cited, words = {str(each.number): each for each in self.cited}, NUMBER.split(self.text)
        numbers = [*words[1::2], ""]
        return [(text, cited.get(number)) for text, number in zip(words[::2], numbers, strict=True)]


@dataclass(frozen=True)
class Piece:
    """A passage where it stands in its document."""

    passage: str
    section: str
    text: str


@dataclass(frozen=True)
class ShownDocument:
    """A document as somebody may read it."""

    source: str
    name: str
    title: str
    day: str
    pieces: tuple[Piece, ...]

    @property
    def sections(self) -> list[tuple[str, list[Piece]]]:
        """Give headings with the pieces below each, in the document's order."""
        found: list[tuple[str, list[Piece]]] = []
        for piece in self.pieces:
            if not found or found[-1][0] != piece.section:
                found.append((piece.section, []))
            found[-1][1].append(piece)
        return found


class Desk(Protocol):
    """Who answers. What it is asked with are the rights of the person whose name it is given."""

    def answer(self, question: str, person: str | None, earlier: Sequence[str]) -> Reply:
        """Answer, and keep the answer under its number."""

    def document(self, source: str, name: str, person: str | None) -> ShownDocument | None:
        """Give a document to read; None where there is none that this person may read."""

    def redacted(self, text: str) -> str:
        """Take personal data out of what is kept."""

    def holding(self) -> str | None:
        """Say in a sentence why it cannot answer now; None when it can."""

    def described(self) -> str:
        """Say in a few words what it answers from."""

    def prompt(self) -> tuple[str, str] | None:
        """Give name and text of what a model is told first."""


@dataclass(frozen=True)
class Asker:
    """Who asks: the name that rights are read by, None for everybody's; and whom a conversation belongs to."""

    person: str | None
    pseudonym: str


@dataclass(frozen=True)
class Turn:
    """One question of a conversation with its reply."""

    reply: Reply
    conversation: str
    question: str
    asker: str
    at: datetime
    trace_id: str
    seconds: float
    cost: float = 0.0
    verdict: "Verdict | None" = field(default=None, compare=False)

    def document_of(self) -> dict[str, Any]:
        """Write it as callers read it."""
        reply = self.reply
        return {
            "id": reply.number,
            "conversation": self.conversation,
            "question": self.question,
            "understood_as": reply.understood or self.question,
            "kind": reply.kind,
            "known": reply.known,
            "answer": reply.text,
            "citations": [each.document_of() for each in reply.cited],
            "nearest": [each.document_of() for each in reply.nearest],
            "confidence": round(reply.confidence, 4),
            "notes": list(reply.notes),
            "content": MARK,
            "version": dict(reply.version),
            "trace_id": self.trace_id,
            "at": self.at.isoformat(timespec="milliseconds") + "Z",
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Verdict:
    """What a person said of an answer."""

    answer: str
    helpful: bool
    comment: str
    asker: str
    at: datetime
