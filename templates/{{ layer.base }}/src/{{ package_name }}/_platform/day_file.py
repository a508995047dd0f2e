"""A file for each day, to which lines are appended: held open, as a service that answers writes one each request."""

import atexit
import os
import sys
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final
from weakref import finalize

APPEND: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT
FRESH: Final = 1.0  # seconds for which the open file is taken for the day's: each look is a call of the system
PAUSE: Final = 0.05  # seconds between two looks at what waits to be written


class DayFile:
    """The file of the day (UTC) in a folder; each line is one write, so that processes do not mix theirs."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._path: Path | None = None
        self._file, self._until = -1, 0.0
        self._held: finalize[[int], DayFile] | None = None

    def append(self, line: str) -> None:
        """Append a line; another day, and a file that somebody took away, begin a new one."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._look()
            os.write(self._file, f"{line}\n".encode())

    def _look(self) -> None:
        path = self._folder / f"{datetime.now(UTC):%Y-%m-%d}.jsonl"
        if path != self._path or not os.fstat(self._file).st_nlink:
            if self._held is not None:
                self._held()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, APPEND, 0o644)
            self._held, self._path = finalize(self, os.close, self._file), path
        self._until = time.monotonic() + FRESH


class Beside:
    """Appends lines in a thread of its own: in a service, each write of a file would hold up all requests.

    What waits is written when the process ends, also by a signal that it hears; one that is killed loses what came
    within the last PAUSE. A disk that takes no more costs lines, and is told on standard error; it costs no answer.
    """

    def __init__(self, day: DayFile) -> None:
        self._day = day
        self._lines: deque[str] = deque()
        self._ends, self._told = Event(), False
        atexit.register(self.end)
        self._thread = Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def append(self, line: str) -> None:
        """Take a line."""
        self._lines.append(line)

    def end(self) -> None:
        """Write what waits, and take the thread back."""
        self._ends.set()
        self._thread.join()
        atexit.unregister(self.end)

    def _work(self) -> None:
        while not self._ends.wait(PAUSE):
            self._write()
        self._write()

    def _write(self) -> None:
        if not self._lines:
            return
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        try:
            self._day.append("\n".join(lines))
        except OSError as error:
            if not self._told:
                self._told = True
                sys.stderr.write(f"The log cannot be written ({error.strerror or error}): lines are lost.\n")
