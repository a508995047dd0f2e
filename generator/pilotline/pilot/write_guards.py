"""Whether a pilot may be written to now: nothing unfinished, nothing uncommitted, nothing in the way."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from pilotline.git.work_tree import read_uncommitted
from pilotline.pilot.repository import OpenRepository, PilotError
from pilotline.rules.evidence import WRITTEN_BY_PILOT, is_written_by_pilot

_BUSY: Final = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
}


_NAMED: Final = 3


def refuse_unready(repository: OpenRepository, besides: Collection[str] = ()) -> None:
    """Refuse a pilot with uncommitted work, or one that is in the middle of something.

    What is changed elsewhere in its repository and not staged is no business of a move, which never touches it.

    Args:
        repository: The pilot.
        besides: Paths that other pilots' unfinished moves have staged; they stay as they are.

    Raises:
        PilotError: It says which of them, and what to do.
    """
    for name, meaning in _BUSY.items():
        if (repository.place.folder / name).exists():
            raise PilotError(f"The repository is in the middle of {meaning}.", "Finish or abort it first.")
    found = read_uncommitted(repository.top, with_filters=True)
    _refuse_undecided([each.path for each in found if each.unmerged and not each.path.startswith(repository.prefix)])
    concerned = (each for each in found if each.staged or each.path.startswith(repository.prefix))
    changed = [each.path for each in concerned if each.path not in besides]
    if changed:
        some = ", ".join(changed[:_NAMED]) + (f" and {len(changed) - _NAMED} more" if changed[_NAMED:] else "")
        raise PilotError(
            f"The work tree has {len(changed)} uncommitted change{'s' if len(changed) > 1 else ''}: {some}.",
            _how_to_commit(repository, changed),
        )


def _refuse_undecided(paths: Sequence[str]) -> None:
    """Refuse to write beside conflicts of another folder: git cannot write an index that holds some.

    Raises:
        PilotError: It names them.
    """
    if paths:
        raise PilotError(
            f"Elsewhere in this repository conflicts are not decided yet: {', '.join(paths[:_NAMED])}.",
            "Resolve them and `git add` the files; or `pilotline upgrade --abort` there returns to the state before.",
        )


def _how_to_commit(repository: OpenRepository, changed: Collection[str]) -> str:
    """Name the whole command when nothing is left but what the pilot itself wrote: evidence, and its page of KPIs."""
    if all(is_written_by_pilot(path.removeprefix(repository.prefix)) for path in changed):
        return (
            "It is what `measure` wrote down, so commit it: "
            f"`git add {' '.join(WRITTEN_BY_PILOT)} && git commit -m 'Evidence on the KPIs'`."
        )
    return "Commit or stash them first, so that nothing of yours can be mixed with the catalog's."


def refuse_overwriting(repository: OpenRepository, arriving: Collection[str], tracked: frozenset[str]) -> None:
    """Refuse when something that git does not track lies where a new file, or a folder of it, would arrive.

    Raises:
        PilotError: It lists them.
    """
    taken = sorted({blocker for path in arriving if (blocker := _blocker(repository.top, path, tracked))})
    if taken:
        raise PilotError(
            "Untracked files lie where new ones would arrive:\n" + "\n".join(f"  - {path}" for path in taken),
            "Move or commit them, then run the command again.",
        )


def _blocker(repository: Path, path: str, tracked: frozenset[str]) -> str | None:
    """Find what lies in the way of a path: a file or link instead of one of its folders, or something at its place."""
    for folder in reversed(PurePosixPath(path).parents[:-1]):
        place = repository / folder
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            return None if folder.as_posix() in tracked else folder.as_posix()
    place = repository / path
    if place.is_dir() and not place.is_symlink():
        inside = (file.relative_to(repository).as_posix() for file in place.rglob("*") if not file.is_dir())
        return next((file for file in sorted(inside) if file not in tracked), None)
    return path if path not in tracked and os.path.lexists(place) else None
