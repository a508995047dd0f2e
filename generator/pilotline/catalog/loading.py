"""Finding a catalog: the built-in one, a folder, or a git repository at a version."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION
from pilotline.catalog.builtin import NOT_CATALOG, builtin_root, read_parts
from pilotline.catalog.cache import cached_repository, fetch_version
from pilotline.catalog.frozen_releases import list_releases, read_release
from pilotline.catalog.reference import Reference, is_remote, resolve_place
from pilotline.catalog.seen import Seen
from pilotline.catalog.versions import latest_version, match_version, sorted_versions
from pilotline.errors import CatalogError, GitError
from pilotline.files.disk import read_tree
from pilotline.files.tree import LINK, File, Tree
from pilotline.git import commands as git
from pilotline.git.contents import list_tree, read_blobs
from pilotline.git.credentials import without_user
from pilotline.git.revisions import describe_commit, list_refs, list_tags, resolve_commit
from pilotline.git.work_tree import SUBMODULE
from pilotline.template.snapshot import CommitOrigin, Identity, Snapshot

_TAG: Final = "refs/tags/"


_MOST_BLOBS: Final = 20_000


def load_snapshot(reference: Reference, builtin_source: str, seen: Seen | None = None) -> Snapshot:
    """Read a catalog into memory.

    Args:
        reference: Which catalog and version.
        builtin_source: Address that pilots record for the built-in catalog.
        seen: What was read before of any catalog: two versions share most of it. What is new is added.

    Raises:
        CatalogError: It cannot be reached, has no such version, or is no catalog.
    """
    if reference.place is None:
        return load_builtin(builtin_source, reference.version)
    place, known = resolve_place(reference.place), Seen({}, {}) if seen is None else seen
    if is_remote(reference):
        return _load_remote(place, reference.version, known)
    return _load_folder(Path(place), reference.version, known)


def load_recorded(source: str, version: str | None, builtin_source: str, seen: Seen | None = None) -> Snapshot:
    """Read the catalog that a pilot records; no version means the newest one.

    What comes from an answers file is not trusted: only addresses and folders are accepted, and a version can never be
    read as an option.

    Raises:
        CatalogError: It cannot be reached, or has no such version.
    """
    if source in {builtin_source, CATALOG_SOURCE}:
        return load_builtin(source, version)
    snapshot = load_snapshot(Reference(source, version), builtin_source, seen)
    identity = snapshot.identity._replace(source=without_user(source), address=snapshot.identity.source)
    return replace(snapshot, identity=identity)


def locate_recorded(source: str, version: str | None) -> CommitOrigin | None:
    """Find the commit of a version that a pilot records, without reading it; None for a folder that is no repository.

    Raises:
        CatalogError: It cannot be reached, or has no such version.
    """
    reference = Reference(resolve_place(source), version)
    if is_remote(reference):
        cached = fetch_version(str(reference.place), version)
        return CommitOrigin(cached.repository, cached.commit)
    folder = Path(str(reference.place))
    return (
        CommitOrigin(folder, _choose_commit(folder, str(folder), version, Seen({}, {}))[1])
        if git.is_repository_root(folder)
        else None
    )


def load_base(source: str, version: str, builtin_source: str, seen: Seen | None = None) -> Snapshot:
    """Read the version that a pilot records, to merge from; address and version stay written as the pilot has them.

    Raises:
        CatalogError: It cannot be reached, or has no such version.
    """
    snapshot = load_recorded(source, version, builtin_source, seen)
    return replace(snapshot, identity=snapshot.identity._replace(source=source, version=version))


def load_builtin(source: str, version: str | None = None) -> Snapshot:
    """Read the catalog that this pilotline carries: its own, or a frozen release."""
    version = version and (match_version(version, {*list_releases(), CATALOG_VERSION}) or version)
    if version not in {None, CATALOG_VERSION}:
        return Snapshot(Identity(source, version, "the built-in catalog"), read_release(str(version)), is_ours=True)
    identity = Identity(source, CATALOG_VERSION, "the built-in catalog")
    return Snapshot(identity, read_parts(builtin_root()), is_ours=True)


def _load_folder(folder: Path, version: str | None, seen: Seen) -> Snapshot:
    if git.is_repository_root(folder):
        return _load_commit(folder, str(folder), version, seen)
    if version is not None:
        raise CatalogError(
            f"{folder} is not a git repository, so it has no version {version}.", "Leave out the @VERSION."
        )
    if not any((folder / name).is_file() for name in ("copier.yml", "copier.yaml")):
        raise CatalogError(f"{folder} is no catalog: it has no copier.yml.", "Give a folder that holds one.")
    return Snapshot(Identity(str(folder), None, str(folder)), read_tree(folder, skip=NOT_CATALOG))


def _load_remote(url: str, version: str | None, seen: Seen) -> Snapshot:
    try:
        cached = fetch_version(url, version)
        tags = list_tags(cached.repository)
        recorded = cached.version if cached.version in tags else describe_commit(cached.repository, cached.commit)
        return _read_snapshot(Identity(url, recorded, url), CommitOrigin(cached.repository, cached.commit), seen.blobs)
    except GitError as error:
        raise CatalogError(
            f"The cached copy of {url} cannot be read: {error.message}",
            f"Remove {cached_repository(url)}: it is fetched again when it is needed.",
        ) from error


def _load_commit(repository: Path, source: str, version: str | None, seen: Seen) -> Snapshot:
    recorded, commit = _choose_commit(repository, source, version, seen)
    return _read_snapshot(Identity(source, recorded, source), CommitOrigin(repository, commit), seen.blobs)


def _choose_commit(repository: Path, source: str, version: str | None, seen: Seen) -> tuple[str, str]:
    """Choose the commit of a version; beside it, what a pilot records of it."""
    refs = seen.refs[repository] = seen.refs.get(repository) or list_refs(repository)
    tags = tuple(name.removeprefix(_TAG) for name in refs if name.startswith(_TAG))
    revision = version or latest_version(tags) or "HEAD"
    commit = refs.get(f"{_TAG}{revision}") or resolve_commit(repository, revision)
    if commit is None:
        revision = match_version(revision, tags) or revision
        commit = refs.get(f"{_TAG}{revision}")
    if commit is None:
        known = ", ".join(sorted_versions(tags)[:5]) or "none"
        raise CatalogError(f"{source} has no version {revision}.", f"Versions that it has: {known}.")
    return revision if revision in tags else describe_commit(repository, commit), commit


def _read_snapshot(identity: Identity, origin: CommitOrigin, known: dict[str, bytes]) -> Snapshot:
    entries = list_tree(origin.repository, origin.commit)
    files = [entry for entry in entries if entry.mode != SUBMODULE]
    contents = _read_blobs(origin.repository, [entry.object_id for entry in files], known)
    tree = Tree({e.path: File(contents[e.object_id], e.mode == "100755", e.mode == LINK) for e in files})
    modules = tuple(entry.path for entry in entries if entry.mode == SUBMODULE)
    return Snapshot(identity, tree, origin=origin, submodules=modules)


def _read_blobs(repository: Path, object_ids: list[str], known: dict[str, bytes]) -> dict[str, bytes]:
    """Read blobs by id; those that another version of a catalog brought before are there already."""
    missing = [object_id for object_id in dict.fromkeys(object_ids) if object_id not in known]
    read = dict(zip(missing, read_blobs(repository, missing) if missing else (), strict=True))
    found = {object_id: read[object_id] if object_id in read else known[object_id] for object_id in object_ids}
    if len(known) + len(read) <= _MOST_BLOBS:
        known.update(read)
    return found
