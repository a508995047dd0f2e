"""Reading and rendering the catalog of a pilot, where what was remembered of it does not do."""

import hashlib
from collections.abc import Mapping

from pilotline.catalog.catalogs import Catalogs
from pilotline.errors import PilotlineError
from pilotline.git.contents import read_paths
from pilotline.git.credentials import without_user
from pilotline.pilot.pristine import recall_pristine
from pilotline.template.snapshot import Snapshot


def state_of_catalog(catalogs: Catalogs, source: str, version: str) -> str:
    """Name what a catalog holds at a version: its commit, or a sum of all its files.

    Raises:
        CatalogError: It cannot be reached, or has no such version.
    """
    origin = catalogs.locate(without_user(source), version or None)
    return f"commit {origin.commit}" if origin is not None else _sum_up(_load(catalogs, source, version))


def render_catalog(
    catalogs: Catalogs, source: str, version: str, recorded: Mapping[str, object], names: Mapping[str, str]
) -> dict[str, bytes]:
    """Render the files that a catalog owns in a pilot, links left out.

    Raises:
        PilotlineError: It cannot be had, or cannot be rendered.
    """
    snapshot = _load(catalogs, source, version)
    owned = recall_pristine(snapshot, recorded, names).render_owned()
    return {path: file.content for path, file in owned.items() if not file.link}


def read_catalog_file(catalogs: Catalogs, source: str, version: str, path: str) -> bytes | None:
    """Read a file of a catalog; None where the catalog or the file cannot be had."""
    try:
        origin = catalogs.locate(without_user(source), version or None)
        if origin is not None:
            return read_paths(origin.repository, origin.commit, (path,)).get(path)
        tree = _load(catalogs, source, version).tree
    except PilotlineError:
        return None
    return tree[path].content if path in tree else None


def _load(catalogs: Catalogs, source: str, version: str) -> Snapshot:
    return catalogs.recorded(without_user(source), version or None)


def _sum_up(snapshot: Snapshot) -> str:
    content = hashlib.sha256()
    for path, file in snapshot.tree.items():
        content.update(f"\0{path}\0{file.mode}\0{len(file.content)}\0".encode())
        content.update(file.content)
    return f"content {content.hexdigest()}"
