"""Versions of catalogs: tags by PEP 440, because Copier and Renovate order them so."""

import re
from collections.abc import Iterable
from typing import Final

from packaging.version import InvalidVersion, Version

from pilotline.errors import CatalogError

_DESCRIBED: Final = re.compile(r"(.+)-(\d+)-g[0-9a-f]+")
"""How git names a commit after a tag."""


def parse_version(tag: str) -> Version | None:
    """Read a tag as a version; None when it is none."""
    try:
        return Version(tag)
    except InvalidVersion:
        return None


def is_older(tag: str, other: str) -> bool:
    """Tell whether a version comes before another, commits after a tag included; what is no version has no order."""
    first, second = (parse_version(_DESCRIBED.sub(r"\1.post\2", text)) for text in (tag, other))
    return first is not None and second is not None and first < second


def sorted_versions(tags: Iterable[str]) -> list[str]:
    """Sort the tags that are PEP 440 versions, newest first."""
    known = [(version, tag) for tag in tags if (version := parse_version(tag)) is not None]
    return [tag for _, tag in sorted(known, reverse=True)]


def latest_version(tags: Iterable[str]) -> str | None:
    """Choose the newest released version among the tags; None when there is none."""
    released = [tag for tag in sorted_versions(tags) if not Version(tag).is_prerelease]
    return released[0] if released else None


def match_version(wanted: str, tags: Iterable[str]) -> str | None:
    """Find the tag of a version, however it is written: `1.0` is `v1.0.0`; None when there is none.

    Raises:
        CatalogError: Several tags are that version, and none of them is written so.
    """
    names = frozenset(tags)
    version = parse_version(wanted)
    if wanted in names or version is None:
        return wanted if wanted in names else None
    same = [tag for tag in sorted_versions(names) if parse_version(tag) == version]
    if len(same) > 1:
        raise CatalogError(f"Several tags are version {wanted}: {', '.join(same)}.", "Write the one that you mean.")
    return same[0] if same else None
