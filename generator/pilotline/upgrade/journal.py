"""The journal of a move: what the next command needs to finish or undo it exactly, kept in git's own folder.

It is there from before the first byte is written until the result is committed or undone. It lapses by itself once
a commit holds another version of what the move touched, or nothing of the move is left, so that plain git is always a
way out. A repository has one for each folder in which a pilot is moved; only one of them is written at a time.
"""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import IO, Final, NamedTuple

from pilotline.errors import GitError
from pilotline.files.disk import write_atomically
from pilotline.files.locks import free_lock, try_lock
from pilotline.git import commands as git
from pilotline.git.contents import list_tree
from pilotline.git.revisions import resolve_commit
from pilotline.git.work_tree import list_uncommitted
from pilotline.pilot.repository import OpenRepository, PilotError

_NAME: Final = "pilotline-upgrade"
_LOCK: Final = "pilotline-upgrade.lock"
MESSAGE: Final = "MERGE_MSG"
"""What git offers as the message of the next commit, and takes away with it or with `git reset`."""
_TRIES: Final = 5
_PAUSE: Final = 0.02


class Journal(NamedTuple):
    """A move that is being written, or that is written and not committed."""

    head: str
    """The commit to return to."""
    tree: str
    """The tree that is written."""
    touched: tuple[str, ...]
    """Every path that the move changes, adds or removes, from the top of the repository."""
    process: int
    """Who writes it, for people; its number may be another's later, so nothing is decided by it."""
    complete: bool = False
    """Whether everything is written, and only a person's decision or commit is missing."""
    prefix: str = ""
    """Folder of the pilot that is moved, with a trailing slash; empty at the top of the repository."""
    undoing: bool = False
    """Whether somebody began to take back what was complete, so that there is only one way to go on."""

    @property
    def waits(self) -> bool:
        """Whether nothing is left to do but what a person decides."""
        return self.complete and not self.undoing


_held: Final[dict[Path, IO[bytes]]] = {}
"""Locks of moves that this process writes: each ends with the move, or with the process, however that ends."""


def is_running(repository: OpenRepository, journal: Journal) -> bool:
    """Tell whether another process is writing a move right now: it holds the lock, which nobody can inherit."""
    path = _lock_path(repository)
    if journal.waits or path in _held or not path.exists():
        return False
    try:
        lock = try_lock(path)
    except OSError:
        return False
    if lock is None:
        return True
    free_lock(path, lock)
    return False


def _take_lock(repository: OpenRepository) -> None:
    path = _lock_path(repository)
    try:
        lock = _try_for_a_moment(path)
    except OSError:  # a disk without locks: whoever looks takes the writer for gone, and undoes what it left
        return
    if lock is None:
        raise PilotError("Another upgrade is being written here.", "Wait until it is done.")
    _held[path] = lock


def _try_for_a_moment(path: Path) -> IO[bytes] | None:
    """Take a lock that somebody may only be looking at."""
    for _ in range(_TRIES):
        if (lock := try_lock(path)) is not None:
            return lock
        time.sleep(_PAUSE)
    return None


def _free_lock(repository: OpenRepository) -> None:
    lock = _held.pop(_lock_path(repository), None)
    if lock is not None:
        free_lock(_lock_path(repository), lock)


def begin_journal(repository: OpenRepository, journal: Journal) -> None:
    """Write the journal of a new move; one move at a time.

    Raises:
        PilotError: Another process began one in this very moment.
    """
    _take_lock(repository)
    try:
        _write_new(repository, journal)
    except BaseException:
        _free_lock(repository)
        raise


def _write_new(repository: OpenRepository, journal: Journal) -> None:
    path, text = _path(repository, journal.prefix), json.dumps(journal._asdict())
    draft = path.with_suffix(f".{journal.process}")
    draft.write_text(text, encoding="utf-8")
    try:
        _put_new(path, draft, text)
    except FileExistsError as error:
        raise PilotError("Another upgrade is being written here.", "Wait until it is done.") from error
    finally:
        draft.unlink(missing_ok=True)


def _put_new(path: Path, draft: Path, text: str) -> None:
    """Give a finished draft its name in one step, so that nobody ever reads half of it.

    Raises:
        FileExistsError: The name is taken.
    """
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with path.open("x", encoding="utf-8") as file:
            file.write(text)


def complete_journal(repository: OpenRepository, journal: Journal) -> None:
    """Note that everything is written."""
    written = json.dumps(journal._replace(complete=True)._asdict()).encode()
    write_atomically(_path(repository, journal.prefix), written)
    _free_lock(repository)


