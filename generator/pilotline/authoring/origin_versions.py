"""Between which versions of its origin a catalog moves: what it records of its beginning, or what somebody says."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from pilotline.about import CATALOG_VERSION
from pilotline.authoring.origin import ORIGIN_FILE, RecordedOrigin
from pilotline.catalog.catalogs import Catalogs
from pilotline.catalog.versions import is_older
from pilotline.errors import CatalogError
from pilotline.pilot.repository import OpenRepository, read_committed
from pilotline.template.snapshot import Snapshot


@dataclass(frozen=True)
class CatalogMove:
    """A catalog at its last commit, and the versions of its origin that it moves between."""

    repository: OpenRepository
    origin: RecordedOrigin
    old: Snapshot
    new: Snapshot
    skeleton: str
    """Version of the built-in catalog that the files around come from then."""
    recorded: bool = True
    """Whether the catalog says itself where it came from; else somebody had to."""


class SaidOrigin(NamedTuple):
    """What somebody says that a catalog began as."""

    version: str | None = None
    """None where nobody says anything."""
    source: str | None = None
    """None for the built-in catalog."""


def choose_move(repository: OpenRepository, catalogs: Catalogs, wanted: str | None, said: SaidOrigin) -> CatalogMove:
    """Read both versions of the origin.

    Args:
        repository: The catalog at its last commit.
        catalogs: Where versions are read.
        wanted: The version to move to; none means the newest.
        said: What somebody says that the catalog began as.

    Raises:
        CatalogError: Nobody says where the catalog came from, two do, or its origin has nothing newer.
    """
    recorded = _read_origin(repository)
    if recorded is not None and said.version is not None:
        raise CatalogError(
            f"This catalog records that it is at {recorded.version} of {recorded.source}.", "Leave out --from."
        )
    origin = recorded or _begin(repository, catalogs, said)
    if origin.version is None:
        raise CatalogError(
            f"This catalog began as {origin.source}, which had no version then, so there is no base to merge from.",
            f"Put the version that it was like into {ORIGIN_FILE}, and commit that.",
        )
    old, new = catalogs.base(origin.source, origin.version), catalogs.recorded(origin.source, wanted)
    if wanted is None:
        _refuse_backwards(origin.version, new.identity.version)
    skeleton = str(new.identity.version) if catalogs.is_builtin(origin.source) else CATALOG_VERSION
    return CatalogMove(repository, origin, old, new, skeleton, recorded=recorded is not None)


def _read_origin(repository: OpenRepository) -> RecordedOrigin | None:
    """Read where a catalog came from, as its last commit has it; None where it says nothing."""
    found = read_committed(repository, lambda path: path == ORIGIN_FILE)
    return RecordedOrigin.parse(found[ORIGIN_FILE].content) if ORIGIN_FILE in found else None


def _begin(repository: OpenRepository, catalogs: Catalogs, said: SaidOrigin) -> RecordedOrigin:
    """Describe the beginning as somebody says it was.

    Raises:
        CatalogError: Nobody does, or there is no such version.
    """
    if said.version is None:
        raise CatalogError(
            "This catalog does not record what it began as.",
            "Say it once: --from VERSION (`pilotline catalog versions` lists those of the built-in catalog).",
        )
    snapshot = catalogs.base(said.source or catalogs.config.source, said.version)
    origin = RecordedOrigin.of(snapshot, name=repository.folder.name)
    return origin if said.source else replace(origin, pilotline=said.version)


def _refuse_backwards(recorded: str, newest: str | None) -> None:
    """Refuse to leave a version for an older one that nobody named.

    Raises:
        CatalogError: The catalog is ahead of the newest release.
    """
    if newest is not None and is_older(newest, recorded):
        raise CatalogError(
            f"The catalog is at {recorded}, which is newer than the newest release here, {newest}.",
            "Name where it shall go with --to; with the built-in catalog, upgrade pilotline first.",
        )
