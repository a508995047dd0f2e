"""A process that tidies up where this one is killed, and so cannot: what it started ends, and its folder goes.

It hears of groups of processes over a pipe, which the system closes with whoever holds its other end.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final, Self

_COMMAND: Final = (sys.executable, "-P", "-c", "from pilotline.files.janitor import main; main()")
_DONE: Final = b"done\n"


class Janitor:
    """Takes a folder away, and ends groups of processes, if this process does not live to do it."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - a program of ours
            [*_COMMAND, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def watch(self, group: int) -> None:
        """Let it know of a group that was started."""
        self._tell(b"+%d\n" % group)

    def forget(self, group: int) -> None:
        """Let it know that a group has ended."""
        self._tell(b"-%d\n" % group)

    def _tell(self, line: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(OSError):  # whoever ended it wants nothing tidied
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def __exit__(self, *_: object) -> None:
        """Let it go: this process tidies up itself."""
        self._tell(_DONE)
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """Listen until the pipe is closed; where nobody said that all is done, tidy up."""
    groups: set[int] = set()
    for line in sys.stdin.buffer:
        if line == _DONE:
            return
        (groups.add if line.startswith(b"+") else groups.discard)(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                os.kill(group, signal.SIGTERM)
            else:
                os.killpg(group, signal.SIGKILL)
    shutil.rmtree(sys.argv[1], ignore_errors=True)
