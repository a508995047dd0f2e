"""The one writer of files that a command edits in a pilot's work tree: all of an edit, or nothing, also after a kill.

A move of the whole pilot is git's business (`upgrade/apply`). This is for a manifest and what hangs on it. The new
contents are written beside the old ones; only then are they renamed into place, which needs no room. A journal names
them: an edit that was killed before is forgotten, and one that was killed in between is finished by the next.
"""

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final, NamedTuple

from pilotline.files.children import finishing
from pilotline.files.locks import free_lock, try_lock
from pilotline.pilot.repository import PilotError

JOURNAL: Final = ".pilotline-edit"
"""Below the pilot's folder, and only while something is written."""
_READY: Final = b"ready\n"
_LETTERS: Final = 8


class _Draft(NamedTuple):
    """A file that will be replaced, what lies ready for it, and what it must still be by then."""

    path: str
    draft: str
    before: str
    """SHA-256 of the old content; empty where there is no such file."""


def edit_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write some files of a pilot: all of them, or none.

    Args:
        folder: The pilot's folder.
        files: The new contents by path, relative to it.

    Raises:
        PilotError: Another command edits the pilot right now, a path leads out of it, or the disk is full or read-only.
            Nothing was changed.
    """
    if not files:
        return
    try:
        for path in files:
            _refuse_outside(folder, path)
        with _journal(folder) as journal:
            _finish(folder, journal)
            _write(folder, files, journal)
    except OSError as error:
        raise PilotError(
            f"{', '.join(sorted(files))} cannot be written: {error.strerror or error}.",
            "Nothing was changed. Put that right, and run it again.",
        ) from error


@contextlib.contextmanager
def _journal(folder: Path) -> Iterator[IO[bytes]]:
    """Open the journal, which is the lock as well; it stays where something is left to finish."""
    place = folder / JOURNAL
    file = try_lock(place)
    if file is None:
        raise PilotError("Another command is editing this pilot.", "Wait until it is done.")
    try:
        yield file
    except BaseException:
        if _is_ready(file):
            file.close()
            raise
        free_lock(place, file)
        raise
    free_lock(place, file)


def _write(folder: Path, files: Mapping[str, bytes], journal: IO[bytes]) -> None:
    drafts = [
        _Draft(path, f"{_beside(path)}.{os.urandom(_LETTERS // 2).hex()}.new", _fingerprint(folder / path))
        for path in files
    ]
    _note(journal, json.dumps(drafts).encode() + b"\n")
    try:
        for draft, content in zip(drafts, files.values(), strict=True):
            (folder / draft.draft).parent.mkdir(parents=True, exist_ok=True)
            (folder / draft.draft).write_bytes(content)
        with finishing():
            _note(journal, _READY)
            _rename(folder, drafts)
    finally:
        if not _is_ready(journal):
            _forget(folder, drafts)


def _finish(folder: Path, journal: IO[bytes]) -> None:
    """Finish what was killed while it was renamed, or forget what was killed before."""
    drafts = [each for each in _read(journal) if _is_ours(folder, each)]
    if _is_ready(journal):
        _rename(folder, drafts)
    else:
        _forget(folder, drafts)
    journal.seek(0)
    journal.truncate()


def _rename(folder: Path, drafts: list[_Draft]) -> None:
    """Put drafts into place; a file that somebody changed since then stays as it is now."""
    for each in drafts:
        draft = folder / each.draft
        if not draft.exists():
            continue
        if _fingerprint(folder / each.path) == each.before:
            draft.replace(folder / each.path)
        else:
            draft.unlink()


def _forget(folder: Path, drafts: list[_Draft]) -> None:
    for each in drafts:
        (folder / each.draft).unlink(missing_ok=True)


def _note(journal: IO[bytes], line: bytes) -> None:
    journal.write(line)
    journal.flush()
    os.fsync(journal.fileno())


def _lines(journal: IO[bytes]) -> list[bytes]:
    journal.seek(0)
    return journal.read().splitlines(keepends=True)


def _is_ready(journal: IO[bytes]) -> bool:
    return _lines(journal)[1:] == [_READY]


def _read(journal: IO[bytes]) -> list[_Draft]:
    """Read which drafts a journal names; one that was killed while it was written names none, and there is none."""
    try:
        first = next(iter(_lines(journal)), b"[]")
        return [_Draft(*map(str, each)) for each in json.loads(first)]
    except (ValueError, TypeError):
        return []


def _is_ours(folder: Path, draft: _Draft) -> bool:
    """Tell whether a draft can be one of an edit here: a journal may have come with the repository."""
    stem, mark, rest = draft.draft.removesuffix(".new").rpartition(".")
    inside = ".." not in Path(draft.path).parts and not Path(draft.path).is_absolute()
    named = bool(mark) and stem == _beside(draft.path) and len(rest) == _LETTERS and draft.draft.endswith(".new")
    return inside and named and _stays_inside(folder, draft.path)


def _beside(path: str) -> str:
    above, mark, name = path.rpartition("/")
    return f"{above}{mark}.{name}"


def _fingerprint(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def _refuse_outside(folder: Path, path: str) -> None:
    """Refuse to write through a link that leads out of the pilot.

    Raises:
        OSError: It says which.
    """
    if not _stays_inside(folder, path):
        raise OSError(errno.EPERM, f"{path} lies behind a link that leads out of the pilot")


def _stays_inside(folder: Path, path: str) -> bool:
    return (folder / path).parent.resolve().is_relative_to(folder.resolve())
