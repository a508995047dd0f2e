"""Annotations for GitHub Actions: each open check at its line of the pull request."""

from typing import Final

from pilotline.documents.harmless import without_control
from pilotline.readiness.verdict import Verdict

_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def write(verdict: Verdict) -> str:
    """Write a verdict as workflow commands, the level last."""
    lines = []
    for result in verdict.results:
        weight = verdict.weight(result)
        if weight == "none":
            continue
        place = ""
        if result.location.path:
            place = f"file={_property(verdict.prefix + result.location.path)},"
            place += f"line={result.location.line}," if result.location.line else ""
        title = _property(f"{result.card.id} {result.card.title}")
        lines.append(f"::{_COMMANDS[weight]} {place}title={title}::{_text(f'{result.message}. {result.advice}')}")
    for notice in verdict.notices:
        place = f"file={_property(verdict.prefix + notice.location.path)}," if notice.location.path else ""
        place += f"line={notice.location.line}," if notice.location.line else ""
        lines.append(f"::warning {place}title=pilotline::{_text(notice.message)}")
    return "\n".join([*lines, f"pilotline: {verdict.headline}, asked for {verdict.asked.label}"])


def _text(text: str) -> str:
    return without_control(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
