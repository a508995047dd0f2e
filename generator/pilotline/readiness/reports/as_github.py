"""Annotations for GitHub Actions: each open check at its line of the pull request."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from pilotline.documents.harmless import without_control
from pilotline.documents.section import Location
from pilotline.readiness.results import Status
from pilotline.readiness.verdict import Verdict

_MOST: Final = 10
_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def write(verdict: Verdict) -> str:
    """Write a verdict as workflow commands, what to do first in front, the level last.

    GitHub shows ten annotations of each kind and drops the rest unseen, so that the rest is named in the log.
    """
    shown: list[str] = []
    counts, left = Counter[str](), defaultdict[str, list[str]](list)
    for command, name, place, text in _annotations(verdict):
        counts[command] += 1
        if counts[command] <= _MOST:
            shown.append(f"::{command} {place}::{text}")
        else:
            left[command].append(name)
    more = [f"More of kind {command} than GitHub shows: {', '.join(names)}" for command, names in left.items()]
    return "\n".join([*shown, *more, f"pilotline: {verdict.headline}, asked for {verdict.asked.label}"])


def _annotations(verdict: Verdict) -> Iterator[tuple[str, str, str, str]]:
    """Give command, name, place with title, and text of each annotation, the easiest of what blocks first."""
    waived = (result for result in verdict.results if result.status is Status.WAIVED)
    for result in (*verdict.to_do, *waived):
        title = f"{result.card.id} {result.card.title}"
        text = _text(f"{result.message}. {result.advice}")
        command = _COMMANDS[verdict.weight(result)]
        command = "warning" if verdict.glass and command == "error" else command
        yield command, result.card.id, _place(verdict, result.location, title), text
    for notice in verdict.notices:
        yield "warning", "a notice", _place(verdict, notice.location, "pilotline"), _text(notice.message)


def _place(verdict: Verdict, location: Location, title: str) -> str:
    file = f"file={_property(verdict.prefix + location.path)}," if location.path else ""
    line = f"line={location.line}," if location.path and location.line else ""
    return f"{file}{line}title={_property(title)}"


def _text(text: str) -> str:
    return without_control(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
