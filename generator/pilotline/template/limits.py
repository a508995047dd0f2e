"""Bounds on what a catalog may take: its templates are programs, and a program may run for ever or fill the memory.

What holds where: the clock in the main thread, since signals arrive nowhere else; the limit on memory where that is the
only thread, since it is one of the whole process; neither on Windows. Work in other threads has no bounds of its own.
Copier's own process has the same bounds; what git does in processes of its own is not touched.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Final

from pilotline.errors import CatalogError

_SECONDS: Final = 20.0
_AGAIN: Final = 1.0
_BYTES: Final = 2**30
_ENDING: Final = frozenset({__file__, contextlib.__file__})
VARIABLE: Final = "PILOTLINE_RENDER_SECONDS"


class _TimeUpError(BaseException):
    """The time is up; nothing but `bounded` catches this.

    No plain exception, because Jinja takes those for an expression that cannot be computed before rendering.
    """


@contextlib.contextmanager
def bounded(what: str, seconds: float | None = None) -> Iterator[None]:
    """Stop what a catalog does when it takes too long or too much memory.

    Args:
        what: The work, as the beginning of a sentence.
        seconds: How long it may take; None for what rendering may.

    Raises:
        CatalogError: It did.
    """
    try:
        with _clock(seconds), _memory():
            yield
    except _TimeUpError as error:
        raise CatalogError(
            f"{what} takes longer than {seconds or _seconds():g} seconds, and was stopped.",
            f"Report it to the catalog's owner, or set {VARIABLE} to a longer time.",
        ) from error
    except MemoryError as error:
        raise CatalogError(
            f"{what} needs more than {_BYTES // 2**20} MiB, and was stopped.", "Report it to the catalog's owner."
        ) from error


def _seconds(environment: Mapping[str, str] = os.environ) -> float:
    try:
        return max(0.1, float(environment.get(VARIABLE, "")))
    except ValueError:
        return _SECONDS


@contextlib.contextmanager
def _clock(seconds: float | None) -> Iterator[None]:
    """Ring after some seconds, and again until somebody listens; the outermost clock counts."""
    own = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    if not own or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds or _seconds(), _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(signum: int, frame: FrameType | None) -> None:
    """Stop the work, but not what ends it, where nobody would catch that; it rings again where work goes on."""
    del signum
    if frame is None or frame.f_code.co_filename not in _ENDING:
        raise _TimeUpError


@contextlib.contextmanager
def _memory() -> Iterator[None]:
    """Let memory grow by a limited amount; only where the process is alone, because the limit holds for all of it."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = _address_space()
    if soft != resource.RLIM_INFINITY or not used or threading.active_count() > 1:
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (used + _BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int:
    """Measure how much address space this process has; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - the fastest way
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
