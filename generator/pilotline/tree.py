"""A tree of files as a value: what a render makes, a catalog holds and a merge compares."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from pilotline.errors import DestinationError


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
    """Refuse a path that would leave the tree or reach into git's own folder.

    Raises:
        DestinationError: The path is absolute, climbs, or names `.git`.
    """
    parts = PurePosixPath(path).parts
    climbs = not parts or path.startswith("/") or ".." in parts or "\0" in path
    if climbs or any(part.rstrip(". ").lower() in {".git", "git~1"} for part in parts):
        raise DestinationError(
            f"The path {path!r} does not stay inside the pilot.", "Report it to the owner of the catalog."
        )


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
