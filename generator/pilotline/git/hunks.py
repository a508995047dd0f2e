"""What a patch takes away, line by line: where it stood and what it said."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_HUNK: Final = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


class ChangedLine(NamedTuple):
    """A line of the old file that a patch replaces or removes, or after which it puts something."""

    path: str
    """The old name of the file."""
    number: int
    """Which line of the old file it is, counted from 1; 0 where something comes before the first."""
    text: str
    """What it says there; empty where nothing is taken away."""


def changed_lines(patch: str) -> Iterator[ChangedLine]:
    """Name the old lines that a patch of git touches; what is only added is told by the line before it."""
    path, number, left_old, left_new, touched = "", 0, 0, 0, False
    for line in patch.split("\n"):
        if left_old or left_new:
            old, new = line[:1] in {" ", "-"}, line[:1] in {" ", "+"}
            if line[:1] == "-":
                touched = True
                yield ChangedLine(path, number, line[1:])
            elif line[:1] == "+" and not touched:
                touched = True
                yield ChangedLine(path, number - 1, "")
            elif old:
                touched = False
            number, left_old, left_new = number + old, left_old - old, left_new - new
        elif line.startswith("--- "):
            path = _old_name(line[4:])
        elif found := _HUNK.match(line):
            left_old = int(found[2]) if found[2] is not None else 1
            left_new = _new_count(line)
            number = int(found[1]) + (0 if left_old else 1)
            touched = False


def _new_count(line: str) -> int:
    found = re.match(r"@@ -\S+ \+\d+(?:,(\d+))? @@", line)
    return int(found[1]) if found and found[1] is not None else 1


def _old_name(name: str) -> str:
    """Read the name of a file as git writes it after `---`; quoted where it is odd."""
    name = name.rstrip("\t")
    if name.startswith('"') and name.endswith('"'):
        name = name[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1").decode()
    return name.removeprefix("a/")
