"""The catalog that a pilot was made from, as far as it can be had without a network."""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION, __version__
from pilotline.catalog.cache import cached_tags
from pilotline.catalog.frozen_releases import list_releases
from pilotline.catalog.loading import load_recorded
from pilotline.catalog.reference import Reference, is_remote
from pilotline.catalog.versions import match_version, sorted_versions
from pilotline.config import cache_folder
from pilotline.errors import PilotlineError
from pilotline.files.disk import write_atomically
from pilotline.files.tree import Tree
from pilotline.git import commands as git
from pilotline.git.credentials import without_user
from pilotline.template.ownership import render_owned
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import accept_recorded


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a catalog; the day is unknown for the built-in one."""

    name: str
    day: date | None = None


Fingerprints = Mapping[str, str]
"""What `fingerprint` makes of each file, by path."""


def fingerprint_content(content: bytes) -> str:
    """Shorten a file's content to what tells it from another; line endings are no difference."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


class Origin(Protocol):
    """Where a pilot comes from."""

    def versions(self, source: str) -> tuple[Version, ...] | None:
        """List the versions of a catalog, newest first; None where they cannot be had."""
        ...

    def owned_files(
        self, source: str, version: str, answers: Mapping[str, object], names: Mapping[str, str]
    ) -> Fingerprints | None:
        """Fingerprint the files that the catalog owns in a pilot; None where the catalog cannot be had.

        Args:
            source: Address of the catalog.
            version: Its version.
            answers: What the pilot records.
            names: What its package is called now, where the team renamed it.
        """
        ...

    def file(self, source: str, version: str, path: str) -> bytes | None:
        """Read a file of the catalog itself; None where the catalog or the file cannot be had."""
        ...


class NoOrigin:
    """A pilot whose catalog cannot be had."""

    def versions(self, source: str) -> None:
        """Nothing is known."""
        del source

    def owned_files(self, source: str, version: str, answers: Mapping[str, object], names: Mapping[str, str]) -> None:
        """Nothing can be rendered."""
        del source, version, answers, names

    def file(self, source: str, version: str, path: str) -> None:
        """Nothing can be read."""
        del source, version, path


@dataclass(frozen=True)
class CatalogOrigin:
    """Catalogs on this machine: the built-in one, folders, and what was fetched before. Nothing is fetched now."""

    builtin_source: str = CATALOG_SOURCE

    def versions(self, source: str) -> tuple[Version, ...] | None:
        """List the versions of a catalog, newest first; None where they cannot be had."""
        source = without_user(source)
        if self._is_builtin(source):
            names = sorted_versions((*list_releases(), CATALOG_VERSION))
            return tuple(Version(name) for name in names)
        folder = Path(source).expanduser()
        if is_remote(Reference(source)):
            return tuple(Version(name) for name in sorted_versions(cached_tags(source))) or None
        if not (folder.is_dir() and git.is_repository_root(folder)):
            return None
        listed = git.run_git(["for-each-ref", "--format=%(refname:short) %(creatordate:short)", "refs/tags"], folder)
        days = dict(line.split(" ", 1) for line in listed.decode().splitlines() if " " in line)
        return tuple(Version(name, date.fromisoformat(days[name])) for name in sorted_versions(tuple(days)))

    def owned_files(
        self, source: str, version: str, answers: Mapping[str, object], names: Mapping[str, str]
    ) -> Fingerprints | None:
        """Fingerprint the files that the catalog owns in a pilot; None where the catalog cannot be had."""
        try:
            snapshot = self._load(source, version)
            return None if snapshot is None else _fingerprint_owned(snapshot, answers, names)
        except PilotlineError:
            return None

    def file(self, source: str, version: str, path: str) -> bytes | None:
        """Read a file of the catalog itself; None where the catalog or the file cannot be had."""
        try:
            snapshot = self._load(source, version)
        except PilotlineError:
            return None
        return snapshot.tree[path].content if snapshot and path in snapshot.tree else None

    def _load(self, source: str, version: str) -> Snapshot | None:
        """Load a version that is on this machine; None when it would have to be fetched."""
        tag: str | None = version
        source = without_user(source)
        if not self._is_builtin(source) and is_remote(Reference(source)):
            tag = match_version(version, cached_tags(source))
            if tag is None:
                return None
        return load_recorded(source, tag or None, self.builtin_source)

    def _is_builtin(self, source: str) -> bool:
        return source in {self.builtin_source, CATALOG_SOURCE}


def _fingerprint_owned(snapshot: Snapshot, recorded: Mapping[str, object], names: Mapping[str, str]) -> Fingerprints:
    """Render what the catalog owns, or remember what an earlier render of the same gave: Jinja takes its time."""
    known = cache_folder() / "renders" / f"{_key(snapshot, recorded, names)}.json"
    try:
        remembered: dict[str, str] = json.loads(known.read_bytes())
    except (OSError, ValueError):
        remembered = {
            path: fingerprint_content(file.content) for path, file in _render_owned(snapshot, recorded, names).items()
        }
        with contextlib.suppress(OSError):
            write_atomically(known, json.dumps(remembered).encode())
    return remembered


def _key(snapshot: Snapshot, recorded: Mapping[str, object], names: Mapping[str, str]) -> str:
    """Name what a render depends on: this pilotline, the catalog's content, the recorded answers, and new names."""
    answers = json.dumps([dict(recorded), dict(names)], sort_keys=True, default=str)
    key = hashlib.sha256(f"{__version__}\0{answers}".encode())
    for path, file in snapshot.tree.items():
        key.update(f"\0{path}\0{file.mode}\0{len(file.content)}\0".encode())
        key.update(file.content)
    return key.hexdigest()


def _render_owned(snapshot: Snapshot, recorded: Mapping[str, object], names: Mapping[str, str]) -> Tree:
    owned = render_owned(snapshot, accept_recorded(snapshot, recorded, names))
    return Tree({path: file for path, file in owned.items() if not file.link})
