"""What a check may ask of the catalog that a pilot was made from."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, Protocol


class Version(NamedTuple):
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
