"""A tree of files as a value: what a render makes, a catalog holds and a merge compares."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final, NamedTuple

from pilotline.errors import DestinationError

LINK: Final = "120000"
"""Git's mode of a symbolic link."""
# Code points that the file system of macOS drops from names (git's `utf8.c` knows the same).
_IGNORED: Final = dict.fromkeys(
    (*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF), None
)  # fmt: skip


class File(NamedTuple):
    """Content and mode of one file, as git knows them."""

    content: bytes
    executable: bool = False
    link: bool = False
    """Whether it is a symbolic link; its content is where it leads."""

    @property
    def mode(self) -> str:
        """Mode in git's notation."""
        if self.link:
            return LINK
        return "100755" if self.executable else "100644"


class Tree(Mapping[str, File]):
    """An immutable mapping from relative POSIX path to file, in the order of the paths."""

    def __init__(self, files: Mapping[str, File]) -> None:
        for path in files:
            _refuse_unsafe(path)
        _refuse_behind_links(files)
        self._files = MappingProxyType(dict(sorted(files.items())))

    def __getitem__(self, path: str) -> File:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"Tree({len(self)} files)"

    def __reduce__(self) -> tuple[type["Tree"], tuple[dict[str, File]]]:
        return Tree, (dict(self._files),)


def _refuse_behind_links(files: Mapping[str, File]) -> None:
    """Refuse a path behind a link of the same tree: whoever writes it would write wherever that leads.

    Raises:
        DestinationError: It names both.
    """
    links = {path for path, file in files.items() if file.link}
    for path in files if links else ():
        behind = next((str(above) for above in PurePosixPath(path).parents if str(above) in links), None)
        if behind is not None:
            raise DestinationError(
                f"The path {path!r} lies behind the link {behind!r}.", "Report it to the owner of the catalog."
            )


@lru_cache(maxsize=20_000)
def _refuse_unsafe(path: str) -> None:
    """Refuse a path that would leave the tree or reach into git's own folder, on whatever system it is checked out.

    Raises:
        DestinationError: The path is absolute, climbs, or names `.git`.
    """
    parts = PurePosixPath(path.replace("\\", "/")).parts
    if not parts or path.startswith("/") or "\0" in path or any(map(_is_unsafe, parts)):
        raise DestinationError(
            f"The path {path!r} does not stay inside the pilot.", "Report it to the owner of the catalog."
        )


def _is_unsafe(part: str) -> bool:
    """Tell whether a name climbs or means `.git`: file systems drop some characters, streams, final dots and blanks."""
    if part.isascii() and part[0] not in ".gG":
        return False
    name = part.translate(_IGNORED).partition(":")[0].rstrip(". ").lower()
    return part.translate(_IGNORED).rstrip(" ") == ".." or name in {".git", "git~1"}
