"""Symbolic links of a template, followed in memory: nothing outside of the template is ever read.

Copier's rules (`copier._tools.scantree` and `copier._main.Worker._render_template`, 9.19): unless a template preserves
its links, a link stands for what it leads to, folders too; one that leads out of the template is refused, but only
where it would be rendered.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree

_MOST_HOPS: Final = 40
_MOST_PATHS: Final = 100_000


class LinkedFiles(Mapping[str, File]):
    """The files of a tree by the paths that it has, and by every path that leads there through links."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._folders = _list_folders(tree)

    def __getitem__(self, path: str) -> File:
        real = self.resolve(path)
        if real is None or real not in self._tree:
            raise KeyError(path)
        return self._tree[real]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree)

    def __len__(self) -> int:
        return len(self._tree)

    def exists(self, path: str) -> bool:
        """Tell whether a path leads to a file or a folder."""
        real = self.resolve(path)
        return real is not None and (real in self._tree or real in self._folders)

    def resolve(self, path: str) -> str | None:
        """Find what a path leads to; nothing where that is outside, or where links go round in a circle."""
        waiting, done, hops = path.split("/"), list[str](), 0
        while waiting:
            part = waiting.pop(0)
            if part == "..":
                if not done:
                    return None
                done.pop()
            elif part not in {"", "."}:
                done.append(part)
                found = self._tree.get("/".join(done))
                if found is not None and found.link:
                    hops += 1
                    target = found.content.decode("utf-8", "surrogateescape")
                    if hops > _MOST_HOPS or target.startswith("/"):
                        return None
                    done.pop()
                    waiting = [*target.split("/"), *waiting]
        return "/".join(done)

    def paths_below(self, root: str) -> Iterator[str]:
        """Name every path below a folder, through links as well, in order.

        Args:
            root: The folder with a trailing slash; empty for everything.

        Raises:
            CatalogError: A link there leads outside, nowhere, or in a circle.
        """
        real = self.resolve(root)
        found = [] if real is None else [*self._walk(root, real, frozenset({real}))]
        return iter(sorted(found))

    def _walk(self, seen: str, real: str, above: frozenset[str]) -> Iterator[str]:
        count = 0
        for name in self._folders.get(real, ()):
            path = f"{seen}{name}"
            target = self.resolve(f"{real}/{name}" if real else name)
            if target is not None and target in self._folders and target not in above:
                for below in self._walk(f"{path}/", target, above | {target}):
                    count += 1
                    _refuse_many(count, path)
                    yield below
            elif target is not None and target in self._tree:
                yield path
            else:
                raise CatalogError(
                    f"The catalog's link {path} leads out of it, nowhere, or in a circle.",
                    "Report it to the catalog's owner.",
                )


def _refuse_many(count: int, path: str) -> None:
    if count > _MOST_PATHS:
        raise CatalogError(f"The catalog's link {path} leads to too many files.", "Report it to the catalog's owner.")


def _list_folders(tree: Tree) -> dict[str, list[str]]:
    """Give the names in each folder; the top is the empty path."""
    folders: dict[str, dict[str, None]] = {"": {}}
    for path in tree:
        child = path
        for parent in PurePosixPath(path).parents:
            place = "" if str(parent) == "." else str(parent)
            folders.setdefault(place, {})[child.rpartition("/")[2]] = None
            child = place
    return {folder: list(names) for folder, names in folders.items()}
