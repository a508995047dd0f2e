"""The lock by which git guards an index, when whoever held it was killed."""

import time
from pathlib import Path
from typing import Final

_PATIENCE: Final = 2.0
"""Seconds that a child of a killed process gets to finish before its lock counts as left behind."""
_PAUSE: Final = 0.02


def break_stale_lock(path: Path) -> None:
    """Remove the index lock of a process of ours that was killed, once no child of it can be writing any more."""
    deadline = time.monotonic() + _PATIENCE
    while path.exists() and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    path.unlink(missing_ok=True)
