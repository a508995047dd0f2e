"""Files below `var/` and backups that are past their day, and lines of journals that are."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

Item = tuple[str, int, Callable[[], None]]


def due_files(what: str, paths: Iterable[Path], before: datetime) -> Iterator[Item]:
    """Find the files that were last written before a moment."""
    found = [path for path in paths if path.is_file() and _written(path) < before]
    if found:
        yield what, len(found), partial(_remove, found)


def due_lines(what: str, path: Path, before: datetime) -> Iterator[Item]:
    """Find the lines of a journal whose moment, `at`, is past; a line that cannot be read is as old as the next one."""
    if not path.is_file():
        return
    past = _past(path.read_bytes().splitlines(keepends=True), before)
    if past:
        yield what, past, partial(_cut, path, past)


def _past(lines: list[bytes], before: datetime) -> int:
    """Count the lines at the beginning that are past: a journal is written in the order of time."""
    past = 0
    for place, line in enumerate(lines):
        moment = _moment(line)
        if moment is None:
            continue
        if moment >= before:
            break
        past = place + 1
    return past


def _moment(line: bytes) -> datetime | None:
    try:
        found = datetime.fromisoformat(json.loads(line)["at"])
    except (ValueError, KeyError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _cut(path: Path, lines: int) -> None:
    """Take lines off the beginning of a journal that others may append to meanwhile."""
    content = path.read_bytes()
    start = len(b"".join(content.splitlines(keepends=True)[:lines]))
    draft = path.with_name(f"{path.name}.new")
    with draft.open("wb") as file, path.open("rb") as journal:
        journal.seek(start)
        while piece := journal.read(1 << 20):
            file.write(piece)
        file.flush()
        if more := journal.read():  # appended while the draft went to the disk
            file.write(more)
    draft.replace(path)
