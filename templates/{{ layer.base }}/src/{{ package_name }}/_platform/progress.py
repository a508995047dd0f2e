"""Says what takes long from wherever it happens: to the screen of the command at work, and to nobody elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Final

import click

EVERY: Final = 2.0  # seconds between two lines of what is counted


@dataclass
class _Listener:
    say: Callable[[str], None]
    last: float

    def tell(self, text: str) -> None:
        self.say(text)
        self.last = monotonic()


_LISTENER: Final[ContextVar[_Listener | None]] = ContextVar("listener", default=None)


def _show(text: str) -> None:
    click.secho(f"  {text}", dim=True, err=True)


@contextmanager
def heard_by(say: Callable[[str], None] = _show) -> Iterator[None]:
    """Let a screen hear what is told in here; without one of its own, a command shows it on standard error."""
    token = _LISTENER.set(_Listener(say, monotonic()))
    try:
        yield
    finally:
        _LISTENER.reset(token)


def tell(text: str) -> None:
    """Say what begins and may take a while."""
    if listener := _LISTENER.get():
        listener.tell(text)


def tell_count(done: int, what: str) -> None:
    """Say how far it is, unless something was said just before."""
    listener = _LISTENER.get()
    if listener and monotonic() - listener.last >= EVERY:
        listener.tell(f"{done:,} {what}")
