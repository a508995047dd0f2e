"""Starts Python as a process of its own with its modules loaded: a fork of a process that has done nothing else.

Loading them takes most of what a command takes, and the tests run thousands. All else is as in a new process:
arguments, environment, folder, standard streams, exit code. `fork_server` is the process that forks.
"""

import atexit
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fork_server import Request

AT_THE_START = ("PYTHON", "LC_", "LANG", "LD_", "TZ", "OMP_")
"""Variables that are read while Python or a library starts: where they differ, a new process is needed."""


@dataclass(frozen=True)
class WarmPython:
    """A Python that has loaded some modules."""

    command: tuple[str, ...]
    """Starts it."""
    modules: tuple[str, ...]
    own_path: bool = False
    """Whether each process brings a PYTHONPATH of its own, on which nothing has the name of what is loaded."""
    variables: tuple[tuple[str, str], ...] = ()
    """What the modules find in the environment beside all else while they are loaded."""

    def can_start(self, environment: Mapping[str, str]) -> bool:
        """Tell whether it would start in this environment as it did where it forks."""
        if not hasattr(os, "fork"):
            return False
        started = _forker(self).environment
        names = (name for name in {*environment, *started} if name.startswith(AT_THE_START))
        return all(
            environment.get(name) == started.get(name) or (self.own_path and name == "PYTHONPATH") for name in names
        )

    def run(
        self, arguments: Sequence[str | Path], cwd: Path | None, environment: Mapping[str, str], timeout: float
    ) -> tuple[int, str, str]:
        """Run it with these arguments and no input; give its exit code and what it wrote."""
        path = environment.get("PYTHONPATH", "").split(os.pathsep) if self.own_path else []
        request = Request(
            arguments=[*map(str, arguments)], cwd=str(Path(cwd or ".").absolute()), environment=environment,
            path=[entry for entry in path if entry],
        )  # fmt: skip
        with (
            tempfile.TemporaryFile("w+") as out,
            tempfile.TemporaryFile("w+") as err,
            socket.socket(socket.AF_UNIX) as connection,
        ):
            connection.settimeout(timeout)
            connection.connect(_forker(self).address)
            text = json.dumps(request).encode()
            socket.send_fds(connection, [len(text).to_bytes(8)], [out.fileno(), err.fileno()])
            connection.sendall(text)
            code = _wait(connection, request["arguments"], timeout)
            for stream in (out, err):
                stream.seek(0)
            return code, out.read(), err.read()


PILOTLINE = WarmPython((sys.executable,), ("pilotline.cli.commands.*",))


class _Forker:
    """A process that forks for each connection to its socket."""

    def __init__(self, python: WarmPython) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.environment = dict(os.environ)
        if python.own_path:
            self.environment.pop("PYTHONPATH", None)
        self.address = f"{self._folder.name}/socket"
        script = str(Path(__file__).with_name("fork_server.py"))
        self._process = subprocess.Popen(
            [*python.command, script, self.address, *python.modules],
            env={**self.environment, **dict(python.variables)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def end(self) -> None:
        """End it; a copy of this process that still works may hold its standard input open."""
        self._process.terminate()
        self._process.communicate()
        self._folder.cleanup()


@functools.cache
def _forker(python: WarmPython) -> _Forker:
    forker = _Forker(python)
    atexit.register(forker.end)
    return forker


def _wait(connection: socket.socket, arguments: Sequence[str], timeout: float) -> int:
    """Wait for the exit code of what was started."""
    with connection.makefile() as answers:
        process = int(answers.readline())
        try:
            return int(answers.readline())
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(arguments), timeout) from None
