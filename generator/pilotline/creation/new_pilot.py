"""Making a new pilot: rendered in memory, written all or nothing."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import AnswerProblem, AnswersError, CatalogError
from pilotline.files.tree import Tree
from pilotline.git.new_repository import found_repository
from pilotline.pilot.configuration import refuse_forbidden
from pilotline.pilot.contradictions import KPI_LIBRARY, find_contradictions, read_said
from pilotline.template.answers import Answers
from pilotline.template.ownership import Owner, name_owners
from pilotline.template.question_roles import said
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot


@dataclass(frozen=True)
class NewPilot:
    """A pilot that could be written: its files and who owns each."""

    snapshot: Snapshot
    answers: Answers
    tree: Tree
    owners: Mapping[str, Owner]
    taken: tuple[str, ...] = ()
    """Files that come from another pilot instead of the catalog."""

    @property
    def example_answers(self) -> tuple[str, ...]:
        """Names of the outcome answers that are still the example's."""
        names = said(self.answers.values, "example")
        return tuple(str(name) for name in names) if isinstance(names, list) else ()


@dataclass(frozen=True)
class Created:
    """A pilot that was written."""

    destination: Path
    plan: NewPilot
    commit: str | None
    """The first commit; None inside an existing work tree, which is left to its owner to commit."""
    work_tree: Path | None
    own_identity: bool
    """Whether the commit carries the user's identity."""
    unsigned: bool
    """Whether the user signs commits, which this one is not."""


def plan_pilot(snapshot: Snapshot, answers: Answers) -> NewPilot:
    """Render a pilot without writing anything.

    Raises:
        CatalogError: There would be no file in it.
        PolicyError: Its configuration names what the organisation's policies do not allow.
        AnswersError: Answers contradict each other.
    """
    tree = render(snapshot, answers)
    if not tree:
        raise CatalogError(
            f"{snapshot.identity.label} makes no file with these answers, so there would be nothing to commit.",
            "Look at its `_exclude`, `_subdirectory` and file names, or answer otherwise.",
        )
    files = {path: file.content for path, file in tree.items()}
    refuse_forbidden(files)
    _refuse_contradictions(files, snapshot)
    return NewPilot(snapshot, answers, tree, name_owners(snapshot, answers, tree))


def _refuse_contradictions(files: Mapping[str, bytes], snapshot: Snapshot) -> None:
    """Refuse a pilot that could never be what its answers say; also by definitions that only the catalog carries."""
    found = find_contradictions(read_said(files, _definitions(snapshot)))
    if found:
        raise AnswersError(
            [AnswerProblem("", each.message) for each in found], "These answers exclude each other: change one of them."
        )


def _definitions(snapshot: Snapshot) -> dict[str, Mapping[str, object]]:
    """Read the organisation's definitions of KPIs, by the names of their files: `id@version`."""
    found: dict[str, Mapping[str, object]] = {}
    for path, file in snapshot.tree.items():
        if path.startswith(KPI_LIBRARY) and path.endswith(".yml"):
            with suppress(YamlError):  # a broken one is for `catalog lint` to say
                found[path.removeprefix(KPI_LIBRARY).removesuffix(".yml")] = parse_mapping(file.content) or {}
    return found


def default_destination(answers: Answers) -> Path:
    """Choose the folder of a pilot that was given none: its distribution's name, in the current folder."""
    return Path(str(said(answers.values, "command") or "pilot"))


def create_pilot(plan: NewPilot, destination: Path, point_of_no_return: Callable[[], None] = lambda: None) -> Created:
    """Write a pilot and commit it.

    Args:
        plan: The rendered pilot.
        destination: A folder that does not exist or is empty.
        point_of_no_return: Called when the pilot is finished and only has to be moved into place.

    Raises:
        DestinationError: The destination is taken, not writable, or the disk is full. Nothing was written.
        GitError: Git is missing or refused. Nothing was written.
    """
    name, identity = said(plan.answers.values, "title") or "pilot", plan.snapshot.identity
    message = f"Start {name}\n\nGenerated from {identity.label} {identity.version or ''}".rstrip()
    made = found_repository(plan.tree, destination, message, point_of_no_return=point_of_no_return)
    return Created(made.destination, plan, made.commit, made.work_tree, made.own_identity, made.unsigned)
