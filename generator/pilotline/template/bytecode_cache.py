"""Compiled templates, kept in memory and between runs: compiling is most of what rendering costs.

A stored template is Python code, so only a folder that nobody but the user can write is used, and a damaged file counts
as none. Whatever goes wrong with the store, the template is compiled instead.
"""

import contextlib
import hashlib
import importlib.util
import marshal
import os
import stat
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Final

from pilotline.files.disk import write_atomically

_FOLDER: Final = "compiled"
_DIGEST_SIZE: Final = 32
_MOST_IN_MEMORY: Final = 10_000
_MOST_STORED: Final = 5_000
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_MEMORY: Final[dict[bytes, CodeType]] = {}


def compiled(parts: Sequence[str | None], store: Path, compile_: Callable[[], CodeType]) -> CodeType:
    """Give the code of a template, compiling it only where it was never compiled before.

    Args:
        parts: Everything that the code depends on: options, text, names.
        store: The user's cache folder.
        compile_: Compiles the template.
    """
    key = hashlib.sha256("\0".join("" if part is None else f"+{part}" for part in parts).encode()).digest()
    code = _MEMORY.get(key)
    if code is None:
        place = _usable(store)
        code = _read(place, key) if place else None
        if code is None:
            code = compile_()
            if place:
                _write(place, key, code)
        if len(_MEMORY) >= _MOST_IN_MEMORY:
            _MEMORY.clear()
        _MEMORY[key] = code
    return code


def count_in_memory() -> int:
    """Count the templates that this process holds."""
    return len(_MEMORY)


def fingerprint_code(paths: Sequence[str]) -> str:
    """Describe source files whose change makes stored code stale."""
    described = []
    for path in paths:
        with contextlib.suppress(OSError):
            found = os.stat(path)  # noqa: PTH116 - a Path costs more than the look
            described.append(f"{found.st_mtime_ns}:{found.st_size}")
    return ",".join([importlib.util.MAGIC_NUMBER.hex(), *described])


@lru_cache(maxsize=4)
def _usable(store: Path) -> Path | None:
    """Make the store; None where it cannot be made, or where somebody else could put code into it."""
    folder = store / _FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    foreign = hasattr(os, "getuid") and (found.st_uid != os.getuid() or bool(found.st_mode & _OTHERS_MAY_WRITE))
    if foreign or not stat.S_ISDIR(found.st_mode):
        return None
    _tidy(folder)
    return folder


def _tidy(folder: Path) -> None:
    """Drop everything when it has become much; what is still used is compiled again."""
    with contextlib.suppress(OSError):
        names = os.listdir(folder)  # noqa: PTH208 - names are enough
        for name in names if len(names) > _MOST_STORED else ():
            (folder / name).unlink(missing_ok=True)


def _read(folder: Path, key: bytes) -> CodeType | None:
    try:
        content = (folder / key.hex()).read_bytes()
        digest, payload = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if hashlib.sha256(key + payload).digest() != digest:
            return None
        code = marshal.loads(payload)  # noqa: S302 - a folder of the user's own, as Python's own cache
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None


def _write(folder: Path, key: bytes, code: CodeType) -> None:
    payload = marshal.dumps(code)
    with contextlib.suppress(OSError):
        write_atomically(folder / key.hex(), hashlib.sha256(key + payload).digest() + payload)
