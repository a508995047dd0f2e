"""Writes of requests that are answered at the same time, in one transaction.

A commit waits for the disk, however little it writes, and a database takes one after the other: requests that arrive
while one is under way are written by the next, all of them. Databases call it group commit. No request is answered
before what it wrote is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(slots=True, eq=False)
class _Part(Generic[Item]):
    """What one request writes, and what became of it."""

    items: Sequence[Item]
    done: bool = False
    error: Exception | None = None


class Together(Generic[Item]):
    """Whoever gets the turn writes for all that wait."""

    def __init__(self, write: Callable[[Sequence[Item]], object]) -> None:
        self._write = write
        self._waiting: list[_Part[Item]] = []
        self._list, self._turn = Lock(), Lock()

    def add(self, items: Sequence[Item]) -> None:
        """Return once they are written; raises what `write` raised for them."""
        mine = _Part(items)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                self._write_all()
        if mine.error is not None:
            raise mine.error

    def _write_all(self) -> None:
        with self._list:
            parts, self._waiting = self._waiting, []
        if not _tried(self._write, parts) and len(parts) > 1:
            for part in parts:  # what one request wrote wrongly costs no other one its answer
                _tried(self._write, [part])


def _tried(write: Callable[[Sequence[Item]], object], parts: Sequence[_Part[Item]]) -> bool:
    error = None
    try:
        write([item for part in parts for item in part.items])
    except Exception as raised:  # noqa: BLE001 - it is raised again, in the thread of the request
        error = raised
    for part in parts:
        part.done, part.error = True, error
    return error is None
