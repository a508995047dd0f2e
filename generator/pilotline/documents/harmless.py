"""Text of a repository as data: it moves no cursor, hides no line, and gives no command to a log's runner."""

import re
from typing import Final

_OURS: Final = r"\x1b\[(?:0|1|2|3[1-7])m"
"""The styles that views use; whatever else begins with an escape is not ours."""
_CONTROL: Final = (
    f"({_OURS})|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x1b\\[[0-?]*[ -/]*[@-~]?|\x1b.?"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_COMMAND: Final = rf"(?m)^(?P<before>(?:\s|{_OURS})*)(?P<mark>::|##\[)"
"""How a line begins that a runner of GitHub or Azure obeys."""


def harmless(text: str) -> str:
    """Take out of a text what steers a terminal or a runner; the styles of our own views stay."""
    return re.sub(_COMMAND, r"\g<before>\\\g<mark>", without_control(text))


def without_control(text: str) -> str:
    """Take control characters out of a text, and what turns the direction of reading around."""
    return text if text.isascii() and text.isprintable() else re.sub(f"(?s){_CONTROL}", _keep_ours, text)


def one_line(text: str) -> str:
    """Make one plain line of a text: no style, no break, no run of blanks."""
    plain = text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split())


def _keep_ours(found: re.Match[str]) -> str:
    return found[1] or ""
