"""The catalog that a pilot was made from, as far as it can be had without a network.

A catalog is read and rendered only where nobody did so before: what its files look like in a pilot is remembered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pilotline.about import CATALOG_VERSION
from pilotline.catalog.builtin import builtin_root, read_part, state_of_parts
from pilotline.catalog.catalogs import Catalogs
from pilotline.errors import PilotlineError
from pilotline.git import commands as git
from pilotline.git.credentials import without_user
from pilotline.readiness.view.origin import Fingerprints, Version, fingerprint_content
from pilotline.readiness.view.remembered import remembered


@dataclass(frozen=True)
class CatalogOrigin:
    """Catalogs on this machine: the built-in one, folders, and what was fetched before. Nothing is fetched now."""

    catalogs: Catalogs = field(default_factory=Catalogs)
    _tags: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    """What was fetched of each address: the same for as long as this lives."""

    def versions(self, source: str) -> tuple[Version, ...] | None:
        """List the versions of a catalog, newest first; None where they cannot be had."""
        from pilotline.catalog.versions import sorted_versions  # noqa: PLC0415 - a part that few runs need

        source = without_user(source)
        if self.catalogs.is_builtin(source):
            from pilotline.catalog.frozen_releases import list_releases  # noqa: PLC0415 - the same

            return tuple(Version(name) for name in sorted_versions((*list_releases(), CATALOG_VERSION)))
        if _is_remote(source):
            return tuple(Version(name) for name in sorted_versions(self._cached_tags(source))) or None
        folder = Path(source).expanduser()
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
            state = self._state(source, version)
            if state is None:
                return None
            depends_on = [state, dict(answers), dict(names)]
            return remembered("renders", depends_on, lambda: self._fingerprint(source, version, answers, names))
        except PilotlineError:
            return None

    def file(self, source: str, version: str, path: str) -> bytes | None:
        """Read a file of the catalog itself; None where the catalog or the file cannot be had."""
        if self.catalogs.is_builtin(source) and version == CATALOG_VERSION:
            return read_part(builtin_root(), path)
        from pilotline.readiness.view.catalog_reading import read_catalog_file  # noqa: PLC0415 - loads much

        tag = self._tag(source, version)
        return None if tag is None else read_catalog_file(self.catalogs, source, tag, path)

    def _state(self, source: str, version: str) -> str | None:
        """Name what a catalog holds at a version, without reading it; None when it would have to be fetched."""
        if self.catalogs.is_builtin(source) and version == CATALOG_VERSION:
            return state_of_parts(builtin_root())
        from pilotline.readiness.view.catalog_reading import state_of_catalog  # noqa: PLC0415 - loads much

        tag = self._tag(source, version)
        return None if tag is None else state_of_catalog(self.catalogs, source, tag)

    def _fingerprint(
        self, source: str, version: str, answers: Mapping[str, object], names: Mapping[str, str]
    ) -> Fingerprints:
        """Render what the catalog owns."""
        from pilotline.readiness.view.catalog_reading import render_catalog  # noqa: PLC0415 - loads much

        rendered = render_catalog(self.catalogs, source, self._tag(source, version) or "", answers, names)
        return {path: fingerprint_content(content) for path, content in rendered.items()}

    def _tag(self, source: str, version: str) -> str | None:
        """Find a version under the name that it has on this machine; None when it would have to be fetched."""
        source = without_user(source)
        if self.catalogs.is_builtin(source) or not _is_remote(source):
            return version
        from pilotline.catalog.versions import match_version  # noqa: PLC0415 - a part that few runs need

        return match_version(version, self._cached_tags(source))

    def _cached_tags(self, source: str) -> frozenset[str]:
        from pilotline.catalog.cache import cached_tags  # noqa: PLC0415 - a part that few runs need

        if source not in self._tags:
            self._tags[source] = cached_tags(source)
        return self._tags[source]


def _is_remote(source: str) -> bool:
    from pilotline.catalog.reference import Reference, is_remote  # noqa: PLC0415 - a part that few runs need

    return is_remote(Reference(source))
