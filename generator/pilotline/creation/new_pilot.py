"""Making a new pilot: rendered in memory, written all or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pilotline.errors import CatalogError
from pilotline.files.tree import Tree
from pilotline.git.new_repository import found_repository
from pilotline.rules.policies import refuse_forbidden
from pilotline.template.answers import Answers
from pilotline.template.ownership import Owner, owner_of_paths
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
        names = self.answers.values.get("example_answers")
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


def plan_pilot(snapshot: Snapshot, answers: Answers) -> NewPilot:
    """Render a pilot without writing anything.

    Raises:
        CatalogError: There would be no file in it.
        PolicyError: Its configuration names what the organisation's policies do not allow.
    """
    tree = render(snapshot, answers)
    if not tree:
        raise CatalogError(
            f"{snapshot.identity.label} makes no file with these answers, so there would be nothing to commit.",
            "Look at its `_exclude`, `_subdirectory` and file names, or answer otherwise.",
        )
    refuse_forbidden({path: file.content for path, file in tree.items()})
    return NewPilot(snapshot, answers, tree, name_owners(snapshot, answers, tree))


def name_owners(snapshot: Snapshot, answers: Answers, tree: Tree) -> dict[str, Owner]:
    """Name the owner of each file, as a plan shows it."""
    owner = owner_of_paths(snapshot, answers)
    return {path: owner(path) for path in tree}


def default_destination(answers: Answers) -> Path:
    """Choose the folder of a pilot that was given none: its distribution's name, in the current folder."""
    return Path(str(answers.values.get("distribution_name") or "pilot"))


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
    name, identity = plan.answers.values.get("project_name", "pilot"), plan.snapshot.identity
    message = f"Start {name}\n\nGenerated from {identity.label} {identity.version or ''}".rstrip()
    made = found_repository(plan.tree, destination, message, point_of_no_return=point_of_no_return)
    return Created(made.destination, plan, made.commit, made.work_tree, made.own_identity)
