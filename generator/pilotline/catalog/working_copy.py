"""Reading a catalog as it lies in its folder: what is committed or could be, and the links among it."""

import os
from pathlib import Path
from typing import Final

from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree
from pilotline.git import commands as git
from pilotline.template.snapshot import Identity, Snapshot

_NOT_CATALOG: Final = frozenset({".git", ".venv", "__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache"})


def read_catalog(folder: Path) -> tuple[Tree, tuple[str, ...]]:
    """Read the files of a catalog, changes that are not committed included, and name its symbolic links.

    Raises:
        CatalogError: There is no such folder.
    """
    if not folder.is_dir():
        raise CatalogError(f"{folder} is no folder.", "Give the folder of a catalog.")
    names = _known_to_git(folder) if git.is_repository_root(folder) else _below(folder)
    links = tuple(name for name in names if (folder / name).is_symlink())
    files = {
        name: File((folder / name).read_bytes(), os.access(folder / name, os.X_OK))
        for name in names
        if name not in links and (folder / name).is_file()
    }
    return Tree(files), links


def load_working_copy(folder: Path) -> Snapshot:
    """Give the catalog of a folder as it lies there, to be rendered.

    Raises:
        CatalogError: There is none, or it holds a link.
    """
    tree, links = read_catalog(folder)
    if links:
        raise CatalogError(f"{folder} holds a symbolic link ({links[0]}).", "Replace it by the file.")
    if "copier.yml" not in tree and "copier.yaml" not in tree:
        raise CatalogError(f"{folder} is no catalog: it has no copier.yml.", "Give the folder of a catalog.")
    return Snapshot(Identity(str(folder), None, str(folder)), tree)


def _known_to_git(folder: Path) -> list[str]:
    listed = git.run_git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], folder)
    return sorted({os.fsdecode(name) for name in listed.split(b"\0") if name})


def _below(folder: Path) -> list[str]:
    found = []
    for parent, folders, names in os.walk(folder):
        kept = [name for name in folders if name not in _NOT_CATALOG]
        links = [name for name in kept if (Path(parent) / name).is_symlink()]
        folders[:] = [name for name in kept if name not in links]
        found += [(Path(parent) / name).relative_to(folder).as_posix() for name in [*names, *links]]
    return sorted(found)
