"""Commits as `git fast-import` reads them, so that any number of files is written by one process.

A file is given by content, or named as a blob that is there already. Content whose blob is known to be there is named
instead of written again: most files of a render are files of the pilot.
"""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from pilotline.files.tree import File
from pilotline.git import commands as git
from pilotline.git.contents import TreeEntry

Side = Mapping[str, File | TreeEntry]
"""Files by path: by content, or as a blob that is there."""

_COMMITTER: Final = "committer pilotline <pilotline@pilotline.invalid> 0 +0000\n"
_FIRST_COMMIT_MARK: Final = 1_000_000_000
_SHA1_LENGTH: Final = 40
# A scratch repository lives for milliseconds: no flushing, quick packing, one pack instead of many files.
_SETTINGS: Final = (*git.UNHOOKED, "core.fsync=none", "core.compression=1", "fastimport.unpackLimit=1")


class Script:
    """A stream of commits on top of trees that are there."""

    def __init__(self, known: Collection[str], *, sha256: bool = False) -> None:
        """Begin a script.

        Args:
            known: Ids of blobs that the repository has.
            sha256: Whether the repository names its objects by SHA-256.
        """
        self._known = known
        self._sha256 = sha256
        self._marks: dict[str, int] = {}
        self._parts: list[bytes] = []
        self._commits = 0

    def commit(self, ref: str, tree: str, *, parent: int = 0, replace: str | None = None, files: Side) -> int:
        """Add a commit and return its mark.

        Args:
            ref: Branch that it is written to.
            tree: Id of the tree that it starts from.
            parent: Mark of its parent, if it has one.
            replace: Folder (with a trailing slash, or empty for everything) that is emptied first.
            files: What is put in, by path from the top.
        """
        self._commits += 1
        mark = _FIRST_COMMIT_MARK + self._commits
        lines = [f"commit {ref}\nmark :{mark}\n{_COMMITTER}data 0\n" + (f"from :{parent}\n" if parent else "")]
        if replace == "":
            lines.append("deleteall\n")
        else:
            lines.append(f"M 040000 {tree} \n")
            lines += [f"D {quote(replace.rstrip('/'))}\n"] if replace else []
        lines += [f"M {file.mode} {self._name(file)} {quote(path)}\n" for path, file in files.items()]
        self._parts.append("".join([*lines, "\n"]).encode("utf-8", "surrogateescape"))
        return mark

    def run(self, repository: Path) -> None:
        """Write everything that was added.

        Raises:
            GitError: Git refused.
        """
        script = b"".join(self._parts)
        git.run_git(["fast-import", "--quiet", "--force"], repository, stdin=script, settings=_SETTINGS, isolated=True)

    def _name(self, file: File | TreeEntry) -> str:
        """Name a file's blob, after writing it where it is not there yet."""
        if isinstance(file, TreeEntry):
            return file.object_id
        object_id = blob_id(file.content, sha256=self._sha256)
        if object_id in self._known:
            return object_id
        mark = self._marks.get(object_id)
        if mark is None:
            mark = self._marks[object_id] = len(self._marks) + 1
            self._parts.append(b"blob\nmark :%d\ndata %d\n%b\n" % (mark, len(file.content), file.content))
        return f":{mark}"


def blob_id(content: bytes, *, sha256: bool = False) -> str:
    """Name the blob of a content as git does."""
    return (hashlib.sha256 if sha256 else hashlib.sha1)(b"blob %d\0" % len(content) + content).hexdigest()


def quote(path: str) -> str:
    """Quote a path as git reads it where a line break would end it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def is_sha256(object_id: str) -> bool:
    """Tell from an object's id which hash its repository uses."""
    return len(object_id) > _SHA1_LENGTH
