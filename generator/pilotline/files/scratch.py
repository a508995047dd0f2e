"""Folders to work in that are gone afterwards, also when the taking away is interrupted."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pilotline.files.children import finishing

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a file system, not a place in it
_ROOM: Final = 2**30
"""Bytes that have to be free there: a container may give it next to none."""
_CHOSEN: Final = ("TMPDIR", "TEMP", "TMP")
"""What says where such folders shall lie; whoever set one of them knows why."""


@contextlib.contextmanager
def scratch_folder(prefix: str = "pilotline-", beside: Path | None = None, *, brief: bool = False) -> Iterator[Path]:
    """Give an empty folder, and take it away with all that is in it.

    Args:
        prefix: How its name begins.
        beside: The folder to make it in; that of the system for such folders by default.
        brief: Whether it holds little and for a moment only: then it lies in memory where the system offers that. To
            make and remove a dozen folders on a disk takes longer than what is done in them.
    """
    place = beside if beside is not None else _memory() if brief else None
    folder = tempfile.TemporaryDirectory(prefix=prefix, dir=place, ignore_cleanup_errors=True)
    try:
        yield Path(folder.name)
    finally:
        with finishing():
            folder.cleanup()


def _memory() -> Path | None:
    """Give the file system in memory, where there is one with room that nobody has decided against."""
    if any(os.environ.get(name) for name in _CHOSEN) or not hasattr(os, "statvfs"):
        return None
    try:
        found = os.statvfs(_MEMORY)
    except OSError:
        return None
    return _MEMORY if found.f_bavail * found.f_frsize >= _ROOM and os.access(_MEMORY, os.W_OK) else None
