"""A copy of this process that works for it: everything that was imported here is there at once.

Only where that is safe: on Linux, in a process without other threads, whose locks a copy would hold for ever.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import IO, Final, NoReturn

_OWN_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM")


def can_fork() -> bool:
    """Tell whether a copy of this process can work."""
    return sys.platform == "linux" and threading.active_count() == 1 and all(map(_is_open, range(3)))


def _is_open(handle: int) -> bool:
    """Tell whether a standard handle is there; where the caller closed it, a pipe of ours would get its number."""
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


class ForkedProcess:
    """A copy of this process, with the handles of a `Popen`."""

    def __init__(self, main: Callable[[], None], errors: IO[bytes]) -> None:
        """Start the copy.

        Args:
            main: What it does; then it ends, without anything that this process does at its own end.
            errors: Where its error output goes.
        """
        asked, told = os.pipe(), os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.close(asked[1])  # or it would wait for itself when its owner is gone
            os.close(told[0])
            _be_the_copy(main, asked[0], told[1], errors.fileno())
        os.close(asked[0])
        os.close(told[1])
        self.stdin: IO[bytes] = os.fdopen(asked[1], "wb")
        self.stdout: IO[bytes] = os.fdopen(told[0], "rb")

    def poll(self) -> int | None:
        """Tell its exit code, where it has ended."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int | None:
        """Wait for its end."""
        return self._reap(0)

    def kill(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)

    def _reap(self, how: int) -> int | None:
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, how)
            except ChildProcessError:  # somebody else was told
                pid, status = self.pid, 0
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def _be_the_copy(main: Callable[[], None], orders: int, answers: int, errors: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        for name in _OWN_SIGNALS:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        for place, handle in enumerate((orders, answers, errors)):
            os.dup2(handle, place)
        # Other handles stay open: objects of this process that end later would close what has their numbers by then.
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - they end with the process
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        main()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0
    except BaseException:  # noqa: BLE001 - nothing of this process may go on in its copy
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)
