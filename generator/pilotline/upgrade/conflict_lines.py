"""Which lines of a team's own file a person has to decide about, read off what git left in the merged one."""

from typing import Final, NamedTuple

_OURS: Final = b"<<<<<<< "
_BASE: Final = b"||||||| "
_BETWEEN: Final = b"======="
_THEIRS: Final = b">>>>>>> "


class LineRange(NamedTuple):
    """Lines of a file as the team has it, counted from 1, both ends included."""

    first: int
    last: int
    """One less than the first where the team took the lines away: then they stood before the first."""

    def __str__(self) -> str:
        if self.last > self.first:
            return f"{self.first}-{self.last}"
        return str(self.first) if self.last == self.first else f"before {self.first}"


def find_line_ranges(merged: bytes) -> tuple[LineRange, ...]:
    """Find what stands between git's marks, by the line numbers that it has in the team's own file."""
    found: list[LineRange] = []
    line, first, side = 0, 0, ""
    for text in merged.splitlines():
        if not side and text.startswith(_OURS):
            side, first = "ours", line + 1
        elif side == "ours" and text.startswith(_BASE):
            side = "base"
        elif side in {"ours", "base"} and text == _BETWEEN:
            side = "theirs"
        elif side == "theirs" and text.startswith(_THEIRS):
            side = ""
            found.append(LineRange(first, line))
        elif side in {"", "ours"}:
            line += 1
    return tuple(found)
