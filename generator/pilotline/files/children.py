"""Processes that we start: an interrupt at any moment ends them, and none is left at work on what is taken away."""

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, Self

_SIGNALS: Final = tuple(
    number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None
)

_PATIENCE: Final = 2.0
"""Seconds that a program gets to end by itself, and that what is being finished gets after an interrupt."""
_FINISHING: Final[list[bool]] = []
"""Holds something while what is begun is finished."""


def run_child(
    command: Sequence[str],
    cwd: Path,
    *,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end and keep what it says; whatever interrupts that ends it first.

    Args:
        command: The program and its arguments.
        cwd: Folder to run in.
        stdin: What it reads; nothing by default.
        environment: Its environment; that of this process by default.
        seconds: How long it may take.

    Raises:
        OSError: It could not be started.
        subprocess.TimeoutExpired: It took longer.
    """
    source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
    with HeldSignals() as held, _start(command, cwd, environment, source) as child:
        try:
            held.release()
            said, errors = child.communicate(stdin, seconds)
        except BaseException:
            _end(child)
            raise
    return subprocess.CompletedProcess(command, child.returncode, said, errors)


def _start(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str] | None, stdin: int
) -> subprocess.Popen[bytes]:
    """Start a program, deaf to the signals that wait for what is being finished."""
    with deaf() if _FINISHING else contextlib.nullcontext():
        return subprocess.Popen(  # noqa: S603 - whoever calls names a fixed program
            command, cwd=cwd, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """Block signals in the programs and threads that are started meanwhile, from their beginning; here they wait."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_signals() -> None:
    """Let this process hear signals, whatever the thread blocked that started it."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let a program take its locks and drafts away before it ends, as git does; one that stays is killed."""
    try:
        child.terminate()
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        child.kill()
        child.wait()


@contextlib.contextmanager
def finishing() -> Iterator[None]:
    """Finish what must not be left half done: an interrupt waits until then; where that takes long, the next is heard.

    Programs that are started meanwhile hear none, since a terminal interrupts a whole group.
    """
    with HeldSignals(only_first=True):
        _FINISHING.append(True)
        try:
            yield
        finally:
            _FINISHING.pop()


class HeldSignals:
    """Signals that wait until the process that is being started can be ended; that process has its own as ever."""

    def __init__(self, *, only_first: bool = False) -> None:
        """Begin to wait.

        Args:
            only_first: Whether one that comes a while after the first is heard at once.
        """
        self._only_first = only_first
        self._arrived: list[int] = []
        self._since = 0.0
        self._before: dict[int, Callable[[int, FrameType | None], object]] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # elsewhere no signal arrives
            for number in _SIGNALS:
                before = signal.getsignal(number)
                if callable(before):  # what is ignored, or ends this process at once, stays so
                    self._before[number] = before
                    signal.signal(number, self._keep)
        return self

    def _keep(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        impatient = self._only_first and bool(self._arrived) and now - self._since > _PATIENCE
        self._since = self._since if self._arrived else now
        self._arrived.append(number)
        if impatient:
            self._before[number](number, frame)

    def release(self) -> None:
        """Let come what waited, and what comes from now on."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
        while self._arrived:
            signal.raise_signal(self._arrived.pop())

    def __exit__(self, *_: object) -> None:
        self.release()
