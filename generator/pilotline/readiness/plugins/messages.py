"""Results on their way from a child process: JSON lines, read with as much care as anything from outside."""

import json
from collections.abc import Mapping
from datetime import date

from pilotline.documents.section import Location
from pilotline.pilot.stages import STAGES, Stage
from pilotline.readiness.results import Card, Effort, Grade, Problem, Reason, Result, Severity, Status


def dump_card(card: Card) -> dict[str, object]:
    """Write a card as plain values."""
    law = card.applies_from.isoformat() if card.applies_from else None
    return {**card._asdict(), "stage": card.stage.label, "applies_from": law}


def dump_result(result: Result) -> str:
    """Write a result as one line."""
    data = {
        "card": dump_card(result.card),
        "status": result.status,
        "stage": result.stage.label,
        "grade": result.grade,
        "message": result.message,
        "reason": result.reason,
        "problems": [_dump_problem(problem) for problem in result.problems],
        "seconds": result.seconds,
        "calendar": result.calendar,
        "next_step": result.next_step,
    }
    return json.dumps(data)


def _dump_problem(problem: Problem) -> dict[str, object]:
    return {
        "message": problem.message,
        "path": problem.location.path,
        "line": problem.location.line,
        "calendar": problem.calendar,
    }


def load_card(data: Mapping[str, object]) -> Card:
    """Read a card.

    Raises:
        KeyError: Something is missing.
        ValueError: Something is no value of its kind.
    """
    law = data["applies_from"]
    return Card(
        id=str(data["id"]),
        title=str(data["title"]),
        why=str(data["why"]),
        stage=_stage(data["stage"]),
        severity=Severity(str(data["severity"])),
        grade=Grade(str(data["grade"])),
        source=str(data["source"]),
        effort=Effort(str(data["effort"])),
        advice=str(data["advice"]),
        example=str(data["example"]),
        applies_from=date.fromisoformat(law) if isinstance(law, str) else None,
    )


def load_result(data: Mapping[str, object]) -> Result:
    """Read a result.

    Raises:
        KeyError: Something is missing.
        ValueError: Something is no value of its kind.
    """
    card, problems = data["card"], data["problems"]
    if not isinstance(card, dict) or not isinstance(problems, list):
        raise ValueError("a result needs a card and a list of problems")
    return Result(
        card=load_card(card),
        status=Status(str(data["status"])),
        stage=_stage(data["stage"]),
        grade=Grade(str(data["grade"])),
        message=str(data["message"]),
        reason=Reason(str(data["reason"])) if data["reason"] else None,
        problems=tuple(_load_problem(problem) for problem in problems if isinstance(problem, dict)),
        seconds=float(str(data["seconds"])),
        calendar=data["calendar"] is True,
        next_step=str(data["next_step"]),
    )


def _load_problem(data: Mapping[str, object]) -> Problem:
    place = Location(str(data["path"]), int(str(data["line"])))
    return Problem(str(data["message"]), place, calendar=data["calendar"] is True)


def _stage(name: object) -> Stage:
    return STAGES[str(name)]
