"""The catalog that this pilotline carries: where it lies, what belongs to it, and how to tell that it is the same."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pilotline.files.disk import read_tree
from pilotline.files.tree import File, Tree

NOT_CATALOG: Final = frozenset({".git", "__pycache__", ".DS_Store", ".ruff_cache", ".mypy_cache"})
"""Names that are part of no catalog, wherever they lie."""
_DEFINITION: Final = "copier.yml"
_PARTS: Final = ("templates", "reference_architectures", "upgrade_notes")


def builtin_root() -> Path:
    """Find the built-in catalog: inside the installed package, or the checkout of an editable install."""
    package = Path(__file__).resolve().parents[1]
    carried = package / "_catalog"
    return carried if carried.is_dir() else package.parents[1]


def read_parts(root: Path) -> Tree:
    """Read what makes up a catalog from a folder that may hold more."""
    files: dict[str, File] = {_DEFINITION: File((root / _DEFINITION).read_bytes())}
    for part in _PARTS:
        if (root / part).is_dir():
            files |= {f"{part}/{path}": file for path, file in read_tree(root / part, skip=NOT_CATALOG).items()}
    return Tree(files)


def read_part(root: Path, path: str) -> bytes | None:
    """Read one file of such a catalog; None where it has none at that path."""
    is_part = path == _DEFINITION or path.split("/", maxsplit=1)[0] in _PARTS
    try:
        return (root / path).read_bytes() if is_part and ".." not in path.split("/") else None
    except OSError:
        return None


def state_of_parts(root: Path) -> str:
    """Sum up names, sizes and times of such a catalog, which change when one of its files does; nothing is read."""
    seen = sorted(line for part in (_DEFINITION, *_PARTS) for line in _stamps(f"{root}/{part}", part))
    return hashlib.sha256("\n".join(seen).encode("utf-8", "surrogateescape")).hexdigest()


def _stamps(place: str, path: str) -> Iterator[str]:
    try:
        entries = os.scandir(place)
    except NotADirectoryError:
        yield _stamp(os.stat(place), path)  # noqa: PTH116 - there are hundreds
        return
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            if entry.name in NOT_CATALOG:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _stamps(entry.path, f"{path}/{entry.name}")
            else:
                yield _stamp(entry.stat(follow_symlinks=False), f"{path}/{entry.name}")


def _stamp(found: os.stat_result, path: str) -> str:
    return f"{path}\0{found.st_mode}\0{found.st_size}\0{found.st_mtime_ns}"
