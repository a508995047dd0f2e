"""Undoing a move exactly: what it touched goes back to the last commit, everything else stays as it is.

After a kill nobody knows how far git came. A file that is neither what it was nor (a beginning of) what the move
writes is somebody's work: it is put aside before its path is restored.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pilotline.errors import GitError
from pilotline.files.children import finishing
from pilotline.git.contents import TreeEntry, list_tree
from pilotline.git.index_lock import break_stale_lock
from pilotline.git.work_tree import (
    SUBMODULE,
    check_out,
    hide,
    list_hidden,
    list_tracked,
    read_checked_out,
    refresh_index,
    set_index_entries,
)
from pilotline.log import warn
from pilotline.pilot.repository import OpenRepository, PilotError
from pilotline.upgrade.journal import (
    MESSAGE,
    Journal,
    begin_undo,
    drop_journal,
    free_writer,
    is_alone,
    is_running,
    lock_path,
    read_journals,
)

_SAVED: Final = "pilotline-saved"


def abort_move(place: OpenRepository) -> bool:
    """Return to the state before the unfinished move of the pilot around a folder; tell whether there was one.

    Args:
        place: The folder in its repository, which is a pilot's, lies in one, or holds one.

    Raises:
        PilotError: It is being written right now, or there are several below this folder.
        GitError: Git refused.
    """
    journals = read_journals(place)
    around = [each for each in journals if place.prefix.startswith(each.prefix)]
    below = [each for each in journals if each.prefix.startswith(place.prefix)]
    if not around and len(below) > 1:
        folders = ", ".join(each.prefix for each in below)
        raise PilotError(f"Several upgrades are not finished here: in {folders}.", "Run it in one of these folders.")
    chosen = max(around or below, key=lambda each: len(each.prefix), default=None)
    if chosen is not None:
        undo_move(place, chosen)
    return chosen is not None


def undo_move(repository: OpenRepository, journal: Journal) -> None:
    """Return to the state before an unfinished move.

    Raises:
        PilotError: It is being written right now.
        GitError: Git refused.
    """
    if is_running(repository, journal):
        raise PilotError(f"An upgrade is being written here by process {journal.process}.", "Wait until it is done.")
    if journal.waits:
        refuse_locked(repository)
    with finishing():
        begin_undo(repository, journal)
        try:
            _undo(repository, journal)
        finally:
            free_writer(repository)


def _undo(repository: OpenRepository, journal: Journal) -> None:
    break_stale_lock(lock_path(repository))
    old = _entries(repository, journal.head, journal)
    if not journal.waits:
        _put_aside(repository, _foreign(repository, journal, old))
    _remove_arrived(repository, journal, old)
    _restore(repository, journal, old)
    if journal.complete and is_alone(repository, journal.prefix):
        (repository.place.folder / MESSAGE).unlink(missing_ok=True)
    drop_journal(repository, journal.prefix)


def recover(repository: OpenRepository) -> frozenset[str]:
    """Undo what was killed while it wrote; name what other pilots of the repository have staged and not committed.

    Raises:
        PilotError: A move of this pilot is complete and waits for its commit, or one is being written right now.
    """
    waiting = []
    for journal in read_journals(repository):
        if journal.waits:
            _refuse_own(repository, journal)
            waiting.append(journal)
        else:
            undo_move(repository, journal)
            what = "Taking back an earlier upgrade" if journal.undoing else "An earlier upgrade"
            warn("%s was killed while it wrote; it is undone now.", what)
    return frozenset(path for journal in waiting for path in journal.touched)


def _refuse_own(repository: OpenRepository, journal: Journal) -> None:
    if journal.prefix == repository.prefix:
        raise PilotError(
            "An earlier upgrade is not finished here.",
            "Commit it, or return to the state before it with `pilotline upgrade --abort`.",
        )


def refuse_locked(repository: OpenRepository) -> None:
    """Refuse to write while another process of git does; its lock is not ours to break.

    Raises:
        PilotError: It names the lock.
    """
    path = lock_path(repository)
    if path.exists():
        raise PilotError(
            f"Another process of git is at work in this repository: {path} is there.",
            "Wait until it is done; if no git runs here any more, remove that file.",
        )


def _entries(repository: OpenRepository, tree: str, journal: Journal) -> dict[str, TreeEntry]:
    touched = frozenset(journal.touched)
    return {entry.path: entry for entry in list_tree(repository.top, tree) if entry.path in touched}


def _foreign(repository: OpenRepository, journal: Journal, old: Mapping[str, TreeEntry]) -> list[str]:
    """Name the touched paths that hold what neither the last commit nor the move can have put there."""
    new = _entries(repository, journal.tree, journal)
    expected = [(path, entries[path]) for path in journal.touched for entries in (old, new) if path in entries]
    contents = read_checked_out(repository.top, [entry for _, entry in expected])
    allowed: dict[str, list[bytes]] = {}
    for (path, _), content in zip(expected, contents, strict=True):
        allowed.setdefault(path, []).append(content)
    return [path for path in journal.touched if _is_foreign(repository.top / path, allowed.get(path, []))]


def _is_foreign(place: Path, allowed: list[bytes]) -> bool:
    if place.is_symlink():
        return not any(content == os.fsencode(os.readlink(place)) for content in allowed)  # noqa: PTH115 - bytes
    if not place.is_file():
        return False
    present = place.read_bytes()
    return not any(content.startswith(present) for content in allowed)


def _put_aside(repository: OpenRepository, paths: Iterable[str]) -> None:
    """Copy files that would be overwritten to a folder of git's own, and say so."""
    saved = repository.place.folder / _SAVED
    for path in paths:
        target = saved / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(repository.top / path, target, follow_symlinks=False)
        warn("%s was changed after the upgrade was killed; that content is kept in %s.", path, target)


def _remove_arrived(repository: OpenRepository, journal: Journal, old: Mapping[str, TreeEntry]) -> None:
    """Remove the files that the move brought; once it is complete, only those that git still tracks."""
    arrived = [path for path in journal.touched if path not in old]
    if journal.complete:
        tracked = list_tracked(repository.top)
        arrived = [path for path in arrived if path in tracked]
    for path in arrived:
        _remove(repository.top, path)


def _remove(repository: Path, path: str) -> None:
    target = repository / path
    if any(parent.is_symlink() for parent in target.parents if parent != repository and repository in parent.parents):
        return
    with contextlib.suppress(NotADirectoryError, IsADirectoryError, PermissionError):
        target.unlink(missing_ok=True)
    for folder in target.parents:
        if folder == repository:
            return
        with contextlib.suppress(OSError):
            folder.rmdir()


def _restore(repository: OpenRepository, journal: Journal, old: Mapping[str, TreeEntry]) -> None:
    """Put the touched paths back, in the index first and then in the work tree."""
    hidden = list_hidden(repository.top) & old.keys()
    set_index_entries(repository.top, [(path, [(old[path], 0)] if path in old else []) for path in journal.touched])
    hide(repository.top, hidden)
    refresh_index(repository.top)  # what is as it was needs no writing, which may be refused where it lies
    blobs = [path for path, entry in old.items() if entry.mode != SUBMODULE and path not in hidden]
    try:
        check_out(repository.top, blobs)
    except GitError:
        _clear_way(repository.top, blobs)
        check_out(repository.top, blobs)


def _clear_way(repository: Path, paths: Iterable[str]) -> None:
    """Remove empty folders that lie where files return."""
    for path in paths:
        with contextlib.suppress(OSError):
            (repository / path).rmdir()
