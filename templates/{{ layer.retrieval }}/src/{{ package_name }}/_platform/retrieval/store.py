"""What an index of passages does, wherever it lies; each search names what the asker may read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Any, Final, Protocol

from .documents import Document, FoundFile
from .passages import CutPassage
from .vectors import Encoder, Vectors, WeighingEncoder, topic_words

MOST_WORDS: Final = 64  # of a question that are looked up


@dataclass(frozen=True)
class Rights:
    """What somebody may read now: the folders, and the groups for documents that name their own readers."""

    sources: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True)
class Indexed:
    """A document that the index holds, and the bytes that it was read from."""

    id: int
    source: str
    name: str
    digest: str
    title: str
    changed: datetime
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredPassage:
    """A passage with where it stands."""

    id: int
    source: str
    document: str
    title: str
    section: str
    heading: str
    number: int
    text: str
    digest: str
    changed: datetime


class Writing(Protocol):
    """One reading of documents into an index: all of it arrives together, or none of it where the index can do so."""

    def about(self, name: str) -> str:
        """Give a fact about the whole index; empty when it is not known."""

    def note(self, name: str, value: str) -> None:
        """Keep a fact about the whole index."""

    def digests(self) -> Mapping[tuple[str, str], str]:
        """Give the digest of each document that is there, by source and name."""

    def put(self, source: str, file: FoundFile, read: Document, cut: Sequence[CutPassage]) -> None:
        """Put a document in the place of what was known under its name."""

    def remove(self, source: str, name: str) -> None:
        """Remove a document with all its passages."""


class PassageStore(Protocol):
    """Keeps passages, and finds them under rights."""

    def describe(self) -> str:
        """Name the place without a secret."""

    def state(self) -> str:
        """Name what it holds: another document, encoder or cut is another state; empty before the first reading."""

    def documents(self) -> list[Indexed]:
        """List the documents."""

    def count(self) -> int:
        """Count the passages."""

    def texts(self) -> Iterable[str]:
        """Give the words of all passages with their headings, to count how rare each word is."""

    def sections(self) -> list[tuple[str, str]]:
        """Name document and section of each heading that a document has."""

    def writing(self) -> AbstractContextManager[Writing]:
        """Begin to change what it holds."""

    def holding(self, words: Sequence[str]) -> Sequence[int]:
        """Count for each word the passages that hold it, whoever may read them: a number tells nothing of them."""

    def clean(self) -> None:
        """Leave nothing of what was removed."""

    def by_words(
        self, question: str, rights: Rights, limit: int, weight: float = 1.0, left_out: Collection[str] = ()
    ) -> list[int]:
        """Find passages that hold words of the question, the best first; `weight` is a heading's against a text's."""

    def by_meaning(self, question: str, rights: Rights, limit: int) -> list[tuple[int, float]]:
        """Find passages that mean something near, with how near: 1 is the same, 0 has nothing to do with it."""

    def passages_of(self, source: str, name: str) -> list[int]:
        """Number the passages of a document in their order; whoever reads them says by which rights."""

    def read(self, ids: Sequence[int], rights: Rights) -> list[StoredPassage]:
        """Read passages in that order; one that may not be read is left out."""


def encode_passages(encoder: Encoder, cut: Sequence[CutPassage]) -> Vectors:
    """Give a row for each passage; the heading is part of what it means."""
    return encoder.encode([f"{each.section}. {each.text}" for each in cut])


def encode_question(store: PassageStore, encoder: Encoder, question: str) -> Vectors:
    """Give the row of a question; where the encoder can do so, a word weighs by how few of the passages hold it."""
    if not isinstance(encoder, WeighingEncoder):
        found: Vectors = encoder.encode([question])[0]
        return found
    words = list(dict.fromkeys(topic_words(question)))[:MOST_WORDS]
    whole = store.count()
    return encoder.encode_weighted(
        {word: log(1 + whole / (1 + n)) for word, n in zip(words, store.holding(words), strict=True)}
    )


def stored_passage(number: int, kept: Mapping[str, Any]) -> StoredPassage:
    """Make a passage of what a store kept of it under these names; a time may be a text."""
    changed = kept["changed"]
    names = ("source", "document", "title", "section", "heading", "number", "text", "digest")
    day = changed if isinstance(changed, datetime) else datetime.fromisoformat(str(changed))
    return StoredPassage(id=number, changed=day, **{name: kept[name] for name in names})
