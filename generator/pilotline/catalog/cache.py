"""A local copy of every catalog version that was ever used, so that a ref is fetched once and is there offline.

Each address has one bare repository in the cache folder. A released tag is fetched alone and without history, and never
replaced: git refuses to move a tag that is there. Whoever fetches holds a lock; whoever reads needs none, because
nothing that is cached ever goes away.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.catalog.versions import latest_version, match_version, sorted_versions
from pilotline.config import cache_folder
from pilotline.errors import CatalogError, GitError
from pilotline.files.locks import locked
from pilotline.files.scratch import scratch_folder
from pilotline.git import commands as git
from pilotline.git import remotes
from pilotline.git.revisions import list_refs, resolve_commit
from pilotline.log import warn

_FIXED: Final = re.compile(r"(?:.+-g)?[0-9a-f]{7,64}")
"""A commit, or a tag with distance and commit: what such a revision names never changes."""


class Listing(NamedTuple):
    """The refs of a repository at its own place, or of its cached copy when that place cannot be reached."""

    tags: Mapping[str, str]
    """Commit by tag."""
    heads: Mapping[str, str]
    """Commit by branch, and by `HEAD`."""
    online: bool
    moved: tuple[str, ...] = ()
    """Tags that point elsewhere now than when they were fetched."""


class Cached(NamedTuple):
    """One version in the cache, ready to be read."""

    repository: Path
    commit: str
    version: str


def fetch_version(url: str, version: str | None) -> Cached:
    """Give one version of a catalog, from the cache where it is there.

    Args:
        url: Address of the catalog.
        version: A tag in any spelling of its version, a branch or a commit; None means the newest release, which has
            to be looked for.

    Raises:
        CatalogError: It cannot be reached and is not cached, has no such version or several, or its tag was moved.
    """
    repository = cached_repository(url)
    if version is not None:
        known = _known(repository, version)
        if known is not None:
            return Cached(repository, known, version)
    listing = list_remote_refs(url)
    chosen = _choose(version, listing)
    if chosen in listing.moved:
        raise _moved_tag(url, chosen, resolve_commit(repository, f"refs/tags/{chosen}"), listing.tags[chosen])
    commit = _fetch(url, repository, chosen, listing) if listing.online else resolve_commit(repository, chosen)
    if commit is None:
        names = ", ".join(sorted_versions(listing.tags)[:5]) or "none"
        reason = "has no version" if listing.online else "cannot be reached, and the cache does not hold its"
        raise CatalogError(f"{url} {reason} {chosen}.", f"Versions that are there: {names}.")
    if not listing.online:
        warn("%s cannot be reached; a newer version than the cached %s could not be looked for.", url, chosen)
    return Cached(repository, commit, chosen)


def list_remote_refs(url: str) -> Listing:
    """List the versions of a catalog at its own place; of its cached copy when that place cannot be reached.

    Raises:
        CatalogError: It cannot be reached, and nothing of it is cached.
    """
    repository = cached_repository(url)
    cached = list_refs(repository)
    try:
        present = remotes.list_remote_refs(url, repository)
    except GitError as error:
        if not cached:
            raise _unreachable(url, error) from error
        return Listing(_below(cached, "refs/tags/"), _below(cached, "refs/heads/"), online=False)
    tags, known = _below(present, "refs/tags/"), _below(cached, "refs/tags/")
    moved = tuple(tag for tag, commit in known.items() if tags.get(tag, commit) != commit)
    for tag in moved:
        warn("The tag %s of %s was moved since it was fetched; the cached content stays in use.", tag, url)
    heads = _below(present, "refs/heads/")
    return Listing(tags, heads | ({"HEAD": present["HEAD"]} if "HEAD" in present else {}), online=True, moved=moved)


def _choose(version: str | None, listing: Listing) -> str:
    if version is None:
        return latest_version(listing.tags) or "HEAD"
    return version if version in listing.heads else match_version(version, listing.tags) or version


def cached_tags(url: str) -> frozenset[str]:
    """Name the tags of a catalog that are there offline."""
    return frozenset(_below(list_refs(cached_repository(url)), "refs/tags/"))


def _moved_tag(url: str, tag: str, before: str | None, now: str) -> CatalogError:
    return CatalogError(
        f"The tag {tag} of {url} was moved: it was {str(before)[:9]} when it was fetched, and is {now[:9]} now.",
        f"A released version never changes; ask the catalog's owner to release a new one. To go on with what was "
        f"fetched, name it: @{tag}. To take the new content as {tag}, remove {cached_repository(url)} first.",
    )


def _known(repository: Path, version: str) -> str | None:
    """Find a tag or a commit in the cache; a branch is never taken from there unasked, because it moves."""
    commit = resolve_commit(repository, f"refs/tags/{version}")
    if commit is None and _FIXED.fullmatch(version):
        commit = resolve_commit(repository, version)
    return commit


def _fetch(url: str, repository: Path, chosen: str, listing: Listing) -> str | None:
    """Fetch what is missing and resolve the version: a tag alone, anything else with the history that names it."""
    with locked(repository.with_suffix(".lock")):
        known = list_refs(repository)
        if chosen in listing.tags:
            name = f"refs/tags/{chosen}"
            if name not in known:
                alone = not _below(known, "refs/heads/")  # a history that is there stays whole
                _fetch_refs(url, repository, [f"{name}:{name}"], shallow=alone)
            return resolve_commit(repository, name)
        tags = [f"refs/tags/{tag}:refs/tags/{tag}" for tag in listing.tags if f"refs/tags/{tag}" not in known]
        _fetch_refs(url, repository, ["+refs/heads/*:refs/heads/*", *tags], shallow=False)
        return resolve_commit(repository, listing.heads.get(chosen, chosen))


def _fetch_refs(url: str, repository: Path, refspecs: list[str], *, shallow: bool) -> None:
    """Fetch, with the whole history where the server cannot cut it off."""
    try:
        remotes.fetch(url, repository, refspecs, shallow=shallow)
    except GitError:
        try:
            remotes.fetch(url, repository, refspecs, shallow=False)
        except GitError as error:
            raise _unreachable(url, error) from error


def _unreachable(url: str, error: GitError) -> CatalogError:
    return CatalogError(
        f"The catalog {url} cannot be reached: {error.message.partition(': ')[2]}",
        "Check the address and the network, or give a local folder with --catalog.",
    )


def _below(refs: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): commit for name, commit in refs.items() if name.startswith(prefix)}


def cached_repository(url: str) -> Path:
    """Give the cached repository of an address, empty when it is new; made in one step, so that it is whole.

    Raises:
        CatalogError: The cache folder cannot be written.
    """
    folder = cache_folder() / "catalogs"
    repository = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.git"
    if repository.is_dir():
        return repository
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with scratch_folder(beside=folder) as scratch:
            git.run_git(["init", "--quiet", "--bare", "--template=", "new.git"], scratch)
            (scratch / "new.git").rename(repository)
    except OSError as error:
        if not repository.is_dir():  # another process made it in the meantime
            raise CatalogError(
                f"The cache folder {folder} cannot be written: {error.strerror}.",
                "Set PILOTLINE_CACHE to a folder that you can write to.",
            ) from error
    return repository