def begin_undo(repository: OpenRepository, journal: Journal) -> None:
    """Note that a move is taken back from now on: whoever is killed meanwhile leaves it to the next command.

    Raises:
        PilotError: Another process is at work here.
    """
    if _lock_path(repository) not in _held:
        _take_lock(repository)
    if journal.waits:
        write_atomically(
            _path(repository, journal.prefix), json.dumps(journal._replace(undoing=True)._asdict()).encode()
        )


def free_writer(repository: OpenRepository) -> None:
    """Let others write, whatever came of it."""
    _free_lock(repository)


def drop_journal(repository: OpenRepository, prefix: str) -> None:
    """End the move of a folder's pilot: it is committed, or undone."""
    _path(repository, prefix).unlink(missing_ok=True)
    _free_lock(repository)


def read_journals(repository: OpenRepository) -> tuple[Journal, ...]:
    """Read what is unfinished in a pilot's repository, whichever folder it is about; what has lapsed is dropped."""
    places = sorted(repository.place.folder.glob(f"{_NAME}*.json"))
    return tuple(journal for place in places if (journal := _read(repository, place)) is not None)


def is_alone(repository: OpenRepository, prefix: str) -> bool:
    """Tell whether no move of another folder is noted; whether one has lapsed is not asked."""
    return not {*repository.place.folder.glob(f"{_NAME}*.json")} - {_path(repository, prefix)}


def read_journal(repository: OpenRepository) -> Journal | None:
    """Read what is unfinished in a pilot's own folder; what has lapsed is dropped."""
    return _read(repository, _path(repository, repository.prefix))


def _read(repository: OpenRepository, place: Path) -> Journal | None:
    journal = _load(place)
    while journal is not None and not is_running(repository, journal):
        again = _load(place)  # who wrote it may have finished in between
        if again == journal:
            break
        journal = again
    if journal is None:
        return None
    if is_running(repository, journal) or _is_unfinished(repository, journal):
        return journal
    place.unlink(missing_ok=True)
    _free_lock(repository)
    return None


def _is_unfinished(repository: OpenRepository, journal: Journal) -> bool:
    """Tell whether a move of this very commit, or the undoing of one, has left something to undo."""
    return _is_of_head(repository, journal) and (journal.undoing or _has_traces(repository, journal))


def _is_of_head(repository: OpenRepository, journal: Journal) -> bool:
    """Tell whether the last commit still holds what a move began from, whatever else was committed since."""
    if journal.head == resolve_commit(repository.top, "HEAD"):
        return True
    try:
        listed = git.run_git(["diff-tree", "-r", "-z", "--name-only", journal.head, "HEAD"], repository.top)
    except GitError:  # it began from a commit that is gone
        return False
    return not frozenset(map(os.fsdecode, listed.split(b"\0"))).intersection(journal.touched)


def _load(place: Path) -> Journal | None:
    try:
        data = json.loads(place.read_text(encoding="utf-8"))
        return Journal(
            str(data["head"]), str(data["tree"]), tuple(data["touched"]), int(data["process"]), bool(data["complete"]),
            str(data.get("prefix", "")), bool(data.get("undoing", False)),
        )  # fmt: skip
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        place.unlink(missing_ok=True)  # damaged; it is there before anything else is written, so nothing hangs on it
        return None


def lock_path(repository: OpenRepository) -> Path:
    """Name the file with which git guards the index while it writes."""
    return repository.place.folder / "index.lock"


def _has_traces(repository: OpenRepository, journal: Journal) -> bool:
    """Tell whether anything of a move lies in index or work tree."""
    if lock_path(repository).exists():
        return True
    touched = frozenset(journal.touched)
    if touched.intersection(list_uncommitted(repository.top, with_filters=True)):
        return True
    tracked = {entry.path for entry in list_tree(repository.top, journal.head)}
    return any(path not in tracked and os.path.lexists(repository.top / path) for path in touched)


def _path(repository: OpenRepository, prefix: str) -> Path:
    """Name the journal of a folder; that of the repository's top has the plain name."""
    name = f"{_NAME}-{hashlib.sha256(os.fsencode(prefix)).hexdigest()[:16]}" if prefix else _NAME
    return repository.place.folder / f"{name}.json"


def _lock_path(repository: OpenRepository) -> Path:
    return repository.place.folder / _LOCK
