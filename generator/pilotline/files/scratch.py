"""Folders to work in that are gone afterwards, also when the taking away is interrupted."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pilotline.files.children import finishing


@contextlib.contextmanager
def scratch_folder(prefix: str = "pilotline-", beside: Path | None = None) -> Iterator[Path]:
    """Give an empty folder, and take it away with all that is in it.

    Args:
        prefix: How its name begins.
        beside: The folder to make it in; that of the system for such folders by default.
    """
    folder = tempfile.TemporaryDirectory(prefix=prefix, dir=beside, ignore_cleanup_errors=True)
    try:
        yield Path(folder.name)
    finally:
        with finishing():
            folder.cleanup()
