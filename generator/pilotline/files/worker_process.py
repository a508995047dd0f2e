"""What runs in a worker: it does one piece of work after the other, and says what came of each.

Work arrives as a function with its arguments; what the function prints goes nowhere, so that it spoils no answer. A
worker whose owner is gone ends, also in the middle of its work.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO, Final, Literal

from pilotline.errors import PilotlineError
from pilotline.files.children import hear_signals
from pilotline.files.tree import File, Tree

Kind = Literal["told", "done", "raised", "memory"]
Order = tuple[Callable[..., object], tuple[object, ...], float | None, int | None]
"""A function, its arguments, the seconds that it may be silent, and the bytes that it may take."""

_GRACE: Final = 2.0
"""How much longer than its owner a worker waits: it ends itself only where nobody is left to end it."""


class _Here:
    """Where the work of this process is heard; nowhere in a process that is no worker."""

    answers: BinaryIO | None = None
    seconds: float | None = None


def is_worker() -> bool:
    """Tell whether this process is a worker, so that limits hold for all that it does."""
    return _Here.answers is not None


def tell(value: object) -> None:
    """Say something while the work goes on, which also shows that it does; outside of a worker nobody hears it."""
    if _Here.answers is not None:
        _write(_packed("told", value))
        _set_alarm(_Here.seconds)


def main() -> None:
    """Work until nobody asks any more."""
    hear_signals()
    orders = _take_streams()
    trees: dict[int, Tree] = {}
    while True:
        try:
            function, arguments, seconds, memory = _Receiver(orders, trees).load()
        except EOFError:
            return
        _Here.seconds = seconds
        tell("the work begins")
        answer = _work(function, arguments, memory)
        _set_alarm(None)
        _write(answer)


class _Receiver(pickle.Unpickler):
    """Reads an order; a tree comes with the first one that names it."""

    def __init__(self, orders: BinaryIO, trees: dict[int, Tree]) -> None:
        super().__init__(orders)
        self._trees = trees

    def persistent_load(self, pid: tuple[int, dict[str, File] | None]) -> Tree:
        """Give the tree of a number."""
        number, files = pid
        if files is not None:
            self._trees[number] = Tree(files)
        return self._trees[number]


def _take_streams() -> BinaryIO:
    """Keep both pipes for orders and answers alone: whatever is printed or read from now on goes nowhere."""
    orders = os.fdopen(os.dup(0), "rb")
    _Here.answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return orders


def _work(function: Callable[..., object], arguments: tuple[object, ...], memory: int | None) -> bytes:
    """Do a piece of work, and give what came of it as it is written."""
    try:
        with bounded(memory):
            return _packed("done", function(*arguments))
    except MemoryError:
        return _packed("memory", None)
    except Exception as error:  # noqa: BLE001 - whoever asked decides what an error means
        return _packed("raised", _movable(error))


def _movable(error: Exception) -> Exception:
    """Give an error that crosses a process; where it arose is told of those that nobody foresaw."""
    if not isinstance(error, PilotlineError):
        import traceback  # noqa: PLC0415 - only a fault needs it

        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - what its class asks for, nobody knows
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _packed(kind: Kind, value: object) -> bytes:
    return pickle.dumps((kind, value), protocol=pickle.HIGHEST_PROTOCOL)


def _write(answer: bytes) -> None:
    assert _Here.answers is not None  # noqa: S101 - only a worker answers
    _Here.answers.write(answer)
    _Here.answers.flush()


def _set_alarm(seconds: float | None) -> None:
    """Let the system end this process some time after its owner should have; nothing can outlive that."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0 if seconds is None else seconds + _GRACE)


class bounded:  # noqa: N801 - it reads as a function
    """Lets memory grow by a limited amount, where the system can limit it."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._before: tuple[int, int] | None = None

    def __enter__(self) -> None:
        used = 0 if self._most is None else _address_space()
        if sys.platform != "win32" and self._most is not None and used:
            import resource  # noqa: PLC0415 - there is none on Windows

            soft, hard = resource.getrlimit(resource.RLIMIT_AS)
            most = used + self._most
            if soft == resource.RLIM_INFINITY or most < soft:
                self._before = soft, hard
                resource.setrlimit(resource.RLIMIT_AS, (most, hard))

    def __exit__(self, *_: object) -> None:
        if sys.platform != "win32" and self._before is not None:
            import resource  # noqa: PLC0415 - there is none on Windows

            resource.setrlimit(resource.RLIMIT_AS, self._before)


def _address_space() -> int:
    """Measure how much address space this process has; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - the fastest way
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
