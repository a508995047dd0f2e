"""Starts pilotline as a process of its own with its modules loaded: a fork of a process that has done nothing else.

Loading them takes most of what a command takes, and the tests run thousands. All else is as in a new process:
arguments, environment, folder, standard streams, exit code. Run as a script, this is the process that forks.
"""

import atexit
import contextlib
import functools
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TypedDict

from pilotline.cli import commands

AT_THE_START = ("PYTHON", "LC_", "LANG", "LD_", "TZ")
"""Variables that are read while Python starts: where they differ, a new process is needed."""


class Request(TypedDict):
    """What a process is given when it starts, beside its streams."""

    arguments: Sequence[str]
    cwd: str
    environment: Mapping[str, str]


class _Forker:
    """A process that forks for each connection to its socket."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.environment = dict(os.environ)
        self.address = f"{self._folder.name}/socket"
        self._process = subprocess.Popen(
            [sys.executable, __file__, self.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def end(self) -> None:
        """End it; a copy of this process that still works may hold its standard input open."""
        self._process.terminate()
        self._process.communicate()
        self._folder.cleanup()


@functools.cache
def _forker() -> _Forker:
    forker = _Forker()
    atexit.register(forker.end)
    return forker


def can_start_warm(environment: Mapping[str, str]) -> bool:
    """Tell whether Python would start in this environment as it did where it forks."""
    if not hasattr(os, "fork"):
        return False
    started = _forker().environment
    names = (name for name in {*environment, *started} if name.startswith(AT_THE_START))
    return all(environment.get(name) == started.get(name) for name in names)


def run_warm(
    arguments: Sequence[str], cwd: Path | None, environment: Mapping[str, str], timeout: float
) -> tuple[int, str, str]:
    """Run pilotline with these arguments and no input; give its exit code and what it wrote."""
    request = Request(arguments=arguments, cwd=str(Path(cwd or ".").absolute()), environment=environment)
    with (
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.settimeout(timeout)
        connection.connect(_forker().address)
        text = json.dumps(request).encode()
        socket.send_fds(connection, [len(text).to_bytes(8)], [out.fileno(), err.fileno()])
        connection.sendall(text)
        with connection.makefile() as answers:
            process = int(answers.readline())
            try:
                code = int(answers.readline())
            except TimeoutError:
                os.kill(process, signal.SIGKILL)
                raise subprocess.TimeoutExpired(["pilotline", *arguments], timeout) from None
        for stream in (out, err):
            stream.seek(0)
        return code, out.read(), err.read()


def _serve(address: str) -> Request:
    """Fork for each connection until the standard input ends; return in a fork, as what pilotline is to be."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that serve a connection
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        os.write(1, b"ready\n")
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    return _answer(connection)
    raise SystemExit


def _answer(connection: socket.socket) -> Request:
    """Read a request and fork pilotline, which returns from here; then tell its number and its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, descriptors, _, _ = socket.recv_fds(connection, 8, 2)
    with connection.makefile("rb") as sent:
        request: Request = json.loads(sent.read(int.from_bytes(head)))
    process = os.fork()
    if process == 0:
        _become(request, descriptors)
        return request
    connection.sendall(b"%d\n" % process)
    _, status = os.waitpid(process, 0)
    with contextlib.suppress(OSError):  # nobody waits any more
        connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(request: Request, descriptors: Sequence[int]) -> None:
    """Take on what a new process is given."""
    with open(os.devnull) as nothing:  # noqa: PTH123 - a name, no path
        for old, new in zip((nothing.fileno(), *descriptors), range(3), strict=True):
            os.dup2(old, new)
    for descriptor in descriptors:
        os.close(descriptor)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[1:] = request["arguments"]
    sys.path.insert(0, request["cwd"])  # as `python -m` does


def _load_commands() -> None:
    """Load what a command may load."""
    for module in pkgutil.walk_packages(commands.__path__, f"{commands.__name__}."):
        import_module(module.name)
    gc.collect()
    gc.freeze()  # memory that nobody writes to is shared


if __name__ == "__main__":
    del sys.path[0]  # this folder, whose packages have names of others
    _load_commands()
    _serve(sys.argv[1])
    runpy.run_module("pilotline", run_name="__main__", alter_sys=True)
