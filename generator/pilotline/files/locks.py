"""One process at a time: a lock that ends with its process, however that ends."""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

_TAKEN: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file; whoever else asks for it waits."""
    with path.open("a+b") as file:
        _lock(file, wait=True)
        yield


def _lock(file: IO[bytes], *, wait: bool) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there is none elsewhere

        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - there is none on Windows

        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(path: Path) -> IO[bytes] | None:
    """Take the lock of a file and hold it until the handle is closed, or the process ends; None while another has it.

    Raises:
        OSError: The file cannot be written, or its disk knows no locks.
    """
    file = path.open("a+b")
    try:
        _lock(file, wait=False)
    except OSError as error:
        file.close()
        if error.errno in _TAKEN:
            return None
        raise
    return file if _is_that(path, file) else _again(path, file)


def _again(path: Path, file: IO[bytes]) -> IO[bytes] | None:
    file.close()
    return try_lock(path)


def _is_that(path: Path, file: IO[bytes]) -> bool:
    """Tell whether a file is still the one of that name: whoever held its lock takes it away at the end."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def free_lock(path: Path, file: IO[bytes]) -> None:
    """Let go of a lock that `try_lock` gave, and take its file away, so that nothing is left behind."""
    with contextlib.suppress(OSError):  # on Windows an open file stays, and is used again
        path.unlink()
    file.close()
