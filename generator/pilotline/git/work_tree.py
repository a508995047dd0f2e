"""A repository's index and work tree: what is in them, and writing them without any hook or setting in the way."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.git.commands import UNHOOKED, run_git, run_git_refreshing, try_git, wants_signature
from pilotline.git.contents import TreeEntry
from pilotline.git.filters import settings_without_filters

SUBMODULE: Final = "160000"
_UNMERGED: Final = frozenset({b"DD", b"AU", b"UD", b"UA", b"DU", b"AA", b"UU"})
_SETTINGS: Final = (*UNHOOKED, "submodule.recurse=false")


class WorkTree(NamedTuple):
    """A work tree at its last commit."""

    top: Path
    folder: Path
    """Git's own folder of it; a linked work tree has one of its own."""
    objects: Path
    """Where its repository keeps its objects."""
    head: str
    """The last commit."""
    tree: str
    """That commit's tree."""


def open_work_tree(folder: Path) -> WorkTree | None:
    """Find the work tree that a folder lies in, with one process; None where there is none, or no commit.

    Raises:
        GitError: Git is missing.
    """
    command = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-path", "objects"]
    code, output = try_git([*command, "HEAD^{commit}", "HEAD^{tree}"], folder, discover=True)
    lines = os.fsdecode(output).removesuffix("\n").split("\n")
    if not code and len(lines) == 5:  # noqa: PLR2004 - as many as were asked for
        top, own, objects, head, tree = lines
        return WorkTree(Path(top), Path(own), Path(objects), head, tree)
    return None if code else _open_oddly_named(folder)


def _open_oddly_named(folder: Path) -> WorkTree:
    """Ask one by one where a name holds a line break."""
    questions = (["--show-toplevel"], ["--git-dir"], ["--git-path", "objects"], ["HEAD^{commit}"], ["HEAD^{tree}"])
    answers = (
        run_git(["rev-parse", "--path-format=absolute", *question], folder, discover=True) for question in questions
    )
    top, own, objects, head, tree = (os.fsdecode(answer.removesuffix(b"\n")) for answer in answers)
    return WorkTree(Path(top), Path(own), Path(objects), head, tree)


class Uncommitted(NamedTuple):
    """A tracked file that differs from the last commit."""

    path: str
    staged: bool
    """Whether it differs in the index."""
    unmerged: bool
    """Whether somebody has to decide between several versions of it."""


def list_uncommitted(repository: Path, prefix: str = "", *, with_filters: bool = False) -> tuple[str, ...]:
    """Name the tracked files that differ from the last commit, in the index or in the work tree."""
    return tuple(found.path for found in read_uncommitted(repository, prefix, with_filters=with_filters))


def read_uncommitted(repository: Path, prefix: str = "", *, with_filters: bool = False) -> tuple[Uncommitted, ...]:
    """Find the tracked files that differ from the last commit, and where each does.

    Args:
        repository: The work tree.
        prefix: A folder in it to which the question is limited, with a trailing slash.
        with_filters: Whether the programs that the repository names as filters may run, and git may note in the index
            which files are as it has them: where it is written to anyway.
    """
    place = ["--", f":(literal){prefix}"] if prefix else []
    command = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=dirty"]
    if with_filters:
        listed = run_git_refreshing([*command, *place], repository, settings=UNHOOKED)
    else:
        listed = run_git([*command, *place], repository, settings=settings_without_filters(repository))
    return tuple(
        Uncommitted(os.fsdecode(record[3:]), record[:1] != b" ", record[:2] in _UNMERGED)
        for record in listed.split(b"\0")
        if record
    )


def list_tracked(repository: Path) -> frozenset[str]:
    """Name the files in the index."""
    return frozenset(map(os.fsdecode, filter(None, run_git(["ls-files", "-z"], repository).split(b"\0"))))


def list_hidden(repository: Path) -> frozenset[str]:
    """Name the files in the index that a sparse checkout leaves out of the work tree."""
    records = run_git(["ls-files", "-z", "-t"], repository).split(b"\0")
    return frozenset(os.fsdecode(record[2:]) for record in records if record.startswith(b"S "))


def read_checked_out(repository: Path, entries: Sequence[TreeEntry]) -> tuple[bytes, ...]:
    """Read blobs as git writes them into the work tree: line endings converted, filters applied, where those work."""
    contents = []
    for entry in entries:
        if entry.mode == SUBMODULE:
            contents.append(b"")
            continue
        plain = entry.mode == "120000" or "\n" in entry.path
        filtered = ["cat-file", "--filters", f"--path={entry.path}", entry.object_id]
        code, content = (1, b"") if plain else try_git(filtered, repository)
        contents.append(run_git(["cat-file", "blob", entry.object_id], repository) if code else content)
    return tuple(contents)


def refresh_index(repository: Path) -> None:
    """Let git see which files of the work tree are as the index has them."""
    run_git(["update-index", "-q", "--refresh"], repository, settings=_SETTINGS)


def checkout_tree(repository: Path, old: str, new: str) -> None:
    """Move index and work tree from one tree to another; nothing that is not in the old one is overwritten.

    What git has not noted in the index as unchanged is taken for changed, and refused.
    """
    run_git(["read-tree", "-m", "-u", old, new], repository, settings=_SETTINGS)


def set_index_entries(repository: Path, entries: Sequence[tuple[str, Sequence[tuple[TreeEntry, int]]]]) -> None:
    """Set the entries of some paths in the index, each with its stage; a path without any leaves the index."""
    lines = []
    for path, staged in entries:
        lines.append(f"0 {'0' * 40}\t{path}\0")
        lines += [f"{entry.mode} {entry.object_id} {stage}\t{path}\0" for entry, stage in staged]
    script = "".join(lines).encode("utf-8", "surrogateescape")
    run_git(["update-index", "-z", "--index-info"], repository, stdin=script, settings=_SETTINGS)


def hide(repository: Path, paths: Collection[str]) -> None:
    """Leave files of the index out of the work tree, as the sparse checkout has it."""
    if paths:
        names = b"".join(os.fsencode(path) + b"\0" for path in paths)
        run_git(["update-index", "--skip-worktree", "-z", "--stdin"], repository, stdin=names, settings=_SETTINGS)


def check_out(repository: Path, paths: Collection[str]) -> None:
    """Write files of the index into the work tree."""
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    run_git(["checkout-index", "-f", "-q", "-u", "-z", "--stdin"], repository, stdin=names, settings=_SETTINGS)


def commit_tree(repository: Path, tree: str, parent: str, message: str, identity: Sequence[str]) -> str:
    """Make a commit of a tree, signed where the user signs; no ref moves."""
    command = ["commit-tree", *(["-S"] if wants_signature(repository) else []), tree, "-p", parent]
    return run_git(command, repository, stdin=message.encode(), settings=[*_SETTINGS, *identity]).decode().strip()


def move_ref(repository: Path, ref: str, new: str, old: str | None, reason: str) -> None:
    """Move a ref from one commit to another in one step; no old commit means that it is new.

    Raises:
        GitError: It is elsewhere by now.
    """
    run_git(["update-ref", "-m", reason, ref, new, old or "0" * len(new)], repository, settings=_SETTINGS)
