"""The process that a warm start forks: it has loaded modules and done nothing else. `warm_start` tells what for.

Run as a script, with the address of a socket and the names of modules, where `package.*` is all of a package. It runs
on the Python of any environment, so it knows the standard library alone.
"""

import contextlib
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TypedDict


class Request(TypedDict):
    """What a process is given when it starts, beside its streams."""

    arguments: Sequence[str]
    """As Python takes them: `-m module …`, `-c code …` or a script and its own."""
    cwd: str
    environment: Mapping[str, str]
    path: Sequence[str]
    """What PYTHONPATH has that is not on this process's own path."""


def _serve(address: str) -> Request:
    """Fork for each connection until the standard input ends; return in a fork, as what is asked for."""
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
    """Read a request and fork what it asks for, which returns from here; then tell its number and its exit code."""
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
    """Take on what a new process is given, and forget what loading modules may have settled or drawn."""
    with open(os.devnull) as nothing:  # noqa: PTH123 - a name, no path
        for old, new in zip((nothing.fileno(), *descriptors), range(3), strict=True):
            os.dup2(old, new)
    for descriptor in descriptors:
        os.close(descriptor)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path[:0] = request["path"]
    tempfile.tempdir = None
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def _run(arguments: Sequence[str]) -> None:
    """Do what Python does with its arguments."""
    sys.orig_argv[1:] = arguments
    match arguments:
        case ["-m", name, *rest]:
            sys.argv[1:] = rest
            sys.path.insert(0, str(Path.cwd()))
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        case ["-c", code, *rest]:
            sys.argv[:] = ["-c", *rest]
            sys.path.insert(0, "")
            sys.modules["__main__"] = ModuleType("__main__")
            exec(code, vars(sys.modules["__main__"]))
        case [script, *_]:
            sys.argv[:] = arguments
            sys.path.insert(0, str(Path(script).parent))
            runpy.run_path(script, run_name="__main__")


def _load(names: Sequence[str]) -> None:
    """Load what a command may load."""
    for name in names:
        module = import_module(name.removesuffix(".*"))
        if name.endswith(".*"):
            for inner in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
                import_module(inner.name)
    gc.collect()
    gc.freeze()  # memory that nobody writes to is shared


if __name__ == "__main__":
    del sys.path[0]  # this folder, whose packages have names of others
    _load(sys.argv[2:])
    _run(_serve(sys.argv[1])["arguments"])
