"""Writing a planned merge into a pilot, so that a crash at any moment loses nothing.

The work tree is clean before, so the last commit is the state to return to. A journal in git's own folder names it and
the files that arrive; git's two-way `read-tree` writes the rest. HEAD moves only when a commit is asked for.
"""

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pilotline import git
from pilotline.errors import GitError
from pilotline.merge import Merge, fetch_result
from pilotline.pilot import Pilot, PilotError, refuse_overwriting, refuse_unready
from pilotline.repository import commit_identity

_JOURNAL: Final = "pilotline-upgrade.json"


@dataclass(frozen=True)
class Journal:
    """What the next command needs to undo an unfinished or unwanted move."""

    head: str
    arriving: tuple[str, ...]
    process: int


def apply_merge(pilot: Pilot, merge: Merge, message: str | None) -> str | None:
    """Write a merge into index and work tree, and commit it where that is asked for and nothing conflicts.

    Args:
        pilot: The pilot at the commit that was merged.
        merge: The merge of that commit.
        message: Message of the commit; None leaves the result ready to commit.

    Returns:
        The new commit, if one was made.

    Raises:
        PilotError: The work tree is not clean, something is in progress, or an untracked file would be overwritten.
        GitError: Git refused; the pilot is as it was.
    """
    refuse_unfinished(pilot)
    refuse_unready(pilot)
    arriving = {change.path: change.kind for change in merge.changes if change.kind in {"added", "renamed"}}
    tracked = frozenset(entry.path for entry in git.list_tree(pilot.repository, pilot.head))
    refuse_overwriting(pilot, arriving, tracked)
    fetch_result(pilot.repository, merge)
    _write_journal(pilot, Journal(pilot.head, tuple(arriving), os.getpid()))
    try:
        git.run_git(["update-index", "-q", "--refresh"], pilot.repository)
        git.run_git(["read-tree", "-m", "-u", pilot.head, merge.tree_id], pilot.repository)
        if merge.stages:
            _write_stages(pilot, merge)
    except BaseException:
        abort(pilot)
        raise
    if merge.stages:
        return None
    commit = _commit(pilot, message) if message is not None else None
    if commit:
        _drop_journal(pilot)
    return commit


def write_branch(pilot: Pilot, merge: Merge, branch: str, message: str) -> str:
    """Commit a merge on a branch of its own; HEAD, index and work tree stay as they are.

    Raises:
        GitError: The branch exists already, or its name is none.
    """
    git.run_git(["check-ref-format", "--branch", branch], pilot.repository)
    fetch_result(pilot.repository, merge)
    command = ["commit-tree", merge.tree_id, "-p", pilot.head]
    commit = (
        git.run_git(command, pilot.repository, stdin=message.encode(), settings=commit_identity(pilot.repository))
        .decode()
        .strip()
    )
    git.run_git(["update-ref", f"refs/heads/{branch}", commit, "0" * len(commit)], pilot.repository)
    return commit


def refuse_unfinished(pilot: Pilot) -> None:
    """Refuse to begin while an earlier move is neither committed nor undone.

    Raises:
        PilotError: It says how to go on.
    """
    if read_journal(pilot) is not None:
        raise PilotError(
            "An earlier upgrade is not finished here.",
            "Commit it, or return to the state before it with `pilotline upgrade --abort`.",
        )


def read_journal(pilot: Pilot) -> Journal | None:
    """Read what is unfinished; it lapses once HEAD has moved, or once the work tree is clean again."""
    path = _journal_path(pilot)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        journal = Journal(str(data["head"]), tuple(data["arriving"]), int(data["process"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if journal.head != pilot.head or not _has_traces(pilot, journal):
        path.unlink(missing_ok=True)
        return None
    return journal


def abort(pilot: Pilot) -> bool:
    """Return to the state before an unfinished move; tell whether there was one.

    Raises:
        GitError: Git refused.
    """
    journal = read_journal(pilot)
    if journal is None:
        return False
    _break_stale_lock(pilot, journal)
    tracked = {entry.path for entry in git.list_tree(pilot.repository, journal.head)}
    for path in journal.arriving:
        if path not in tracked:
            _remove(pilot.repository, path)
    git.run_git(["reset", "--quiet", "--hard", journal.head], pilot.repository)
    _drop_journal(pilot)
    return True


def _has_traces(pilot: Pilot, journal: Journal) -> bool:
    """Tell whether anything of a move lies in index or work tree."""
    if _lock_path(pilot).exists():
        return True
    if git.run_git(["status", "--porcelain", "--untracked-files=no"], pilot.repository):
        return True
    tracked = {entry.path for entry in git.list_tree(pilot.repository, journal.head)}
    return any(path not in tracked and (pilot.repository / path).exists() for path in journal.arriving)


def _break_stale_lock(pilot: Pilot, journal: Journal) -> None:
    """Remove the index lock of a killed move; one that a living process holds is left alone."""
    alive = True
    try:
        os.kill(journal.process, 0)
    except ProcessLookupError:
        alive = False
    except OSError:
        pass
    if not alive or journal.process == os.getpid():
        _lock_path(pilot).unlink(missing_ok=True)


def _remove(repository: Path, path: str) -> None:
    target = repository / path
    target.unlink(missing_ok=True)
    for folder in target.parents:
        if folder == repository:
            return
        with contextlib.suppress(OSError):
            folder.rmdir()


def _write_stages(pilot: Pilot, merge: Merge) -> None:
    """Put the conflicts into the index as git itself does, so that every merge tool finds them."""
    lines = []
    for path in merge.conflicts:
        lines.append(f"0 {'0' * 40}\t{path}\0")
        lines += [f"{s.mode} {s.object_id} {s.number}\t{path}\0" for s in merge.stages if s.path == path]
    git.run_git(
        ["update-index", "-z", "--index-info"],
        pilot.repository,
        stdin="".join(lines).encode("utf-8", "surrogateescape"),
    )


def _commit(pilot: Pilot, message: str) -> str:
    settings = commit_identity(pilot.repository)
    git.run_git(["commit", "--quiet", "--file=-"], pilot.repository, stdin=message.encode(), settings=settings)
    return git.run_git(["rev-parse", "HEAD"], pilot.repository).decode().strip()


def _write_journal(pilot: Pilot, journal: Journal) -> None:
    path = _journal_path(pilot)
    draft = path.with_suffix(".new")
    draft.write_text(
        json.dumps({"head": journal.head, "arriving": journal.arriving, "process": journal.process}), encoding="utf-8"
    )
    draft.replace(path)


def _drop_journal(pilot: Pilot) -> None:
    _journal_path(pilot).unlink(missing_ok=True)


def _journal_path(pilot: Pilot) -> Path:
    return _git_path(pilot, _JOURNAL)


def _lock_path(pilot: Pilot) -> Path:
    return _git_path(pilot, "index.lock")


def _git_path(pilot: Pilot, name: str) -> Path:
    try:
        output = git.run_git(["rev-parse", "--path-format=absolute", "--git-path", name], pilot.repository)
    except GitError as error:
        raise PilotError(f"{pilot.repository} is no repository any more.", "Check the folder.") from error
    return Path(output.decode().removesuffix("\n"))
