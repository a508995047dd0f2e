"""Which versions a catalog has, and which of them are here already."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pilotline.about import CATALOG_VERSION
from pilotline.catalog.cache import cached_tags, list_remote_refs
from pilotline.catalog.frozen_releases import list_releases
from pilotline.catalog.reference import Reference, is_remote, resolve_place
from pilotline.catalog.versions import parse_version, sorted_versions
from pilotline.errors import CatalogError
from pilotline.git import commands as git
from pilotline.git.revisions import list_refs


@dataclass(frozen=True)
class Edition:
    """One version of a catalog."""

    version: str
    commit: str | None
    """None for the built-in catalog, whose content comes with pilotline."""
    prerelease: bool
    here: bool
    """Whether it can be used without a network."""


@dataclass(frozen=True)
class PublishedVersions:
    """The versions of one catalog, newest first."""

    source: str
    editions: tuple[Edition, ...]
    online: bool
    moved: tuple[str, ...]
    """Tags that point elsewhere now than when they were fetched."""


def list_editions(reference: Reference, builtin_source: str) -> PublishedVersions:
    """List the versions of a catalog.

    Raises:
        CatalogError: It cannot be reached, or is no git repository.
    """
    if reference.place is None:
        versions = sorted_versions({*list_releases(), CATALOG_VERSION})
        return _history(builtin_source, dict.fromkeys(versions), frozenset(versions))
    place = resolve_place(reference.place)
    if is_remote(reference):
        listing = list_remote_refs(place)
        return _history(place, listing.tags, cached_tags(place), online=listing.online, moved=listing.moved)
    folder = Path(place)
    if not git.is_repository_root(folder):
        raise CatalogError(f"{folder} is not a git repository, so it has no versions.", "Run `git init` and tag one.")
    refs = list_refs(folder)
    tags = {name.removeprefix("refs/tags/"): id_ for name, id_ in refs.items() if name.startswith("refs/tags/")}
    return _history(str(folder), tags, frozenset(tags))


def _history(
    source: str,
    commits: Mapping[str, str | None],
    here: frozenset[str],
    *,
    online: bool = True,
    moved: tuple[str, ...] = (),
) -> PublishedVersions:
    editions = (
        Edition(tag, commits[tag], bool((found := parse_version(tag)) and found.is_prerelease), tag in here)
        for tag in sorted_versions(commits)
    )
    return PublishedVersions(source, tuple(editions), online, moved)
