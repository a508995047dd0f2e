"""Founding an organisation's own catalog: a repository that lints, tests and releases itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION
from pilotline.authoring.objectives import OBJECTIVES, Objective, format_objectives
from pilotline.authoring.origin import RecordedOrigin, place_of
from pilotline.errors import DestinationError
from pilotline.files.tree import File, Tree
from pilotline.git import commands as git
from pilotline.git.new_repository import Founded, check_destination, found_repository
from pilotline.template.snapshot import Snapshot

FIRST_VERSION: Final = "v1.0.0"
"""A catalog is in use from its first day on, so it begins with a version that promises to keep pilots upgradable."""

_OPEN: Final = "# This one is reserved and leads nowhere: put the address here from which you installed Pilotline."


@dataclass(frozen=True)
class NewCatalog:
    """A catalog that could be written."""

    name: str
    tree: Tree
    origin: Snapshot


def plan_catalog(
    origin: Snapshot, name: str, pilotline: str, today: date, objectives: Sequence[Objective] = ()
) -> NewCatalog:
    """Put a new catalog together: the parts of the one that it begins with, and what a repository of its own needs.

    Args:
        origin: The catalog to begin with.
        name: What people call the new one.
        pilotline: The requirement that installs pilotline; empty where it is not known.
        today: Day of the first version.
        objectives: The organisation's own; with none, those of the catalog that it begins with stay.
    """
    recorded = RecordedOrigin.of(
        origin,
        name=name,
        pilotline=pilotline or f"{_OPEN}\npilotline @ git+{CATALOG_SOURCE}@{CATALOG_VERSION}",
        version=FIRST_VERSION,
        date=today.isoformat(),
    )
    tree = recorded.render(origin)
    own = {OBJECTIVES: File(format_objectives(objectives))} if objectives else {}
    return NewCatalog(name, Tree({**tree, **own}), origin)


def create_catalog(
    plan: NewCatalog, destination: Path, point_of_no_return: Callable[[], None] = lambda: None
) -> Founded:
    """Write a catalog as a repository with its first version tagged: all of it, or nothing.

    Raises:
        DestinationError: The destination is taken, not writable, inside another repository, or the disk is full.
    """
    check_destination(destination)
    above = git.work_tree_above(destination.absolute())
    if above is not None:
        raise DestinationError(
            f"{destination} lies inside the repository {above}; a catalog is a repository of its own, because its tags "
            "are its versions.",
            "Choose a folder outside of it.",
        )
    identity = plan.origin.identity
    message = f"Start {plan.name}\n\nBegun as {place_of(identity)} {identity.version or ''}".rstrip()
    return found_repository(plan.tree, destination, message, tag=FIRST_VERSION, point_of_no_return=point_of_no_return)
