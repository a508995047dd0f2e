"""What was worked out before and takes long: kept in the cache folder, under a name that says what it depends on."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from pilotline.about import __version__
from pilotline.config import cache_folder
from pilotline.files.disk import write_atomically
from pilotline.files.worker_process import is_worker

_MOST_KEPT: Final = 300
_MOST_HERE: Final = 16
_HERE: Final[dict[str, Mapping[str, str]]] = {}
_MOST_SEEN: Final = 20_000
_SEEN: Final[dict[tuple[str, bytes], str]] = {}
"""What was seen in texts, mostly nothing."""
_MOST_READ: Final = 1000
_READ: Final[dict[tuple[str, str, bytes], object]] = {}
"""What was read of files, by what of them, their path and their content."""
_Read = TypeVar("_Read")


def remembered(kind: str, depends_on: object, work_out: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Give what was worked out of the same before; work it out and keep it where that is new.

    Args:
        kind: What is kept, which names its folder in the cache.
        depends_on: All that it depends on besides this version of pilotline, as plain values.
        work_out: Makes it; what that raises is kept nowhere.
    """
    key = json.dumps([__version__, depends_on], sort_keys=True, default=str)
    name = f"{hashlib.sha256(key.encode()).hexdigest()}.json"
    if is_worker():  # it sees many pilots, most of them once: what is kept of this machine's own would be forgotten
        return _here(f"{kind}/{name}", work_out)
    known = cache_folder() / kind / name
    kept = _read(known)
    if kept is None:
        kept = work_out()
        with contextlib.suppress(OSError):
            write_atomically(known, json.dumps(dict(kept)).encode())
            _forget_oldest(known.parent)
    return kept


def seen_before(look: Callable[[str], str], text: Callable[[], str], mark: bytes) -> str:
    """Give what this process saw before in the same text, of this pilot or of another one; else look.

    Args:
        look: Says what it sees in a text.
        text: Gives it.
        mark: What tells its content from any other.
    """
    key = f"{look.__module__}.{look.__name__}", mark
    found = _SEEN.get(key)
    if found is None:
        if len(_SEEN) >= _MOST_SEEN:
            _SEEN.clear()
        found = _SEEN[key] = look(text())
    return found


def read_before(what: str, path: str, mark: Callable[[], bytes], read: Callable[[], _Read]) -> _Read:
    """Give what a worker read of the same file before, of this pilot or of another one; else read it.

    Args:
        what: What is read of it.
        path: Its path, which what is read may name.
        mark: Gives what tells its content from any other.
        read: Reads it; what it gives is never changed.
    """
    if not is_worker():
        return read()
    key = what, path, mark()
    if key not in _READ:
        if len(_READ) >= _MOST_READ:
            del _READ[next(iter(_READ))]
        _READ[key] = read()
    return _READ[key]  # type: ignore[return-value]


def _here(name: str, work_out: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Give what this process worked out before, of the last few."""
    if name not in _HERE:
        _HERE[name] = work_out()
        if len(_HERE) > _MOST_HERE:
            del _HERE[next(iter(_HERE))]
    return _HERE[name]


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
