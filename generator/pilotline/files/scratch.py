"""Folders to work in that are gone afterwards, also when the taking away is interrupted."""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from pilotline.files.children import finishing
from pilotline.files.locks import free_lock, try_lock

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a file system, not a place in it
_LOCK: Final = ".lock"
_ROOM: Final = 2**30
"""Bytes that have to be free there: a container may give it next to none."""
_CHOSEN: Final = ("TMPDIR", "TEMP", "TMP")
"""What says where such folders shall lie; whoever set one of them knows why."""


class _Given:
    """The folder that whoever started this process takes away after it."""

    place: Path | None = None


def work_below(place: Path) -> None:
    """Make all such folders of this process in a folder that somebody else takes away, if need be after a kill."""
    _Given.place = place


@contextlib.contextmanager
def scratch_folder(prefix: str = "pilotline-", beside: Path | None = None, *, brief: bool = False) -> Iterator[Path]:
    """Give an empty folder, and take it away with all that is in it.

    Args:
        prefix: How its name begins.
        beside: The folder to make it in; that of the system for such folders by default.
        brief: Whether it holds little and for a moment only: then it lies in memory where the system offers that. To
            make and remove a dozen folders on a disk takes longer than what is done in them.
    """
    memory = _memory() if brief and beside is None and _Given.place is None else None
    place = beside if beside is not None else _Given.place or memory
    with contextlib.nullcontext(prefix) if memory is None else _watched(memory, prefix) as beginning:
        folder = tempfile.TemporaryDirectory(prefix=beginning, dir=place, ignore_cleanup_errors=True)
        try:
            yield Path(folder.name)
        finally:
            with finishing():
                folder.cleanup()


@contextlib.contextmanager
def _watched(memory: Path, prefix: str) -> Iterator[str]:
    """Give a beginning of names in memory, hold its lock, and take away what processes left there that were killed.

    What lies on a disk is the system's to clear; what lies in memory would stay until the machine starts again. The
    lock is held before there is anything to take away, or another process would take what is just being made for left.
    """
    with contextlib.suppress(OSError):  # a place without locks: nothing is taken away from there, then
        _clear(memory)
    beginning, held = _take_name(memory, prefix)
    try:
        yield beginning
    finally:
        if held is not None:
            free_lock(memory / f"{beginning}{_LOCK}", held)


def _take_name(memory: Path, prefix: str) -> tuple[str, IO[bytes] | None]:
    """Give a beginning of names and its lock, and none in a place without locks.

    Another process that clears may take the lock between its making and its taking, and would take away what is made
    under that name: so it is left to it, and another name is taken.
    """
    while True:
        beginning = f"{prefix}{os.urandom(4).hex()}-"
        try:
            held = try_lock(memory / f"{beginning}{_LOCK}")
        except OSError:
            return beginning, None
        if held is not None:
            return beginning, held


def _clear(memory: Path) -> None:
    """Take away the folders of processes that are gone: their locks went with them."""
    for lock in memory.glob(f"pilotline-*{_LOCK}"):
        with contextlib.suppress(FileNotFoundError):  # whoever held it, or another that clears, was sooner
            found = lock.lstat()
            if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
                continue
            held = try_lock(lock)
            if held is not None:
                for left in memory.glob(f"{lock.name.removesuffix(_LOCK)}*"):
                    if left != lock:
                        shutil.rmtree(left, ignore_errors=True)
                free_lock(lock, held)


def _memory() -> Path | None:
    """Give the file system in memory, where there is one with room that nobody has decided against."""
    if any(os.environ.get(name) for name in _CHOSEN) or not hasattr(os, "statvfs"):
        return None
    try:
        found = os.statvfs(_MEMORY)
    except OSError:
        return None
    return _MEMORY if found.f_bavail * found.f_frsize >= _ROOM and os.access(_MEMORY, os.W_OK) else None
