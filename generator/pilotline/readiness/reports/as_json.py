"""One JSON object: everything, under a format version."""

from typing import Final

from pilotline.documents.json_text import json_text
from pilotline.documents.section import Location
from pilotline.readiness.results import Result
from pilotline.readiness.verdict import Verdict

FORMAT: Final = 1


def write(verdict: Verdict) -> str:
    """Write a verdict as JSON."""
    data = {
        "format": FORMAT,
        "pilot": verdict.name,
        "date": verdict.today.isoformat(),
        "level": verdict.level.label if verdict.level else None,
        "claimed": verdict.claimed.label,
        "asked": verdict.asked.label,
        "reached": None if verdict.is_partial else verdict.is_reached,
        "partial": verdict.is_partial,
        "break_glass": _glass(verdict),
        "score": verdict.total,
        "families": [
            {"family": score.family, "score": score.score, "passed": score.passed, "applicable": score.applicable}
            for score in verdict.scores
        ],
        "next_steps": [result.card.id for result in verdict.next_steps],
        "upcoming": [
            {"on": event.day.isoformat(), "check": event.check, "message": event.message} for event in verdict.events
        ],
        "notices": [{"message": notice.message, **_place(notice.location)} for notice in verdict.notices],
        "left_out": list(verdict.left_out),
        "checks": [_result(result) for result in verdict.results],
    }
    return json_text(data)


def _glass(verdict: Verdict) -> dict[str, str] | None:
    glass = verdict.glass
    return {"by": glass.by, "why": glass.why, "until": glass.until.isoformat()} if glass else None


def _result(result: Result) -> dict[str, object]:
    card = result.card
    return {
        "id": card.id,
        "title": card.title,
        "status": result.status.value,
        "reason": result.reason.value if result.reason else None,
        "severity": card.severity.value,
        "stage": result.stage.label,
        "grade": result.grade.value,
        "calendar": result.calendar,
        "message": result.message,
        "location": _place(result.location) or None,
        "problems": [{"message": problem.message, **_place(problem.location)} for problem in result.problems],
        "why": card.why,
        "fix": result.advice,
        "example": card.example,
        "effort": result.effort.value,
        "source": card.source,
        "applies_from": card.applies_from.isoformat() if card.applies_from else None,
        "waiver": dict(result.notes) or None,
        "seconds": round(result.seconds, 6),
    }


def _place(location: Location) -> dict[str, object]:
    if not location.path:
        return {}
    return {"path": location.path, **({"line": location.line} if location.line else {})}
