"""Which integrations a pilot has, which its catalog offers, and which it shall have afterwards."""

import difflib
from collections.abc import Sequence

from pilotline.errors import PilotlineError
from pilotline.pilot.pilot import Pilot
from pilotline.template.answer_types import Choice
from pilotline.template.answers import resolve_answers
from pilotline.template.question_roles import read_roles
from pilotline.template.questions import open_names
from pilotline.template.snapshot import Snapshot


def add_integrations(pilot: Pilot, recorded: Snapshot, names: Sequence[str]) -> dict[str, object]:
    """Answer for a pilot's integrations with some more; those that are there already stay.

    Raises:
        PilotlineError: The catalog has none of that name, or it does not fit the pilot's other answers.
    """
    choices = _choices(pilot, recorded)
    refused = next((choice.disabled for choice in choices if choice.disabled and str(choice.value) in names), None)
    offered = [str(choice.value) for choice in choices if not choice.disabled]
    if refused is not None:
        raise PilotlineError(f"{refused}.", f"It may have: {', '.join(offered) or 'none'}.")
    unknown = [name for name in names if name not in offered]
    if unknown:
        near = [match for name in unknown for match in difflib.get_close_matches(name, offered, n=1)]
        guess = f" Did you mean {', '.join(near)}?" if near else ""
        raise PilotlineError(
            f"There is no integration {', '.join(unknown)}.{guess}", f"This catalog has: {', '.join(offered)}."
        )
    question, present = _question(recorded), _present(pilot, recorded)
    return {question: [*present, *(name for name in dict.fromkeys(names) if name not in present)]}


def remove_integrations(pilot: Pilot, recorded: Snapshot, names: Sequence[str]) -> dict[str, object]:
    """Answer for a pilot's integrations without some.

    Raises:
        PilotlineError: The pilot has none of that name.
    """
    _choices(pilot, recorded)
    present = _present(pilot, recorded)
    absent = [name for name in names if name not in present]
    if absent:
        raise PilotlineError(f"This pilot has no {', '.join(absent)}.", f"It has: {', '.join(present) or 'none'}.")
    return {_question(recorded): [name for name in present if name not in names]}


def _question(recorded: Snapshot) -> str:
    return read_roles(recorded).call("integrations")


def _present(pilot: Pilot, recorded: Snapshot) -> list[str]:
    answer = pilot.answers.get(_question(recorded))
    return [str(name) for name in answer] if isinstance(answer, list) else []


def _choices(pilot: Pilot, recorded: Snapshot) -> tuple[Choice, ...]:
    """List the choices of the question; which of them it refuses may depend on other answers.

    Raises:
        PilotlineError: The catalog has no integrations.
    """
    names = open_names(recorded)
    answers, _ = resolve_answers(recorded, {name: value for name, value in pilot.answers.items() if name in names})
    for item in answers.questions:
        if item.question.name == _question(recorded):
            return item.choices
    raise PilotlineError("This pilot's catalog has no integrations.", "`pilotline answers` shows what can be changed.")
