"""The journal of a move: what the next command needs to finish or undo it exactly, kept in git's own folder.

It is there from before the first byte is written until the result is committed or undone. It lapses by itself once
HEAD has moved or nothing of the move is left, so that plain git is always a way out.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from pilotline.files.disk import write_atomically
from pilotline.git.contents import list_tree
from pilotline.git.revisions import resolve_commit
from pilotline.git.work_tree import list_uncommitted
from pilotline.pilot.repository import Pilot, PilotError

_NAME: Final = "pilotline-upgrade.json"


@dataclass(frozen=True)
class Journal:
    """A move that is being written, or that is written and not committed."""

    head: str
    """The commit to return to."""
    tree: str
    """The tree that is written."""
    touched: tuple[str, ...]
    """Every path that the move changes, adds or removes, from the top of the repository."""
    process: int
    complete: bool = False
    """Whether everything is written, and only a person's decision or commit is missing."""

    @property
    def is_running(self) -> bool:
        """Whether another process is writing right now."""
        if self.complete or self.process == os.getpid():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return True


def begin_journal(pilot: Pilot, journal: Journal) -> None:
    """Write the journal of a new move; one move at a time.

    Raises:
        PilotError: Another process began one in this very moment.
    """
    path, text = _path(pilot), json.dumps(asdict(journal))
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


def complete_journal(pilot: Pilot, journal: Journal) -> None:
    """Note that everything is written."""
    write_atomically(_path(pilot), json.dumps(asdict(replace(journal, complete=True))).encode())


def drop_journal(pilot: Pilot) -> None:
    """End a move: it is committed, or undone."""
    _path(pilot).unlink(missing_ok=True)


def read_journal(pilot: Pilot) -> Journal | None:
    """Read what is unfinished; what has lapsed is dropped."""
    journal = _load(pilot)
    while journal is not None and not journal.is_running:
        again = _load(pilot)  # who wrote it may have finished in between
        if again == journal:
            break
        journal = again
    if journal is None:
        return None
    stays = journal.head == resolve_commit(pilot.repository, "HEAD")
    if journal.is_running or (stays and _has_traces(pilot, journal)):
        return journal
    drop_journal(pilot)
    return None


def _load(pilot: Pilot) -> Journal | None:
    try:
        data = json.loads(_path(pilot).read_text(encoding="utf-8"))
        return Journal(
            str(data["head"]), str(data["tree"]), tuple(data["touched"]), int(data["process"]), bool(data["complete"])
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        drop_journal(pilot)  # damaged; it is there before anything else is written, so nothing hangs on it
        return None


def lock_path(pilot: Pilot) -> Path:
    """Name the file with which git guards the index while it writes."""
    return pilot.place.folder / "index.lock"


def _has_traces(pilot: Pilot, journal: Journal) -> bool:
    """Tell whether anything of a move lies in index or work tree."""
    if lock_path(pilot).exists():
        return True
    touched = frozenset(journal.touched)
    if touched.intersection(list_uncommitted(pilot.repository, with_filters=True)):
        return True
    tracked = {entry.path for entry in list_tree(pilot.repository, journal.head)}
    return any(path not in tracked and os.path.lexists(pilot.repository / path) for path in touched)


def _path(pilot: Pilot) -> Path:
    return pilot.place.folder / _NAME
