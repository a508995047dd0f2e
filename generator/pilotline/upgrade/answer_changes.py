"""Where a pilot shall move, and what that means for its answers: none of them ever changes silently."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from pilotline.errors import AnswerProblem, AnswersError
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.pristine import Pristine, follow_names, recall_pristine
from pilotline.template.answers import UNASKED_HINT, Answers, find_unasked, resolve_answers
from pilotline.template.questions import open_names
from pilotline.template.snapshot import Snapshot

AnswerKind = Literal["added", "changed", "dropped"]


class UpgradeRequest(NamedTuple):
    """Where a pilot shall move: a snapshot, and answers that differ from the recorded ones."""

    snapshot: Snapshot
    changes: Mapping[str, object]
    include: tuple[str, ...] = ()
    """Seeds whose improvements are merged this once, three-way like any other file."""


class AnswerChange(NamedTuple):
    """An answer that the move adds, changes or drops."""

    name: str
    old: object
    new: object
    kind: AnswerKind


def decide_sides(
    pilot: Pilot, recorded: Snapshot, target: UpgradeRequest, *, lenient: bool = False, migrated: Pilot | None = None
) -> tuple[Pristine, Pristine, tuple[AnswerProblem, ...]]:
    """Resolve the answers of both sides, and say what is wrong with them; an answer never changes silently.

    Args:
        pilot: The pilot with its recorded answers.
        recorded: The snapshot that it was made from.
        target: Where it shall move.
        lenient: Whether answers that are no longer accepted are given back instead of refused.
        migrated: The pilot with the answers that migrations left for the target.

    Raises:
        AnswersError: A fixed answer would change, a recorded one is no longer accepted, or a new one is wrong.
    """
    _refuse_fixed(pilot, recorded, target)
    known, before = open_names(target.snapshot), migrated or pilot
    kept = {name: value for name, value in before.answers.items() if name in known}
    new, problems = resolve_answers(target.snapshot, {**kept, **target.changes}, recorded=before.recorded)
    if problems and not lenient:
        raise AnswersError(problems, "Settle each with -d KEY=VALUE; no answer is ever changed silently.")
    unasked = () if problems else find_unasked(target.snapshot, new, target.changes)
    if unasked:
        raise AnswersError(unasked, UNASKED_HINT)
    old = recall_pristine(recorded, pilot.answers, pilot.names)
    return old, Pristine(target.snapshot, follow_names(new, pilot.names)), problems


def _refuse_fixed(pilot: Pilot, recorded: Snapshot, target: UpgradeRequest) -> None:
    """Refuse to change what the whole of a pilot was made around."""
    if not target.changes:
        return
    from pilotline.template.question_roles import read_roles  # noqa: PLC0415 - most moves change none

    fixed = [
        AnswerProblem(name, f"it is {pilot.answers[name]!r} and fixed since the pilot was made")
        for name in read_roles(recorded).fixed
        if name in target.changes and name in pilot.answers and target.changes[name] != pilot.answers[name]
    ]
    if fixed:
        raise AnswersError(fixed, "Make a new pilot with `pilotline new`, and move the code over.")


def answer_changes(old: Mapping[str, object], new: Answers) -> tuple[AnswerChange, ...]:
    """Compare the recorded answers with those that will be."""
    names = dict.fromkeys([*old, *new.recorded])
    changes = []
    for name in names:
        kind: AnswerKind = "added" if name not in old else "dropped" if name not in new.recorded else "changed"
        before, after = old.get(name), new.recorded.get(name)
        if kind != "changed" or before != after:
            changes.append(AnswerChange(name, before, after, kind))
    return tuple(changes)
