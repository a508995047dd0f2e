"""One at a time writes in a catalog: a release takes all that is there, and an addition edits what all edit."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pilotline.errors import CatalogError
from pilotline.files.locks import free_lock, try_lock
from pilotline.git import commands as git

_LOCK: Final = "pilotline-catalog.lock"


@contextlib.contextmanager
def catalog_locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a catalog's repository.

    Raises:
        CatalogError: Another process writes in it.
    """
    path = own_folder(folder) / _LOCK
    try:
        lock = try_lock(path)
    except OSError:  # a disk without locks
        yield
        return
    if lock is None:
        raise CatalogError("Another pilotline is writing in this catalog.", "Wait until it is done.")
    try:
        yield
    finally:
        free_lock(path, lock)


def own_folder(folder: Path) -> Path:
    """Find git's own folder of a repository."""
    return Path(git.run_git(["rev-parse", "--path-format=absolute", "--git-dir"], folder).decode().strip())
