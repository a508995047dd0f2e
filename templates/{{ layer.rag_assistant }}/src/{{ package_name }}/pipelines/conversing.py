"""Answers people who ask on the page or over the interface, from the documents as they are now."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .._platform import PilotError
from .._platform.chat.replies import Cited, Kind, Piece, Reply, ShownDocument
from .._platform.guards.personal import redact
from .._platform.llm.opening import open_section
from .._platform.monitoring import span
from .._platform.retrieval.search import Search
from ..bootstrap import INTEGRATIONS, Parts
from ..domain.answer import UNKNOWN, Answer, Written
from ..domain.passage import Passage
from ..domain.question import Asked
from ..services.answering import Manner, in_full
from .answer import manner, notes

NEAREST: Final = 3
PROMPT: Final = "answer"


class DocumentDesk:
    """The desk that people ask; what it answers from is read anew when the documents change."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.model = open_section(parts.settings, parts.settings.llm, INTEGRATIONS)
        self._state = ""
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load what answers before anybody waits for it."""
        if not self.holding():
            parts = self._now()
            parts.assistant.quotes(Asked("Is everything there?"), manner(parts))

    def answer(self, question: str, person: str | None, earlier: Sequence[str]) -> Reply:
        """Answer with the rights of a person, and keep the answer."""
        parts, how = self._now(), manner(self._parts)
        asked = Asked(question, person, tuple(earlier))
        started = time.perf_counter()
        found = parts.assistant.answer(asked, how)
        number = parts.memory.keep(asked, found, time.perf_counter() - started)
        whole = in_full(asked)
        return Reply(
            number=number,
            kind=_kind(found, how),
            text=found.text,
            cited=tuple(_cited(each.number, each.passage, each.sentence) for each in found.citations),
            confidence=found.confidence,
            notes=(*found.notes, *notes(parts)),
            understood=self.redacted(whole) if whole != question else "",
            version=self._version(parts),
            nearest=self._nearest(asked, how) if found.text == UNKNOWN else (),
        )

    def document(self, source: str, name: str, person: str | None) -> ShownDocument | None:
        """Give a document to read, under the rights of a person."""
        parts = self._parts
        if not parts.library.state:
            return None
        found = Search(parts.index, parts.settings.retrieval).document(source, name, person)
        if not found:
            return None
        pieces = tuple(Piece(each.digest, each.section, each.text) for each in found)
        first = found[0]
        return ShownDocument(source, name, first.title, f"{first.changed:%Y-%m-%d}", pieces)

    def redacted(self, text: str) -> str:
        """Take personal data out of what is kept; it was counted when the guards looked at the question."""
        return redact(text).text if self._parts.settings.guards.personal_data == "block" else text

    def holding(self) -> str | None:
        """Say why it cannot answer now."""
        if not self._parts.library.state:
            command = self._parts.settings.distribution
            return f"No document was read yet: `{command} ingest` reads them, `{command} own-data FOLDER` brings yours."
        return None

    def described(self) -> str:
        """Say what it answers from."""
        if self.holding():
            return ""
        documents = self._parts.index.documents()
        newest = max((each.changed for each in documents), default=None)
        changed = f", the newest of {newest:%Y-%m-%d}" if newest else ""
        word = "document" if len(documents) == 1 else "documents"
        return f"It answers from {len(documents):,} {word}{changed}."

    def prompt(self) -> tuple[str, str] | None:
        """Give what a model is told first."""
        return PROMPT, self._parts.prompt

    def _now(self) -> Parts:
        """Give the parts with documents, weights and rights as they are now."""
        with self._lock:
            state = self._parts.library.state
            if not state:
                raise PilotError(str(self.holding()))
            if state != self._state:
                self._parts, self._state = replace(self._parts), state  # what was read of the others goes
            return self._parts

    def _version(self, parts: Parts) -> dict[str, str]:
        standing = parts.standing.read()
        verdict = "none" if standing is None else "passed" if standing.passed else "failed"
        run = standing.run_id if standing else ""
        known = {"documents": parts.library.state, "evaluation": verdict, "evaluation_run": run}
        return known | {"model": self.model.model if self.model.endpoints else ""}

    def _nearest(self, asked: Asked, how: Manner) -> tuple[Cited, ...]:
        """Name the places that come nearest; nobody takes them for an answer."""
        with span("nearest"):
            found = self._parts.assistant.quotes(replace(asked, text=self.redacted(asked.text)), how)
        return tuple(
            _cited(number, each.passage, each.sentence) for number, each in enumerate(found[:NEAREST], start=1)
        )


def _kind(answer: Answer, how: Manner) -> Kind:
    if not answer.known:
        return "unknown" if answer.text == UNKNOWN else "refused"
    if how.plain:
        return "hits"
    return "worded" if answer.written is Written.MODEL else "quoted"


def _cited(number: int, passage: Passage, sentence: str) -> Cited:
    return Cited(
        number=number,
        source=passage.source,
        document=passage.document,
        section=passage.section,
        place=passage.place,
        day=f"{passage.changed:%Y-%m-%d}",
        sentence=sentence,
        passage=passage.id.rpartition("#")[2],
    )
