"""Asks all live sources that a question names something of, together, under the rights of who asks."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Final

from ..monitoring import logger, span
from ..retrieval.section import RetrievalSection
from .by_rest import ask_rest
from .by_sql import ask_sql
from .port import Fact, Found, LiveAnswer, SourceFailure
from .section import PERSON, LiveSection, LiveSourceSection

MATCHES: Final = 3  # of one question, in one source
LOOKED_AT: Final = 2_000  # characters of a question
LONGEST: Final = 300  # characters of a value
Said = tuple[str, list[Found] | str]  # of a source: its rows, or why there are none


class LiveSources:
    """Systems that are asked at the moment of a question."""

    def __init__(
        self, section: LiveSection, rights: RetrievalSection, root: Path, now: Callable[[], datetime] | None = None
    ) -> None:
        self._sources = section.sources
        self._rights = rights
        self._root = root
        self._now = now or (lambda: datetime.now(UTC))

    def ask(self, question: str, person: str | None) -> LiveAnswer:
        """Ask each source that this person may read and that finds something of its own in the question."""
        asked = {name: list(self._given(each, question, person)) for name, each in self._permitted(person)}
        wanted = {name: given for name, given in asked.items() if given}
        if not wanted:
            return LiveAnswer()
        at = self._now()
        with span("live", sources=",".join(sorted(wanted))):
            said = self._ask_all(wanted)
        facts = [fact for name in sorted(wanted) for fact in self._facts(name, said.get(name), at)]
        failures = [self._failure(name, said.get(name), at) for name in sorted(wanted)]
        return LiveAnswer(tuple(facts), tuple(each for each in failures if each))

    def _permitted(self, person: str | None) -> Iterator[tuple[str, LiveSourceSection]]:
        groups = self._rights.groups_of(person)
        return ((name, each) for name, each in self._sources.items() if groups & set(each.readers))

    @staticmethod
    def _given(source: LiveSourceSection, question: str, person: str | None) -> Iterator[Mapping[str, str]]:
        """Take from the question what the source is asked with; nothing else of it leaves."""
        found = re.finditer(source.takes, question[:LOOKED_AT], re.IGNORECASE)
        parts = dict.fromkeys(tuple((name, value or "") for name, value in each.groupdict().items()) for each in found)
        yield from ({**dict(each), PERSON: person or ""} for each in list(parts)[:MATCHES])

    def _ask_all(self, wanted: Mapping[str, list[Mapping[str, str]]]) -> dict[str, list[Found] | str]:
        """Ask all at once; one that hangs is left behind, in a thread that ends with the process."""
        came: Queue[Said] = Queue()
        for name, given in wanted.items():
            Thread(target=self._ask_one, args=(name, given, came), daemon=True).start()
        until = time.monotonic() + max(self._sources[name].seconds for name in wanted) + 0.5
        said: dict[str, list[Found] | str] = {}
        while len(said) < len(wanted):
            try:
                name, found = came.get(timeout=max(until - time.monotonic(), 0.01))
            except Empty:
                break
            said[name] = found
        return said

    def _ask_one(self, name: str, given: list[Mapping[str, str]], came: "Queue[Said]") -> None:
        source = self._sources[name]
        until = time.monotonic() + source.seconds
        try:
            rows: list[Found] = []
            for each in given:
                rows += ask_sql(source, each, self._root, until) if source.query else ask_rest(source, each, until)
            came.put((name, rows[: source.rows]))
        except SourceFailure as failure:
            logger("live").warning("source gave no answer", source=name, reason=str(failure), detail=failure.detail)
            came.put((name, str(failure)))
        except Exception as error:  # noqa: BLE001 - whatever a driver does, the answer goes on
            logger("live").warning("source failed", source=name, kind=type(error).__name__)
            came.put((name, f"it failed ({type(error).__name__})"))

    def _facts(self, name: str, said: list[Found] | str | None, at: datetime) -> Iterator[Fact]:
        if isinstance(said, list):
            texts = (_line(row) for row in said)
            yield from (Fact(name, self._sources[name].title, text, at) for text in texts if text)

    def _failure(self, name: str, said: list[Found] | str | None, at: datetime) -> str:
        if isinstance(said, list):
            return ""
        source, reason = self._sources[name], said or "it took too long"
        return f"{source.title} could not be asked at {at:%H:%M} UTC: {reason}. Its owner is {source.owner}."


def _line(row: Found) -> str:
    """Write a row as one sentence."""
    parts = [f"{name} {' '.join(str(value).split())[:LONGEST]}" for name, value in row.items() if value is not None]
    return f"{', '.join(parts)}." if parts else ""
