"""A program that runs beside this one, with all that it starts: it is looked at now and then, and ends as one."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pilotline.files.children import HeldSignals

_PATIENCE: Final = 2.0
"""Seconds that it gets to end by itself."""
_PAUSE: Final = 0.02


class ChildGroup:
    """One program with its own group of processes; what it says goes to a file."""

    def __init__(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], said: Path) -> None:
        """Start it.

        Args:
            command: The program and its arguments.
            cwd: Folder to run in.
            environment: Its environment.
            said: File for all that it says.

        Raises:
            OSError: It could not be started.
        """
        with HeldSignals() as held, said.open("wb") as file:
            self._child = subprocess.Popen(  # noqa: S603 - whoever calls names the program
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                held.release()
            except BaseException:
                self.end()
                raise

    @property
    def number(self) -> int:
        """The number of the group."""
        return self._child.pid

    def poll(self) -> int | None:
        """Give its exit code once it has ended; what it left running is ended then."""
        if self._child.returncode is None and self._has_ended():
            self._signal("SIGKILL")
            self._child.wait()
        return self._child.returncode

    def _has_ended(self) -> bool:
        """Tell whether it has ended, and leave its number taken: whoever is in its group can be told by it."""
        if sys.platform == "win32" or not hasattr(os, "waitid"):
            return self._child.poll() is not None
        return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    def _signal(self, name: str) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._child.kill()
            else:
                os.killpg(self._child.pid, getattr(signal, name))

    def end(self) -> None:
        """Let it take away what it holds, then end it and what it started; it may have ended already."""
        if self._child.returncode is not None:
            return
        try:
            self._signal("SIGTERM")
            deadline = time.monotonic() + _PATIENCE
            while not self._has_ended() and time.monotonic() < deadline:
                time.sleep(_PAUSE)
        finally:
            self._signal("SIGKILL")
            self._child.wait()
