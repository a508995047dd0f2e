"""What was worked out before and takes long: kept in the cache folder, under a name that says what it depends on."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pilotline.about import __version__
from pilotline.config import cache_folder
from pilotline.files.disk import write_atomically

_MOST_KEPT: Final = 300


def remembered(kind: str, depends_on: object, work_out: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Give what was worked out of the same before; work it out and keep it where that is new.

    Args:
        kind: What is kept, which names its folder in the cache.
        depends_on: All that it depends on besides this version of pilotline, as plain values.
        work_out: Makes it; what that raises is kept nowhere.
    """
    key = json.dumps([__version__, depends_on], sort_keys=True, default=str)
    known = cache_folder() / kind / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
    kept = _read(known)
    if kept is None:
        kept = work_out()
        with contextlib.suppress(OSError):
            write_atomically(known, json.dumps(dict(kept)).encode())
            _forget_oldest(known.parent)
    return kept


def _read(known: Path) -> Mapping[str, str] | None:
    """Read what was kept; None where nothing was, or where it cannot be read."""
    try:
        kept = json.loads(known.read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) else None


def _forget_oldest(folder: Path) -> None:
    """Keep a cache from growing for ever."""
    kept = list(folder.glob("*.json"))
    if len(kept) > _MOST_KEPT:
        for path in sorted(kept, key=lambda path: path.stat().st_mtime)[: len(kept) - _MOST_KEPT // 2]:
            path.unlink(missing_ok=True)
