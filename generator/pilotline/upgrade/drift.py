"""What a pilot changed in the catalog's files, against the pristine render of what it records."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pilotline.files.tree import Tree
from pilotline.git.diff import Change
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.pristine import recall_pristine
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.merge import open_scratch


@dataclass(frozen=True)
class Comparison:
    """The pilot's changes to owned files, and the same as a patch."""

    changes: tuple[Change, ...]
    lines: Mapping[str, tuple[int, int]]
    """Lines added and removed, by path; binary files have none."""
    patch: str


def _lies_untracked(pilot: Pilot, change: Change) -> bool:
    """Tell whether a file that git does not know is there all the same: the pilot ignores what its template makes."""
    return change.kind == "removed" and os.path.lexists(pilot.folder / change.path)


def compare_pilot(pilot: Pilot, recorded: Snapshot) -> Comparison:
    """Compare a pilot's last commit with the render that it was made from, in owned files only.

    Raises:
        AnswersError: A recorded answer is not accepted by the recorded version.
    """
    owned = recall_pristine(recorded, pilot.answers, pilot.names).render_owned()
    owned = Tree({path: file for path, file in owned.items() if path not in pilot.team_files})
    with open_scratch(pilot.place, pilot.prefix) as scratch:
        scratch.write_renders(owned, owned)
        changes = tuple(
            change
            for change in scratch.changed_by_ours()
            if (change.old_path or change.path) in owned and not _lies_untracked(pilot, change)
        )
        paths = [path for change in changes for path in (change.path, change.old_path) if path]
        return Comparison(changes, scratch.count_lines(paths), scratch.patch(paths))
