"""Keeps the spans of one piece of work in memory, for whoever wants to store it later as a whole."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

Said = str | float
Note = Callable[..., None]
MOST: Final = 500  # spans of one piece of work; more tell nothing new


@dataclass
class RecordedSpan:
    """A step: when it began and ended, in nanoseconds since 1970, within which other one, and what it said."""

    name: str
    within: int | None
    started: int
    said: dict[str, Said]
    ended: int = 0
    failure: str = ""


@dataclass
class Recording:
    """The steps of one piece of work, in the order in which they began."""

    spans: list[RecordedSpan] = field(default_factory=list)

    def total(self, name: str) -> float:
        """Sum up a number that spans said of themselves."""
        return sum(float(span.said[name]) for span in self.spans if name in span.said)

    def newest(self, name: str) -> str:
        """Give what the last span said that named it; empty when none did."""
        return next((str(span.said[name]) for span in reversed(self.spans) if name in span.said), "")


_recording: ContextVar[Recording | None] = ContextVar("recording", default=None)
_within: ContextVar[int | None] = ContextVar("within", default=None)


@contextmanager
def recording() -> Iterator[Recording]:
    """Record the spans of whatever happens inside, also in threads that it is handed to with its context."""
    found = Recording()
    token, outer = _recording.set(found), _within.set(None)
    try:
        yield found
    finally:
        _within.reset(outer)
        _recording.reset(token)


@contextmanager
def recorded(name: str, said: dict[str, Said]) -> Iterator[Note]:
    """Record one span, where anybody records; what is given is for saying more of it while it lasts."""
    found = _recording.get()
    if found is None or len(found.spans) >= MOST:
        yield _unheard
        return
    span = RecordedSpan(name, _within.get(), time.time_ns(), dict(said))
    found.spans.append(span)
    token = _within.set(len(found.spans) - 1)
    try:
        yield span.said.update
    except BaseException as error:
        span.failure = type(error).__name__
        raise
    finally:
        span.ended = time.time_ns()
        _within.reset(token)


def _unheard(**_: Said) -> None:
    return None
