"""Questions that follow others, written down with the places that answer them: lines of a file beside the questions."""

import json
from pathlib import Path
from typing import Final

from .._platform import PilotError
from ..domain.follow_up import FollowUp

FILE: Final = "follow_ups.jsonl"


def read_follow_ups(folder: Path) -> list[FollowUp]:
    """Read them; none where nobody wrote any."""
    path = folder / FILE
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_follow_up(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _follow_up(path: Path, number: int, line: str) -> FollowUp:
    try:
        said = json.loads(line)
        sections = tuple((str(document), str(section)) for document, section in said["sections"])
        earlier = tuple(map(str, said["earlier"]))
        return FollowUp(str(said["id"]), earlier, str(said["text"]), sections, bool(said["held_back"]))
    except (ValueError, KeyError, TypeError) as error:
        raise PilotError(
            f"{path}, line {number}, is no follow-up: it needs id, earlier, text, sections and held_back."
        ) from error
