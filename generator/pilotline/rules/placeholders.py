"""What is an answer and what only fills its place."""

import re
from typing import Final

_MARKS: Final = re.compile(
    r"\b(?:todo|tbd|tba|fixme|changeme|change me|to fill in|fill in|placeholder|lorem ipsum|xxx+)\b"
    r"|\?\?\?|<[A-Za-z][^<>]*>",
    re.IGNORECASE,
)
_EXAMPLE: Final = re.compile(
    r"^(?:example\b|example[-_ ]|your[-_ ]|some(?:one|body)$|nobody$|name$|n/?a$|none$|-+$|\.+$)", re.IGNORECASE
)


def is_placeholder(text: str) -> bool:
    """Tell whether a text only fills the place of an answer."""
    stripped = text.strip().strip("\"'*_ ")
    return not stripped or bool(_MARKS.search(stripped)) or bool(_EXAMPLE.match(stripped))


def has_unfinished_part(text: str) -> re.Match[str] | None:
    """Find the first mark of unfinished work inside a longer text, such as a document."""
    return re.search(r"\b(?:TODO|TBD|FIXME)\b|\*To fill in|\bto fill in\b", text)
