"""The files of a pilot: those that a commit of everything would hold, each read once and only when asked for."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pilotline.errors import GitError
from pilotline.git import commands as git

_NEVER: Final = frozenset({".git", ".venv", "venv", "__pycache__", "node_modules", "var"})


class Files(Mapping[str, bytes]):
    """An immutable mapping from path to content that may read late."""

    def __init__(
        self, sizes: Mapping[str, int], root: Path | None = None, contents: Mapping[str, bytes] | None = None
    ) -> None:
        self._sizes = dict(sorted(sizes.items()))
        self._root = root
        self._contents = dict(contents or {})

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
        try:
            return (self._root / path).read_bytes() if self._root else b""
        except OSError:
            return b""


def read_files(folder: Path) -> Files:
    """Find the files of a folder: those that git tracks or would add; without git, all but what is never committed."""
    try:
        listed = git.run_git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], folder, discover=True)
        paths = {os.fsdecode(name) for name in listed.split(b"\0") if name}
    except GitError:
        paths = set(_walk(folder))
    return Files(_sizes(folder, paths), folder)


def _sizes(folder: Path, paths: set[str]) -> dict[str, int]:
    """Measure plain files; links, submodules and what was just deleted are left out."""
    sizes = {}
    for path in paths:
        try:
            found = os.lstat(folder / path)
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
