"""A tree of files as a value: what a render makes, a catalog holds and a merge compares."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from pilotline.errors import DestinationError

# Code points that the file system of macOS drops from names (git's `utf8.c` knows the same).
_IGNORED: Final = dict.fromkeys(
    (*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF), None
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """Content and mode of one file, as git knows them."""

    content: bytes
    executable: bool = False

    @property
    def mode(self) -> str:
        """Mode in git's notation."""
        return "100755" if self.executable else "100644"


class Tree(Mapping[str, File]):
    """An immutable mapping from relative POSIX path to file, in the order of the paths."""

    def __init__(self, files: Mapping[str, File]) -> None:
        for path in files:
            _refuse_unsafe(path)
        self._files = MappingProxyType(dict(sorted(files.items())))

    def __getitem__(self, path: str) -> File:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"Tree({len(self)} files)"


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


def read_tree(root: Path, *, skip: frozenset[str] = frozenset({".git"})) -> Tree:
    """Read every file under a folder.

    Args:
        root: The folder.
        skip: Names of folders and files that are left out wherever they lie.
    """
    files: dict[str, File] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                path = f"{folder}{entry.name}"
                if entry.name in skip:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{path}/")
                elif entry.is_file():
                    content = Path(entry.path).read_bytes()
                    files[path] = File(content, bool(entry.stat().st_mode & 0o100))
    return Tree(files)


def write_tree(tree: Tree, root: Path) -> None:
    """Write every file of a tree under a folder that exists.

    Raises:
        OSError: The disk is full or the folder cannot be written; what was written so far stays for the caller to drop.
    """
    made: set[Path] = {root}
    for path, file in tree.items():
        target = root / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        target.write_bytes(file.content)
        if file.executable:
            target.chmod(0o777 & ~_umask())


def replace_files(tree: Tree, folder: Path) -> None:
    """Write files into a folder, in the place of those of the same name; each is old or new, never half of both.

    Raises:
        DestinationError: The disk is full or the folder cannot be written; no file was changed.
    """
    drafts = {folder / path: (folder / path).with_name(f".{Path(path).name}.new") for path in tree}
    try:
        for (target, draft), file in zip(drafts.items(), tree.values(), strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(file.content)
        for target, draft in drafts.items():
            draft.replace(target)
    except OSError as error:
        raise DestinationError(
            f"{folder} cannot be written: {(error.strerror or str(error)).lower()}.", "Choose another folder with --to."
        ) from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _umask() -> int:
    """Read the process's umask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
