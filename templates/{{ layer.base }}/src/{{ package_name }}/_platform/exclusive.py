"""One process at a time: a lock that ends with its process, whatever ends it, on every system that has SQLite."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from . import PilotError

PATIENCE: Final = 3600.0  # seconds that a command waits for another one
PAUSE: Final = 0.2


@contextmanager
def one_at_a_time(path: Path, say: Callable[[str], None], patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock `path`; wait for whoever holds it, and `say` so.

    Commands that train, judge, write lists and measure go one after the other, as each begins with what the last left.
    """
    with closing(_open(path)) as lock:
        if not _taken(lock):
            say("another command of this pilot is at work: waiting for it to end")
            _wait(lock, path, patience)
        yield


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return sqlite3.connect(path, timeout=0, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise _not_taken(error) from error


def _wait(lock: sqlite3.Connection, path: Path, patience: float) -> None:
    """Ask in short intervals, so that an interrupt is answered."""
    end = time.monotonic() + patience
    while not _taken(lock):
        if time.monotonic() > end:
            raise PilotError(
                f"Another command of this pilot still holds {path} after {patience:,.0f} s: "
                "wait for it or end it, then run this one again."
            )
        time.sleep(PAUSE)


def _taken(lock: sqlite3.Connection) -> bool:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise _not_taken(error) from error
        return False
    return True


def _not_taken(error: sqlite3.OperationalError) -> PilotError:
    return PilotError(f"The pilot's lock cannot be taken: {error}. Check that var/ can be written.")
