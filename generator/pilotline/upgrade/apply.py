"""Writing a planned merge into a pilot, so that a crash at any moment loses nothing.

What a move touches is clean before, so the last commit is the state to return to. A journal names it and every path
that is touched; git's two-way `read-tree` writes. HEAD moves last, in one step, and only when a commit is asked for.
"""

import contextlib
import os
from collections.abc import Collection

from pilotline.errors import GitError
from pilotline.files.children import finishing
from pilotline.files.disk import write_atomically
from pilotline.git import commands as git
from pilotline.git.contents import TreeEntry
from pilotline.git.diff import IndexStage
from pilotline.git.revisions import resolve_commit
from pilotline.git.work_tree import checkout_tree, commit_tree, list_hidden, move_ref, set_index_entries
from pilotline.pilot.repository import OpenRepository, PilotError
from pilotline.pilot.write_guards import refuse_overwriting, refuse_unready
from pilotline.upgrade.journal import (
    MESSAGE,
    Journal,
    begin_journal,
    complete_journal,
    drop_journal,
    is_alone,
    read_journal,
)
from pilotline.upgrade.merge import Merge, fetch_result
from pilotline.upgrade.undo import recover, refuse_locked, undo_move


def apply_merge(repository: OpenRepository, merge: Merge, message: str, *, commit: bool) -> str | None:
    """Write a merge into index and work tree, and commit it where that is asked for and nothing conflicts.

    Args:
        repository: The pilot at the commit that was merged.
        merge: The merge of that commit.
        message: Message of the commit.
        commit: Whether to make it; else the result is left ready to commit, and `git commit` offers the message.

    Returns:
        The new commit, if one was made.

    Raises:
        PilotError: The work tree is not clean, something is in progress, or an untracked file would be overwritten.
        GitError: Git refused; the pilot is as it was.
    """
    refuse_unapplicable(repository, merge)
    fetch_result(repository.place, merge)
    journal = Journal(repository.head, merge.tree_id, _touched(merge), os.getpid(), prefix=repository.prefix)
    begin_journal(repository, journal)
    try:
        made = _write(repository, merge, message if commit else None)
    except BaseException as error:
        _take_back(repository, error)
        raise
    if made is None:
        complete_journal(repository, journal)
        _offer_message(repository, message)
    else:
        drop_journal(repository, repository.prefix)
    return made


def _offer_message(repository: OpenRepository, message: str) -> None:
    """Let git offer the message of a move that waits for its commit, after those that wait in other folders.

    The move is written whole by then: a disk without room for the message takes nothing from it.
    """
    place = repository.place.folder / MESSAGE
    with contextlib.suppress(OSError):
        offered = not is_alone(repository, repository.prefix) and place.exists()
        before = place.read_bytes().rstrip() + b"\n\n" if offered else b""
        write_atomically(place, before + message.encode())


def _write(repository: OpenRepository, merge: Merge, message: str | None) -> str | None:
    checkout_tree(repository.top, repository.head, merge.tree_id)
    _write_stages(repository, merge)
    return None if merge.stages or message is None else _commit(repository, merge, message)


def _take_back(repository: OpenRepository, cause: BaseException) -> None:
    """Undo what was written, for a reason that may stand in the way of that, too.

    Raises:
        PilotError: It does; the journal stays, so that undoing can be finished later.
    """
    try:
        with finishing():
            journal = read_journal(repository)
            if journal is not None:
                undo_move(repository, journal)
    except GitError as error:
        raise PilotError(
            f"{cause} What was written until then could not be taken back: {error.message}",
            "Mend what git names; then `pilotline upgrade --abort` returns to the state before.",
        ) from error


def refuse_unapplicable(repository: OpenRepository, merge: Merge) -> None:
    """Refuse a merge that cannot be written here and now.

    Raises:
        PilotError: An earlier move is unfinished, the work tree is not clean, or something is in the way.
    """
    elsewhere = refuse_unfinished(repository)
    _refuse_shared(elsewhere.intersection(_touched(merge)))
    refuse_overwriting(repository, [path for path in _touched(merge) if path not in merge.tracked], merge.tracked)
    if merge.stages:
        _refuse_hidden(repository, merge)


