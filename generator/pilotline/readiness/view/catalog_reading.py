"""Reading and rendering the catalog of a pilot, where what was remembered of it does not do."""

import hashlib
from collections.abc import Mapping

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.loading import load_recorded, locate_recorded
from pilotline.errors import PilotlineError
from pilotline.git.contents import read_paths
from pilotline.git.credentials import without_user
from pilotline.template.ownership import render_owned
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import accept_recorded


def state_of_catalog(source: str, version: str, builtin_source: str) -> str:
    """Name what a catalog holds at a version: its commit, or a sum of all its files.

    Raises:
        CatalogError: It cannot be reached, or has no such version.
    """
    if source not in {builtin_source, CATALOG_SOURCE}:
        origin = locate_recorded(without_user(source), version or None)
        if origin is not None:
            return f"commit {origin.commit}"
    return _sum_up(_load(source, version, builtin_source))


def render_catalog(
    source: str, version: str, builtin_source: str, recorded: Mapping[str, object], names: Mapping[str, str]
) -> dict[str, bytes]:
    """Render the files that a catalog owns in a pilot, links left out.

    Raises:
        PilotlineError: It cannot be had, or cannot be rendered.
    """
    snapshot = _load(source, version, builtin_source)
    owned = render_owned(snapshot, accept_recorded(snapshot, recorded, names))
    return {path: file.content for path, file in owned.items() if not file.link}


def read_catalog_file(source: str, version: str, builtin_source: str, path: str) -> bytes | None:
    """Read a file of a catalog; None where the catalog or the file cannot be had."""
    try:
        if source not in {builtin_source, CATALOG_SOURCE}:
            origin = locate_recorded(without_user(source), version or None)
            if origin is not None:
                return read_paths(origin.repository, origin.commit, (path,)).get(path)
        tree = _load(source, version, builtin_source).tree
    except PilotlineError:
        return None
    return tree[path].content if path in tree else None


def _load(source: str, version: str, builtin_source: str) -> Snapshot:
    return load_recorded(without_user(source), version or None, builtin_source)


def _sum_up(snapshot: Snapshot) -> str:
    content = hashlib.sha256()
    for path, file in snapshot.tree.items():
        content.update(f"\0{path}\0{file.mode}\0{len(file.content)}\0".encode())
        content.update(file.content)
    return f"content {content.hexdigest()}"
