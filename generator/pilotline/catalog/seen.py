"""What was read of catalogs, so that a second version of one is had with less."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Seen(NamedTuple):
    """What was read of catalogs before, for as long as whoever reads them keeps it."""

    blobs: dict[str, bytes]
    """Contents by id."""
    refs: dict[Path, Mapping[str, str]]
    """Commits by ref of each repository: two versions of a catalog are found in the same ones."""