def refuse_unfinished(repository: OpenRepository) -> frozenset[str]:
    """Refuse to begin while an earlier move waits for its commit or other work is in the way.

    A move that was killed is undone. One that waits in another folder of the repository stays as it is; what it has
    staged is named.

    Raises:
        PilotError: It says how to go on; also where another process of git holds the index.
    """
    elsewhere = recover(repository)
    refuse_locked(repository)
    refuse_unready(repository, elsewhere)
    return elsewhere


def _refuse_shared(paths: Collection[str]) -> None:
    """Refuse to write what an unfinished move of another pilot has written.

    Raises:
        PilotError: It names the paths.
    """
    if paths:
        raise PilotError(
            f"An upgrade that is not finished has written this as well: {', '.join(sorted(paths))}.",
            "Commit that one first, or return to the state before it with `pilotline upgrade --abort` in its folder.",
        )


def write_branch(repository: OpenRepository, merge: Merge, branch: str, message: str) -> str:
    """Commit a merge on a branch of its own; HEAD, index and work tree stay as they are.

    Raises:
        PilotError: The branch exists already.
        GitError: The name is none.
    """
    git.run_git(["check-ref-format", "--branch", branch], repository.top)
    if resolve_commit(repository.top, f"refs/heads/{branch}"):
        raise PilotError(f"There is a branch {branch} already.", "Choose another name, or delete that branch.")
    fetch_result(repository.place, merge)
    commit = _commit_tree(repository, merge, message)
    move_ref(repository.top, f"refs/heads/{branch}", commit, None, "branch: made by pilotline")
    return commit


def _touched(merge: Merge) -> tuple[str, ...]:
    """Name every path of index or work tree that a merge writes or removes."""
    paths = (path for change in merge.changes for path in (change.path, change.old_path) if path)
    return tuple(dict.fromkeys([*paths, *merge.conflicts]))


def _refuse_hidden(repository: OpenRepository, merge: Merge) -> None:
    """Refuse conflicts in files that are not in the work tree, because nobody could resolve them there."""
    hidden = sorted(frozenset(merge.conflicts) & list_hidden(repository.top))
    if hidden:
        raise PilotError(
            f"It would conflict in files that this sparse checkout leaves out: {', '.join(hidden)}.",
            "Add their folders with `git sparse-checkout add`, then run the command again.",
        )


def _write_stages(repository: OpenRepository, merge: Merge) -> None:
    """Put the conflicts into the index as git itself does, so that every merge tool finds them."""
    if merge.stages:
        set_index_entries(repository.top, [(path, _stages(merge.stages, path)) for path in merge.conflicts])


def _stages(stages: tuple[IndexStage, ...], path: str) -> list[tuple[TreeEntry, int]]:
    return [(TreeEntry(s.path, s.mode, s.object_id), s.number) for s in stages if s.path == path]


def _commit(repository: OpenRepository, merge: Merge, message: str) -> str:
    """Commit exactly what was planned: no hook of the pilot may add to it or stop it."""
    commit = _commit_tree(repository, merge, message)
    move_ref(repository.top, "HEAD", commit, repository.head, f"commit: {message.partition(chr(10))[0]}")
    return commit


def _commit_tree(repository: OpenRepository, merge: Merge, message: str) -> str:
    """Commit in the user's name, or in pilotline's own where git knows none: whether it does shows when it commits."""
    told = ("user.useConfigOnly=true",)
    try:
        return commit_tree(repository.top, merge.tree_id, repository.head, message, told)
    except GitError:
        from pilotline.git.new_repository import commit_identity  # noqa: PLC0415 - most users have told git who they are

        identity = commit_identity(repository.top)
        if not identity:
            raise
    return commit_tree(repository.top, merge.tree_id, repository.head, message, identity)
