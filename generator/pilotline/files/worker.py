"""A process of ours for work that may take too long or too much: it can be killed, whichever thread asks.

Orders and answers are pickled. It is no wall: what runs there may do what we may; it cannot hang this process, nor
fill it.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, BinaryIO, Final, Self, TypeAlias, TypeVar, cast

from pilotline.files.children import HeldSignals, deaf
from pilotline.files.forked import ForkedProcess, can_fork
from pilotline.files.tree import Tree
from pilotline.files.worker_process import main

_Result = TypeVar("_Result")
_COMMAND: Final = (sys.executable, "-P", "-c", "from pilotline.files.worker_process import main; main()")
_Process: TypeAlias = "subprocess.Popen[bytes] | ForkedProcess"
_START: Final = 30.0
"""How many seconds a busy machine may take to start a worker and import what the work needs."""
_PATIENCE: Final = 1.0
_PAUSE: Final = 0.01
_MOST_TREES: Final = 24
"""How many trees a worker holds before another takes its place."""


class WorkerTimeoutError(Exception):
    """The work took longer than it may; its process was killed."""

    def __init__(self, message: str = "it took too long") -> None:
        super().__init__(message)


class WorkerMemoryError(Exception):
    """The work took more memory than it may; its process was ended."""

    def __init__(self, message: str = "it took too much memory") -> None:
        super().__init__(message)


class WorkerDiedError(Exception):
    """The process ended before its work did."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(code, said)
        self.code = code
        """Its exit code; negative where a signal ended it."""
        self.said = said
        """The last line that it wrote."""

    def __str__(self) -> str:
        """Say how it ended."""
        return f"signal {-self.code}" if self.code < 0 else f"exit code {self.code}: {self.said}"


class Worker:
    """A process that works for this one, with whatever it starts itself."""

    def __init__(
        self,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        *,
        fork: bool = False,
        prepare: Callable[[], object] | None = None,
    ) -> None:
        """Start it.

        Args:
            folder: Where it works; a temporary folder of the system by default.
            environment: Its environment; that of this process by default.
            fork: Whether it may be a copy of this process, which is there sooner.
            prepare: What it does before any work, while this process goes on; no limit of the work is about that.
        """
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the process
        self._sent: dict[int, Tree] = {}
        self._expired = False
        with HeldSignals() as held:
            self._child: _Process = (
                ForkedProcess(main, self._said) if fork and can_fork() else _start(folder, environment, self._said)
            )
            try:
                held.release()
            except BaseException:
                self.end()
                raise
        self._unheard = 0
        if prepare is not None:
            with contextlib.suppress(BrokenPipeError):  # it ended already, and who gives it work hears how
                self._send((prepare, (), None, None))
                self._unheard = 2

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def process(self) -> int:
        """The number of its process."""
        return self._child.pid

    @property
    def is_usable(self) -> bool:
        """Whether it can be asked for more."""
        return self._child.poll() is None and not self._expired and len(self._sent) <= _MOST_TREES

    def work(
        self,
        function: Callable[..., _Result],
        *arguments: object,
        seconds: float | None = None,
        memory: int | None = None,
        heard: Callable[[object], None] = lambda _: None,
    ) -> _Result:
        """Let the process run a function, and give what that gives.

        Args:
            function: A function of a module of ours.
            arguments: What it is called with; all of it crosses a process.
            seconds: How long the process may say nothing.
            memory: How many bytes more than now it may take.
            heard: Hears what the function tells while it works.

        Raises:
            WorkerTimeoutError: It said nothing for longer than that.
            WorkerMemoryError: It took more memory.
            WorkerDiedError: The process ended before.
            Exception: Whatever the function raises.
        """
        try:
            self._send((function, arguments, seconds, memory))
            for _ in range(self._unheard + 1):  # that it prepares itself and has done so, and that the work begins
                self._hear(None if seconds is None else seconds + _START)
            self._unheard = 0
            kind, value = self._hear(seconds)
            while kind == "told":
                heard(value)
                kind, value = self._hear(seconds)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise self._explain() from error
        except BaseException:
            self.end()
            raise
        if kind == "memory":
            self.end()
            raise WorkerMemoryError
        if kind == "raised":
            raise cast("Exception", value)
        return cast("_Result", value)

    def _send(self, order: object) -> None:
        assert self._child.stdin is not None  # noqa: S101 - it is a pipe
        _Sender(cast("BinaryIO", self._child.stdin), self._sent).dump(order)
        self._child.stdin.flush()

    def _hear(self, seconds: float | None) -> tuple[str, object]:
        """Wait for the next thing that the process says; it is killed where that does not come in time."""
        assert self._child.stdout is not None  # noqa: S101 - it is a pipe
        clock = threading.Timer(seconds or threading.TIMEOUT_MAX, self._expire)
        clock.daemon = True
        with deaf():  # a signal that the clock's thread gets would not wake this one
            clock.start()
        try:
            kind, value = pickle.load(self._child.stdout)  # noqa: S301 - our own process wrote it
        finally:
            clock.cancel()
        return kind, value

    def _expire(self) -> None:
        self._expired = True
        self._kill()

    def _kill(self) -> None:
        if self._child.returncode is not None:
            return  # its number may be another's by now
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._child.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()  # a copy that has just begun leads no group yet

    def end(self) -> None:
        """End it and what it started; it may have ended already."""
        self._kill()
        self._child.wait()
        self._close()

    def _explain(self) -> Exception:
        """Say why it ended, from what it left behind."""
        self._let_end()
        self._kill()
        self._child.wait()
        self._said.seek(0)
        lines = [line for line in self._said.read().decode(errors="replace").splitlines() if line.strip()]
        self._close()
        if self._expired:
            return WorkerTimeoutError()
        return WorkerDiedError(self._child.returncode or 0, lines[-1][:300] if lines else "it said nothing")

    def _let_end(self) -> None:
        """Let a process that closed its pipe finish, so that its own exit code is known; its number stays its own."""
        deadline = time.monotonic() + _PATIENCE
        while hasattr(os, "waitid") and not self._expired and time.monotonic() < deadline:
            if os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None:
                return
            time.sleep(_PAUSE)

    def _close(self) -> None:
        for file in (self._child.stdin, self._child.stdout, self._said):
            with contextlib.suppress(OSError):  # what it never read
                if file is not None:
                    file.close()

    def forget(self) -> None:
        """Let go of it in a copy of this process: it works for the original only."""
        self._close()
        self._child.returncode = 0


def _start(folder: Path | None, environment: Mapping[str, str] | None, said: IO[bytes]) -> _Process:
    return subprocess.Popen(  # noqa: S603 - a program of ours
        _COMMAND,
        cwd=folder or tempfile.gettempdir(),
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        start_new_session=True,
    )


class _Sender(pickle.Pickler):
    """Writes an order; a tree is written once, since catalogs are rendered many times."""

    def __init__(self, orders: BinaryIO, sent: dict[int, Tree]) -> None:
        super().__init__(orders, protocol=pickle.HIGHEST_PROTOCOL)
        self._sent = sent

    def persistent_id(self, value: object) -> tuple[int, dict[str, object] | None] | None:
        """Give a tree a number, and its files the first time."""
        if not isinstance(value, Tree):
            return None
        number = id(value)
        if number in self._sent:
            return number, None
        self._sent[number] = value
        return number, dict(value)
