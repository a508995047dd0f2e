"""A backup of what the pilot keeps below `var/`, taken while it runs, and the way back from it.

SQLite's own online backup copies each database as of one moment. What lies on servers is backed up there: a backup
names it, so that nobody believes it to be inside.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .. import PilotError
from ..exclusive import one_at_a_time
from ..integrations import switched_on
from ..manifest import PACKAGE
from ..progress import tell
from ..revision import commit_of
from ..settings import PlatformSettings

FORMAT: Final = 1
MANIFEST: Final = "backup.json"
MADE_AGAIN: Final = ("logs", "quarantine", "releases", "report", "backups", "own_data")
PLACE: Final = "release.json"  # a folder with it is another environment's
LOCK: Final = "run.lock"
SERVED: Final = ("sql", "tracking")


def state_elsewhere(settings: PlatformSettings) -> tuple[str, ...]:
    """Name the servers and files beside `var/` that hold state too."""
    folder = f"{PACKAGE}.adapters.integrations"
    found = [module.__name__.rpartition(".")[2] for kind in SERVED if (module := switched_on(kind, settings, folder))]
    named = {"database.url": settings.database.url, "tracking.uri": settings.tracking.uri}
    return (*found, *(name for name, value in named.items() if value))


def back_up(settings: PlatformSettings, folder: Path) -> Path:
    """Write a backup below a folder, and return where it lies; a killed one leaves no backup."""
    now = datetime.now(UTC)
    place = folder / f"{settings.distribution}-{now.strftime('%Y%m%dT%H%M%S')}"
    if not settings.var.is_dir():
        raise PilotError(f"There is nothing to back up: {settings.var} is not there yet.")
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{place.name}.{os.getpid()}"
    draft.mkdir(mode=0o700)
    with one_at_a_time(settings.var / LOCK, tell):
        files = {name: _copy(source, draft / name) for name, source in _kept(settings.var)}
    said = {
        "format": FORMAT,
        "at": now.isoformat(timespec="seconds"),
        "commit": commit_of(settings.root),
        "elsewhere": state_elsewhere(settings),
        "files": files,
    }
    (draft / MANIFEST).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    draft.rename(place)
    return place


def restore(settings: PlatformSettings, backup: Path, *, replace: bool = False) -> int:
    """Put back what a backup holds, once all of it was found whole; return the number of files.

    Raises:
        PilotError: The backup is not whole, or something would be replaced that nobody said may be.
    """
    files = _whole(backup)
    standing = [name for name in files if name.endswith(".db") and (settings.var / name).exists()]
    if standing and not replace:
        raise PilotError(f"{', '.join(standing)} would be replaced in {settings.var}: say so with --replace.")
    settings.var.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(settings.var / LOCK, tell):
        for name in files:
            _put(backup / name, settings.var / name)
    return len(files)


def count_rows(database: Path) -> dict[str, int]:
    """Count the rows of each table, to compare what came back with what was there."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
        names = [row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        quoted = {name: name.replace('"', '""') for name in names}
        return {name: store.execute(f'SELECT count(*) FROM "{safe}"').fetchone()[0] for name, safe in quoted.items()}  # noqa: S608 - names that SQLite gave


def _kept(var: Path) -> Iterator[tuple[str, Path]]:
    """Find what cannot be made again."""
    for folder, names, files in os.walk(var):
        here = Path(folder)
        names[:] = [
            name
            for name in sorted(names)
            if not (here / name / PLACE).exists() and (here != var or (name not in MADE_AGAIN and name[0] != "."))
        ]
        for name in sorted(files):
            if not name.endswith((".lock", "-wal", "-shm", "-journal")) and not (here / name).is_symlink():
                yield (here / name).relative_to(var).as_posix(), here / name


def _copy(source: Path, target: Path) -> str:
    """Copy one file, a database as of one moment, and return its digest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".db":
        with closing(sqlite3.connect(source, timeout=60)) as store, closing(sqlite3.connect(target)) as copy:
            store.backup(copy)
    else:
        shutil.copy2(source, target)
    return _digest(target)


def _whole(backup: Path) -> Mapping[str, str]:
    """Read what a backup holds, and see that all of it is as it was written."""
    try:
        files: Mapping[str, str] = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PilotError(f"{backup} is no backup: {error}. Name a folder that `backup` wrote.") from error
    broken = [name for name, digest in files.items() if not _is_whole(backup / name, digest)]
    if broken:
        raise PilotError(f"{backup} is not whole: {', '.join(broken)} is missing or was changed. Take an earlier one.")
    return files


def _is_whole(path: Path, digest: str) -> bool:
    if not path.is_file() or _digest(path) != digest:
        return False
    if path.suffix != ".db":
        return True
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        return bool(store.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def _put(source: Path, target: Path) -> None:
    """Put one file in place by one step; what SQLite keeps beside a database belongs to the old one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copy2(source, draft)
    for end in ("-wal", "-shm", "-journal"):
        target.with_name(f"{target.name}{end}").unlink(missing_ok=True)
    draft.replace(target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
