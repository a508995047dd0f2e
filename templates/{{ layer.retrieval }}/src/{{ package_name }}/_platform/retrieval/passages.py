"""Cuts a document into passages that stand for themselves: each under its headings, none longer than a person reads."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

HEADING: Final = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
SENTENCE_END: Final = re.compile(r"(?<=[.;:!?])\s+")


@dataclass(frozen=True)
class CutPassage:
    """A piece of a document: the headings that it stands under, the place, the text."""

    number: int
    section: str
    heading: str
    text: str

    @property
    def digest(self) -> str:
        """Names what it says: it stays when only its place in the document changes."""
        return sha256(f"{self.heading}\n{self.text}".encode()).hexdigest()[:16]


def cut(text: str, title: str, words: int) -> tuple[CutPassage, ...]:
    """Cut a Markdown text at its headings, then at paragraphs, then at sentences."""
    found: list[CutPassage] = []
    for path in _sections(text):
        section = path.headings[-1] if path.headings else title
        heading = " > ".join(dict.fromkeys((title, *path.headings)))
        for piece in _pieces(path.paragraphs, words):
            found.append(CutPassage(len(found) + 1, section, heading, piece))
    return tuple(found)


@dataclass(frozen=True)
class _Part:
    """The paragraphs under one heading, with all headings above it."""

    headings: tuple[str, ...]
    paragraphs: tuple[str, ...]


def _sections(text: str) -> Iterator[_Part]:
    above: dict[int, str] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if found := HEADING.match(line):
            yield from _part(above, lines)
            lines, level = [], len(found[1])
            above = {depth: name for depth, name in above.items() if depth < level} | {level: found[2]}
        else:
            lines.append(line)
    yield from _part(above, lines)


def _part(above: dict[int, str], lines: list[str]) -> Iterator[_Part]:
    paragraphs = tuple(each.strip() for each in re.split(r"\n\s*\n", "\n".join(lines)) if each.strip())
    if paragraphs:
        yield _Part(tuple(above[level] for level in sorted(above)), paragraphs)


def _pieces(paragraphs: tuple[str, ...], words: int) -> Iterator[str]:
    """Join short paragraphs, and part long ones, up to that many words."""
    held: list[str] = []
    length = 0
    for piece in (part for each in paragraphs for part in _parted(each, words)):
        size = len(piece.split())
        if held and length + size > words:
            yield "\n\n".join(held)
            held, length = [], 0
        held.append(piece)
        length += size
    if held:
        yield "\n\n".join(held)


def _parted(paragraph: str, words: int) -> Iterator[str]:
    if len(paragraph.split()) <= words:
        yield paragraph
        return
    held: list[str] = []
    length = 0
    for sentence in (part for each in SENTENCE_END.split(paragraph) for part in _runs(each, words)):
        size = len(sentence.split())
        if held and length + size > words:
            yield " ".join(held)
            held, length = [], 0
        held.append(sentence)
        length += size
    yield " ".join(held)


def _runs(sentence: str, words: int) -> Iterator[str]:
    """Part a sentence without an end, such as a table on one line."""
    parts = sentence.split()
    if len(parts) <= words:
        yield sentence
        return
    for start in range(0, len(parts), words):
        yield " ".join(parts[start : start + words])
