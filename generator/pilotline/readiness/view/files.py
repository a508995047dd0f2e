"""The files of a pilot: those that a commit of everything would hold, each read once and only when asked for."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.errors import GitError
from pilotline.git import commands as git

_REGULAR: Final = frozenset({"100644", "100755"})
_NEVER: Final = frozenset({".git", ".venv", "venv", "__pycache__", "node_modules", "var"})


class Hidden(NamedTuple):
    """What git tracks and a sparse checkout leaves out of the work tree."""

    objects: Mapping[str, str]
    """The ids under which git has their contents, by path."""
    sizes: Mapping[str, int]
    missing: tuple[str, ...]
    """Those whose content this clone has not, either."""


class Files(Mapping[str, bytes]):
    """An immutable mapping from path to content that may read late."""

    def __init__(
        self,
        sizes: Mapping[str, int],
        root: Path | None = None,
        contents: Mapping[str, bytes] | None = None,
        hidden: "Hidden | None" = None,
    ) -> None:
        self._sizes = dict(sorted({**sizes, **(hidden.sizes if hidden else {})}.items()))
        self._root = root
        self._contents = dict(contents or {})
        self.hidden = hidden or Hidden({}, {}, ())

    @classmethod
    def of(cls, contents: Mapping[str, bytes]) -> "Files":
        """Make files from a dict, so that nothing needs a disk."""
        return cls({path: len(content) for path, content in contents.items()}, contents=contents)

    def __getitem__(self, path: str) -> bytes:
        if path not in self._sizes:
            raise KeyError(path)
        if path not in self._contents:
            self._contents[path] = self._read(path)
        return self._contents[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)

    def __contains__(self, path: object) -> bool:
        return path in self._sizes

    def size(self, path: str) -> int:
        """Tell the size of a file in bytes without reading it."""
        return self._sizes[path]

    def lies_ignored(self, path: str) -> bool:
        """Tell whether something that git ignores lies at a path that is none of these."""
        return self._root is not None and path not in self._sizes and os.path.lexists(self._root / path)

    def _read(self, path: str) -> bytes:
        if self._root is not None and path in self.hidden.objects:
            return git.run_git(["cat-file", "blob", self.hidden.objects[path]], self._root, discover=True)
        if self._root is None:
            return b""
        try:
            with open(f"{self._root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - there are hundreds
                return file.read()
        except OSError:
            return b""


def read_files(folder: Path) -> Files:
    """Find the files of a folder: those that git tracks or would add; without git, all but what is never committed."""
    records = _list(folder, "--others", "--exclude-standard")
    known = {os.fsdecode(record[2:]) for record in records or ()}
    if records is None:  # no repository, or a clone that has not even the rules of what is ignored
        records = _list(folder) or []
        known = {*(os.fsdecode(record[2:]) for record in records), *_walk(folder)}
    sizes = _sizes(folder, known)
    left_out = {os.fsdecode(record[2:]) for record in records if record.startswith(b"S ")} - sizes.keys()
    return Files(sizes, folder, hidden=_find_hidden(folder, left_out) if left_out else None)


def _list(folder: Path, *more: str) -> list[bytes] | None:
    """List what git tracks, each with a letter for its state; None where git cannot say."""
    try:
        listed = git.run_git(["ls-files", "-z", "-t", "--cached", *more], folder, discover=True)
    except GitError:
        return None
    return list(filter(None, listed.split(b"\0")))


def _find_hidden(folder: Path, paths: set[str]) -> Hidden:
    """Find in git what a sparse checkout leaves out of the work tree."""
    listed = git.run_git(["ls-files", "-z", "--stage"], folder, discover=True)
    objects = {}
    for record in filter(None, listed.split(b"\0")):
        meta, _, name = record.partition(b"\t")
        mode, object_id, _ = meta.decode().split()
        if os.fsdecode(name) in paths and mode in _REGULAR:
            objects[os.fsdecode(name)] = object_id
    wanted = "".join(f"{object_id}\n" for object_id in objects.values()).encode()
    code, output = git.try_git(["cat-file", "--batch-check"], folder, stdin=wanted, discover=True)
    lines = output.decode().splitlines() if not code else []
    found = {oid: int(size) for oid, kind, size in (line.split() for line in lines if line.count(" ") == 2) if kind}  # noqa: PLR2004
    sizes = {path: found[object_id] for path, object_id in objects.items() if object_id in found}
    return Hidden({path: objects[path] for path in sizes}, sizes, tuple(sorted(objects.keys() - sizes.keys())))


def _sizes(folder: Path, paths: set[str]) -> dict[str, int]:
    """Measure plain files; links, submodules and what was just deleted are left out."""
    sizes = {}
    for path in paths:
        try:
            found = os.lstat(f"{folder}/{path}")
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode):
            sizes[path] = found.st_size
    return sizes


def _walk(folder: Path) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NEVER]
        below = Path(place).relative_to(folder)
        yield from ((below / name).as_posix() for name in names)
