"""What git knows about a pilot, read only when a check asks."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from pilotline.errors import GitError
from pilotline.git import commands as git
from pilotline.git.filters import settings_without_filters
from pilotline.git.revisions import resolve_commit
from pilotline.git.signatures import UNSIGNED, Signature, read_signature

_FORMAT: Final = "%H%x1f%an%x1f%ae%x1f%cn%x1f%ce%x1f%cI%x1f%B"


class Commit(NamedTuple):
    """One commit, as far as checks ask."""

    id: str
    author: str
    author_email: str
    committer: str
    committer_email: str
    time: datetime
    message: str

    @property
    def day(self) -> date:
        """The day on which it was made."""
        return self.time.date()


class FileHistory(Protocol):
    """The past of a pilot's files; paths are the pilot's own."""

    @property
    def head(self) -> str:
        """The last commit; empty where there is none."""
        ...

    @property
    def prefix(self) -> str:
        """Folder of the pilot inside its repository with a trailing slash; empty at the top."""
        ...

    def commits(self, path: str = "") -> tuple[Commit, ...]:
        """List the commits that touched a path, newest first."""
        ...

    def content(self, commit: str, path: str) -> bytes | None:
        """Read a file as a commit has it."""
        ...

    def differing(self, commit: str) -> frozenset[str] | None:
        """Name the paths that differ between a commit and the files as they are now; None when it is unknown."""
        ...

    def signature(self, commit: str, signers: Sequence[str]) -> Signature:
        """Verify the signature of a commit by the keys of some signers."""
        ...


class NoHistory:
    """The past of files that are in no repository."""

    def __init__(self, head: str = "", prefix: str = "") -> None:
        self.head = head
        self.prefix = prefix

    def commits(self, path: str = "") -> tuple[Commit, ...]:
        """There are none."""
        del path
        return ()

    def content(self, commit: str, path: str) -> bytes | None:
        """There is none."""
        del commit, path
        return None

    def differing(self, commit: str) -> frozenset[str] | None:
        """Every commit is unknown."""
        del commit
        return None

    def signature(self, commit: str, signers: Sequence[str]) -> Signature:
        """Nothing is signed."""
        del commit, signers
        return UNSIGNED


class GitHistory:
    """The past of a folder in a git repository."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._logs: dict[str, tuple[Commit, ...]] = {}
        self._differing: dict[str, frozenset[str] | None] = {}

    @cached_property
    def head(self) -> str:
        """The last commit; empty where there is none."""
        try:
            return resolve_commit(self._folder, "HEAD") or ""
        except GitError:
            return ""

    @cached_property
    def prefix(self) -> str:
        """Folder of the pilot inside its repository with a trailing slash; empty at the top."""
        if git.is_work_tree_top(self._folder):
            return ""
        try:
            return git.run_git(["rev-parse", "--show-prefix"], self._folder, discover=True).decode().strip()
        except GitError:
            return ""

    def commits(self, path: str = "") -> tuple[Commit, ...]:
        """List the commits that touched a path, newest first."""
        if path not in self._logs:
            self._logs[path] = self._read_log(path) if self.head else ()
        return self._logs[path]

    def _read_log(self, path: str) -> tuple[Commit, ...]:
        arguments = ["log", "-z", f"--format={_FORMAT}", self.head, "--", path or "."]
        records = git.run_git(arguments, self._folder, discover=True).decode(errors="replace").split("\0")
        return tuple(_parse_commit(record) for record in records if record.strip())

    def content(self, commit: str, path: str) -> bytes | None:
        """Read a file as a commit has it."""
        if resolve_commit(self._folder, commit) is None:
            return None
        code, content = git.try_git(["cat-file", "blob", f"{commit}:./{path}"], self._folder, discover=True)
        return content if code == 0 else None

    def differing(self, commit: str) -> frozenset[str] | None:
        """Name the paths that differ between a commit and the files as they are now; None when it is unknown."""
        if commit not in self._differing:
            self._differing[commit] = self._compare(commit)
        return self._differing[commit]

    def signature(self, commit: str, signers: Sequence[str]) -> Signature:
        """Verify the signature of a commit by the keys of some signers."""
        return read_signature(self._folder, commit, signers)

    def _compare(self, commit: str) -> frozenset[str] | None:
        known = resolve_commit(self._folder, commit) if self.head else None
        if known is None:
            return None
        plain = ["--name-only", "-z", "--relative", "--no-renames", "--no-ext-diff", "--no-textconv"]
        changed = git.run_git(
            ["diff", *plain, "--ignore-submodules=dirty", known, "--", "."],
            self._folder,
            settings=settings_without_filters(self._folder),
            discover=True,
        )
        new = git.run_git(["ls-files", "-z", "--others", "--exclude-standard"], self._folder, discover=True)
        return frozenset(name for name in (changed + new).decode(errors="replace").split("\0") if name)


def _parse_commit(record: str) -> Commit:
    identity, author, author_email, committer, committer_email, time, message = record.strip("\n").split("\x1f", 6)
    moment = datetime.fromisoformat(time)
    return Commit(identity, author, author_email, committer, committer_email, moment, message.strip())
