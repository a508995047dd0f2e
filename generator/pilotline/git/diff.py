"""Reading what git says about a merge: what changes between two trees, what conflicts, and why."""

import os
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

ChangeKind = Literal["added", "changed", "removed", "renamed", "mode"]

_KINDS: Final[Mapping[str, ChangeKind]] = {"A": "added", "D": "removed", "M": "changed", "R": "renamed", "T": "mode"}
DIFF_OPTIONS: Final = ("-r", "-z", "-M", "-l0", "--raw", "--no-abbrev", "--numstat")


class Change(NamedTuple):
    """What changes at one path."""

    kind: ChangeKind
    path: str
    old_path: str = ""
    lines: tuple[int, int] | None = None
    """Lines added and removed; None where it is binary."""


class IndexStage(NamedTuple):
    """One side of a conflicted path, as the index keeps it (1 base, 2 ours, 3 theirs)."""

    mode: str
    object_id: str
    number: int
    path: str


def parse_changes(output: bytes) -> tuple[Change, ...]:
    """Read `git diff-tree` with `DIFF_OPTIONS`: first every change, then the lines of each."""
    fields = iter(os.fsdecode(output).split("\0"))
    found: list[tuple[ChangeKind, str, str]] = []
    counts: dict[str, tuple[int, int]] = {}
    for field in fields:
        if field.startswith(":"):
            _, _, before, after, status = field.split(" ")
            kind = "mode" if status == "M" and before == after else _KINDS.get(status[0], "changed")
            old_path = next(fields) if kind == "renamed" else ""
            found.append((kind, next(fields), old_path))
        elif field:
            counts.update(_parse_count(field, fields))
    return tuple(Change(kind, path, old_path, counts.get(path)) for kind, path, old_path in found)


def parse_counts(output: bytes) -> dict[str, tuple[int, int]]:
    """Read `git diff --numstat -z`; binary files are left out."""
    fields = iter(os.fsdecode(output).split("\0"))
    return {path: lines for field in fields if field for path, lines in _parse_count(field, fields).items()}


def _parse_count(field: str, fields: Iterator[str]) -> dict[str, tuple[int, int]]:
    """Read counts and a path, or counts and then old and new path of a rename."""
    added, removed, path = field.split("\t", 2)
    if not path:
        path = (next(fields), next(fields))[1]
    return {path: (int(added), int(removed))} if added.isdigit() else {}


def parse_stage(field: bytes) -> IndexStage:
    """Read one conflicted side as `git merge-tree -z` lists it."""
    meta, _, path = field.partition(b"\t")
    mode, object_id, number = meta.decode().split()
    return IndexStage(mode, object_id, int(number), os.fsdecode(path))


def parse_messages(fields: list[bytes]) -> tuple[str, ...]:
    """Pick git's own sentences on conflicts out of the informational part (count, paths, kind, text)."""
    texts: list[str] = []
    position = 0
    while position < len(fields) and fields[position].isdigit():
        paths = int(fields[position])
        kind, text = fields[position + 1 + paths], fields[position + 2 + paths]
        if kind.startswith(b"CONFLICT"):
            texts.append(text.decode("utf-8", "replace").strip())
        position += 3 + paths
    return tuple(texts)
