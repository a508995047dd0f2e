"""The catalogs that a run works with: each version is read once, however many pilots come from it."""

import copy
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.seen import Seen
from pilotline.config import Config
from pilotline.errors import PilotlineError

if TYPE_CHECKING:
    from pilotline.catalog.published_versions import PublishedVersions
    from pilotline.catalog.reference import Reference
    from pilotline.template.snapshot import CommitOrigin, Snapshot

_Key = tuple[str, str | None, str | None]
_Found = TypeVar("_Found")


class Catalogs:
    """A shelf of catalogs under one configuration.

    What was read stays for as long as the shelf does, and a catalog that cannot be had is not asked for again. Threads
    may share a shelf: whoever comes second waits for the first. Another process makes its own.
    """

    def __init__(self, config: Config | None = None) -> None:
        """Make an empty shelf.

        Args:
            config: Where the built-in catalog is published, and which catalogs are trusted; none means as delivered.
        """
        self.config = config or Config()
        self._known: dict[_Key, Snapshot | PilotlineError] = {}
        self._located: dict[_Key, CommitOrigin | PilotlineError | None] = {}
        self._doors: dict[_Key, Lock] = {}
        self._seen = Seen({}, {})
        self._lock = Lock()

    def __reduce__(self) -> tuple[type["Catalogs"], tuple[Config]]:
        """Cross a process as an empty shelf of the same configuration."""
        return Catalogs, (self.config,)

    def __eq__(self, other: object) -> bool:
        """Tell whether another shelf answers alike."""
        return isinstance(other, Catalogs) and self.config == other.config

    def __hash__(self) -> int:
        """Hash what makes two shelves alike."""
        return hash(self.config)

    def is_builtin(self, source: str) -> bool:
        """Tell whether an address that a pilot records is the built-in catalog's, here or as delivered."""
        return source in {self.config.source, CATALOG_SOURCE}

    def open(self, reference: "Reference") -> "Snapshot":
        """Read a catalog that somebody named.

        Raises:
            CatalogError: It cannot be reached, has no such version, or is no catalog.
        """
        from pilotline.catalog.loading import load_snapshot  # noqa: PLC0415 - a check reads no catalog

        key = ("named", reference.place, reference.version)
        return self._once(key, self._known, lambda: load_snapshot(reference, self.config.source, self._seen))

    def recorded(self, source: str, version: str | None) -> "Snapshot":
        """Read the catalog that a pilot records; no version means the newest one.

        Raises:
            CatalogError: It cannot be reached, or has no such version.
        """
        from pilotline.catalog.loading import load_recorded  # noqa: PLC0415 - a check reads no catalog

        key = ("recorded", source, version)
        return self._once(key, self._known, lambda: load_recorded(source, version, self.config.source, self._seen))

    def base(self, source: str, version: str) -> "Snapshot":
        """Read the version that a pilot records, to merge from; address and version stay written as the pilot has them.

        Raises:
            CatalogError: It cannot be reached, or has no such version.
        """
        from pilotline.catalog.loading import load_base  # noqa: PLC0415 - a check reads no catalog

        key = ("base", source, version)
        return self._once(key, self._known, lambda: load_base(source, version, self.config.source, self._seen))

    def locate(self, source: str, version: str | None) -> "CommitOrigin | None":
        """Find the commit of a version that a pilot records, without reading it.

        Returns:
            None for the built-in catalog, and for a folder that is no repository.

        Raises:
            CatalogError: It cannot be reached, or has no such version.
        """
        from pilotline.catalog.loading import locate_recorded  # noqa: PLC0415 - a check reads no catalog

        if self.is_builtin(source):
            return None
        key = ("located", source, version)
        return self._once(key, self._located, lambda: locate_recorded(source, version))

    def published(self, reference: "Reference") -> "PublishedVersions":
        """List the versions of a catalog; asked for anew each time.

        Raises:
            CatalogError: It cannot be reached, or is no git repository.
        """
        from pilotline.catalog.published_versions import list_editions  # noqa: PLC0415 - a check lists none

        return list_editions(reference, self.config.source)

    def _once(self, key: _Key, shelf: "dict[_Key, _Found | PilotlineError]", load: "Callable[[], _Found]") -> "_Found":
        with self._lock:
            door = self._doors.setdefault(key, Lock())
        with door:
            if key not in shelf:
                shelf[key] = _try(load)
            found = shelf[key]
        if isinstance(found, PilotlineError):
            raise copy.copy(found)  # each has a traceback and a hint of its own
        return found


def _try(load: "Callable[[], _Found]") -> "_Found | PilotlineError":
    try:
        return load()
    except PilotlineError as error:
        return error
