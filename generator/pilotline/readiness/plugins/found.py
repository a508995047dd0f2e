"""Which checks other packages bring: only where there may be some is all of their metadata read."""

import os
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.readiness.registry import FAMILIES, CheckSelection

GROUP: Final = "pilotline.checks"
_FAMILY: Final = re.compile(r"[A-Z]{3}")
_METADATA: Final = (".dist-info", ".egg-info")
SECONDS: Final = 10.0
"""How long one check may take; only executed checks need more, and get it."""


class Request(NamedTuple):
    """What a child process is asked for."""

    root: Path
    today: date
    builtin_source: str
    choice: CheckSelection
    run: bool = False
    offline: bool = False
    seconds: float = SECONDS


def installed_families() -> tuple[str, ...]:
    """Name the families that other packages bring; a built-in one cannot be replaced."""
    if not any(map(_may_bring_checks, sys.path)) and not any(map(_knows_more, sys.meta_path)):
        return ()
    from importlib.metadata import entry_points  # noqa: PLC0415 - it takes a tenth of a whole check

    names = {point.name for point in entry_points(group=GROUP)}
    return tuple(sorted(name for name in names if _FAMILY.fullmatch(name) and name not in FAMILIES))


def _may_bring_checks(place: str) -> bool:
    """Tell whether a package there may name the group; what is no folder of the usual kind is looked into by others."""
    if not os.path.isdir(place or "."):  # noqa: PTH112 - the fastest way; the same below
        return os.path.exists(place)  # noqa: PTH110 - an archive
    return any(name.endswith(".egg") or _names_group(f"{place}/{name}") for name in _metadata(place or "."))


def _metadata(place: str) -> Iterator[str]:
    try:
        names = os.listdir(place)  # noqa: PTH208 - the fastest way
    except OSError:
        return iter(())
    return (name for name in names if name.endswith((*_METADATA, ".egg")))


def _names_group(metadata: str) -> bool:
    try:
        with open(f"{metadata}/entry_points.txt", "rb", buffering=0) as file:  # noqa: PTH123 - as above
            return GROUP.encode() in file.read()
    except OSError:
        return False


def _knows_more(finder: object) -> bool:
    """Tell whether an import hook finds packages elsewhere than on the path."""
    return hasattr(finder, "find_distributions") and getattr(finder, "__module__", "") != "_frozen_importlib_external"
