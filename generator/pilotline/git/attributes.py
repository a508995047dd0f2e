"""A pilot's git attributes, as a merge beside the pilot has to obey them.

Only what decides how text is stored and merged is taken over: an attribute that would run a command (`filter`, a merge
driver of the user's) is not.
"""

import re
from typing import Final

FILE: Final = ".gitattributes"
_KEPT: Final = re.compile(r"[-!]?(text|binary|crlf|merge)|text=auto|eol=\w+|crlf=input|merge=(union|binary|text)")
_VALUED: Final = re.compile(r"(working-tree-encoding|conflict-marker-size)=\S+")
_MACRO: Final = "[attr]"


def harmless_attributes(content: bytes) -> bytes:
    """Keep of a `.gitattributes` file what no command is run for."""
    lines = (_keep(line.strip()) for line in content.decode("utf-8", "surrogateescape").splitlines())
    return "".join(f"{line}\n" for line in lines if line).encode("utf-8", "surrogateescape")


def _keep(line: str) -> str:
    if not line or line.startswith(("#", _MACRO)):
        return ""
    pattern, words = _split(line)
    kept = [word for word in words.split() if _KEPT.fullmatch(word) or _VALUED.fullmatch(word)]
    return f"{pattern} {' '.join(kept)}" if kept else ""


def _split(line: str) -> tuple[str, str]:
    """Split a line into pattern and attributes; a quoted pattern may hold blanks."""
    found = re.match(r'"(?:[^"\\]|\\.)*"|\S+', line)
    return (found[0], line[found.end() :]) if found else (line, "")


def is_stored_with_lf(text: str, eol: str, content: bytes) -> bool:
    """Tell from the attributes `text` and `eol` of a path whether git stores its line ends as LF.

    What `text=auto` takes for binary is left alone: git's own rule (`convert.c`) looks for NUL and lone CR first.
    """
    if text == "unset":
        return False
    if text == "auto":
        return b"\0" not in content and b"\r" not in content.replace(b"\r\n", b"")
    return text in {"set", "input"} or eol in {"lf", "crlf"}
