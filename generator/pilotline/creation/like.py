"""Starting a sibling of a pilot: its data contracts, integrations and answers, but an outcome of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pilotline.creation.new_pilot import NewPilot
from pilotline.errors import AnswerProblem, AnswersError
from pilotline.files.tree import File, Tree
from pilotline.pilot.paths import CONFIGURATION, DATA, DATA_CONTRACTS
from pilotline.pilot.pilot import Pilot, open_pilot
from pilotline.pilot.repository import read_committed
from pilotline.template.answers import Answers
from pilotline.template.ownership import name_owners
from pilotline.template.question_roles import QuestionRoles, read_roles
from pilotline.template.questions import open_names
from pilotline.template.snapshot import Snapshot

_DATA_FOLDERS: Final = (DATA, DATA_CONTRACTS)


@dataclass(frozen=True)
class SourcePilot:
    """The pilot that a sibling is like, with the files that say what it reads and from where."""

    pilot: Pilot
    files: Tree


def read_source_pilot(folder: Path) -> SourcePilot:
    """Read a pilot at its last commit as a model.

    Raises:
        PilotError: There is no pilot, or it cannot be read.
    """
    pilot = open_pilot(folder)
    return SourcePilot(pilot, read_committed(pilot, lambda path: path.startswith((*_DATA_FOLDERS, CONFIGURATION))))


def answer_like(model: SourcePilot, snapshot: Snapshot, given: Mapping[str, object]) -> dict[str, object]:
    """Complete what is given by the model's answers, but for its outcome."""
    known, roles = open_names(snapshot), read_roles(snapshot)
    own = {*roles.sibling_own, *roles.sibling_new}
    taken = {name: value for name, value in model.pilot.answers.items() if name in known and name not in own}
    begun = roles.sibling_begins if set(roles.sibling_begins) <= known else {}
    return {**begun, **taken, **given}


def check_like(model: SourcePilot, answers: Answers, roles: QuestionRoles) -> None:
    """Refuse a sibling that would be the same pilot, or one that its model's data and settings do not fit.

    Raises:
        AnswersError: Name, package or KPI are the model's, or the architecture is not.
    """
    old, new, place = model.pilot.answers, answers.recorded, model.pilot.folder.name
    problems = [
        AnswerProblem(name, f"{new[name]!r} is that of {place}; a sibling has its own")
        for name in roles.sibling_differs
        if name in new and new[name] == old.get(name)
    ]
    problems += [
        AnswerProblem(name, f"a sibling is built as {place} is ({old.get(name)})")
        for name in roles.fixed
        if name not in roles.sibling_differs and new.get(name) != old.get(name)
    ]
    if problems:
        raise AnswersError(problems, "Without --like, `pilotline new` makes a pilot of any shape.")


def plan_like(model: SourcePilot, plan: NewPilot) -> NewPilot:
    """Put the model's files into a rendered pilot.

    Contracts and the data that they describe come whole. Settings come where the sibling has a file of that name, so
    that those of an integration or a stage that it does not have stay away.
    """
    taken: dict[str, File] = {
        path: file for path, file in model.files.items() if path.startswith(_DATA_FOLDERS) or path in plan.tree
    }
    folders = {folder for folder in _DATA_FOLDERS if any(path.startswith(folder) for path in taken)}
    kept = {path: file for path, file in plan.tree.items() if not path.startswith(tuple(folders))}
    tree = Tree({**kept, **taken})
    owners = name_owners(plan.snapshot, plan.answers, tree)
    return replace(plan, tree=tree, owners=owners, taken=tuple(sorted(taken)))
