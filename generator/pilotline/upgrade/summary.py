"""What a move would do, as a value: shown, compared, kept and sent between processes, and nothing to hold open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pilotline.catalog.upgrade_notes import Note
from pilotline.errors import AnswerProblem
from pilotline.git.diff import Change
from pilotline.upgrade.answer_changes import AnswerChange
from pilotline.upgrade.conflict_history import Cause
from pilotline.upgrade.conflict_lines import LineRange


class CatalogVersion(NamedTuple):
    """A catalog at a version."""

    source: str
    """Its address, as it may be shown."""
    version: str | None


@dataclass(frozen=True)
class PlanSummary:
    """Exactly what a move would do; every path is the pilot's own, whatever folder of a repository it lies in."""

    old: CatalogVersion
    new: CatalogVersion
    changes: tuple[Change, ...]
    conflicts: tuple[str, ...]
    """Paths that a person has to decide."""
    messages: tuple[str, ...]
    """Git's own words on each conflict."""
    lines: Mapping[str, tuple[LineRange, ...]]
    """Of the files among them that are text: the team's own lines that clash with the catalog's change."""
    answers: tuple[AnswerChange, ...]
    delivered: tuple[str, ...]
    """Seeds that arrive now."""
    improved: tuple[str, ...]
    """Seeds of the team whose template has changed since; left alone."""
    kept_deleted: tuple[str, ...]
    """Files that the catalog changed and the team had deleted; they stay deleted."""
    untracked: tuple[str, ...]
    """Files that the catalog changed, and that lie there without git knowing them; they stay as they lie."""
    derived: tuple[str, ...]
    """Files that are rebuilt from the pilot's own manifests."""
    merged: tuple[str, ...]
    """Files that both the team and the catalog changed."""
    unignored: tuple[str, ...]
    """What git ignores now and would not any more."""
    team_files: tuple[str, ...]
    """Paths of the catalog at which the team's own file stays."""
    notes: tuple[Note, ...] = ()
    """What the catalog tells about every version on the way; a repository that comes new has none behind it."""
    problems: tuple[AnswerProblem, ...] = ()
    """Recorded answers that the target does not accept; a plan shows the target's default in their place."""
    causes: tuple[Cause, ...] = ()
    """The catalog's commits behind the conflicts, where its history is at hand."""
    unrecorded: tuple[str, ...] = ()
    """Questions that were answered now and whose answers no pilot records: secrets, and what cannot be written down."""

    @property
    def is_empty(self) -> bool:
        """Whether the pilot already is what it would become."""
        return not self.changes and not self.conflicts
