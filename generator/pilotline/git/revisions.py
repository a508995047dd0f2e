"""The names of commits: what a revision leads to, which tags and branches there are."""

import re
from pathlib import Path
from typing import Final

from pilotline.git.commands import run_git

_OBJECT_ID: Final = re.compile(rb"[0-9a-f]{40,64}")


def resolve_commit(repository: Path, revision: str) -> str | None:
    """Resolve a revision to a commit; None when there is no such one.

    The revision goes in on standard input, so that it can never be read as an option.
    """
    if not revision or set(revision) & set("\r\n\0"):
        return None
    request = f"{revision}^{{commit}}\n".encode()
    answer = run_git(["cat-file", "--batch-check=%(objectname)"], repository, stdin=request).strip()
    return answer.decode() if _OBJECT_ID.fullmatch(answer) else None


def list_tags(repository: Path) -> tuple[str, ...]:
    """List the tags of a repository."""
    return tuple(run_git(["tag", "--list"], repository).decode().split())


def describe_commit(repository: Path, commit: str) -> str:
    """Name a commit as Copier records it: its tag, or the nearest tag with distance and short id."""
    return run_git(["describe", "--tags", "--always", commit], repository).decode().strip()


def resolve_tree(repository: Path, commit: str) -> str:
    """Name the tree of a commit."""
    return run_git(["rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}"], repository).decode().strip()


def list_refs(repository: Path) -> dict[str, str]:
    """List the tags and branches of a repository with the commit that each leads to."""
    form = "%(refname) %(objectname) %(*objectname)"
    lines = run_git(["for-each-ref", f"--format={form}", "refs/tags", "refs/heads"], repository).decode().splitlines()
    return {parts[0]: parts[-1] for parts in map(str.split, lines)}
