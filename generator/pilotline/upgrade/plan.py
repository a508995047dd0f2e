"""Moving a pilot to another snapshot or to other answers: one mechanism, planned before anything is written.

base = the recorded snapshot rendered with the recorded answers; theirs = the target rendered with the new answers;
ours = the pilot's last commit. Owned files are merged. Seeds arrive once and are never touched again. Derived files
are rebuilt from the pilot's own manifests. What the team deleted stays deleted.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pilotline.catalog.upgrade_notes import Note, notes_between
from pilotline.errors import AnswerProblem
from pilotline.git.diff import Change
from pilotline.git.fast_import import blob_id, is_sha256
from pilotline.pilot.paths import ANSWERS_LOCK
from pilotline.pilot.repository import Pilot
from pilotline.template.answers import Answers
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import AnswerChange, UpgradeRequest, answer_changes, decide_answers
from pilotline.upgrade.conflict_history import Cause, find_causes
from pilotline.upgrade.merge import Listing, Merge, Scratch, open_scratch
from pilotline.upgrade.rebuild import move_answers_lock, obey_policies, rebuild_derived
from pilotline.upgrade.rehearsal import Rehearsal, rehearse
from pilotline.upgrade.renders import Renders, include_seeds, paths_in_catalog, render_both
from pilotline.upgrade.seeds import respect_deletions, respect_seeds
from pilotline.upgrade.unignored import find_unignored


@dataclass(frozen=True)
class UpgradePlan:
    """Exactly what a move would do."""

    pilot: Pilot
    target: Snapshot
    merge: Merge
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
    merged: tuple[str, ...] = ()
    """Files that both the team and the catalog changed."""
    unignored: tuple[str, ...] = ()
    """What git ignores now and would not any more, in the pilot's own paths."""
    problems: tuple[AnswerProblem, ...] = ()
    """Recorded answers that the target does not accept; a plan shows the target's default in their place."""
    causes: tuple[Cause, ...] = ()
    """The catalog's commits behind the conflicts, where its history is at hand."""
    unrecorded: tuple[str, ...] = ()
    """Questions that were answered now and whose answers no pilot records: secrets, and what cannot be written down."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the catalog tells about every version on the way; a repository that comes new has none behind it."""
        identity = self.target.identity
        same = self.pilot.address == identity.source and self.pilot.version not in {None, identity.version}
        return notes_between(self.target.tree, self.pilot.version, identity.version) if same else ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changes in the pilot, by its own paths, whatever folder of a repository it lies in."""
        own = self.own
        return tuple(replace(c, path=own(c.path), old_path=own(c.old_path)) for c in self.merge.changes)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The pilot's own paths that a person has to decide."""
        return tuple(map(self.own, self.merge.conflicts))

    def own(self, path: str) -> str:
        """Name a path of the repository as the pilot does."""
        return path.removeprefix(self.pilot.prefix)

    @property
    def is_empty(self) -> bool:
        """Whether the pilot already is what it would become."""
        return not self.merge.changes and not self.merge.stages


@contextlib.contextmanager
def plan_move(
    pilot: Pilot, recorded: Snapshot, target: UpgradeRequest, *, lenient: bool = False
) -> Iterator[UpgradePlan]:
    """Merge in a scratch repository and say what it gives; the pilot is not touched.

    Args:
        pilot: The pilot at its last commit.
        recorded: The snapshot that it was made from.
        target: Where it shall move.
        lenient: Whether recorded answers that are no longer accepted become a part of the plan instead of an error.

    Raises:
        AnswersError: A recorded answer is no longer accepted, or a new one is wrong.
        PolicyError: A configuration that the move brings names what the policies do not allow.
    """
    recorded, target = _as_update(recorded, target)
    with contextlib.ExitStack() as stack:
        rehearsal = stack.enter_context(rehearse(pilot, recorded, target.snapshot))
        migrated = pilot if rehearsal is None else replace(pilot, answers=rehearsal.answers)
        old, new, problems = decide_answers(pilot, recorded, target, lenient=lenient, migrated=migrated)
        renders = include_seeds(render_both(pilot, recorded, old, target.snapshot, new), target.include)
        plan = stack.enter_context(plan_merge(pilot, target.snapshot, renders, new, rehearsal))
        causes = find_causes((recorded, old), (target.snapshot, new), paths_in_catalog(plan.merge, renders, pilot))
        unrecorded = tuple(name for name in target.changes if name not in new.recorded)
        yield replace(plan, problems=problems, causes=causes, unrecorded=unrecorded)


def _as_update(recorded: Snapshot, target: UpgradeRequest) -> tuple[Snapshot, UpgradeRequest]:
    """Let both sides know that they are rendered for a move, as Copier does it; another catalog is no later version."""
    new = target.snapshot.used(replace(target.snapshot.usage, operation="update"))
    later = new if new.identity.place == recorded.identity.place else None
    old = recorded.used(replace(recorded.usage, operation="update", successor=later))
    return old, replace(target, snapshot=new)


@contextlib.contextmanager
def plan_merge(
    pilot: Pilot, target: Snapshot, renders: Renders, new: Answers | None = None, rehearsal: Rehearsal | None = None
) -> Iterator[UpgradePlan]:
    """Merge two renders with a pilot and say what that gives; the pilot is not touched.

    Args:
        pilot: The pilot at its last commit.
        target: The snapshot that it will record.
        renders: Base and theirs.
        new: The answers that it will record, where its own change.
        rehearsal: Where migrations run.
    """
    answers = answer_changes(pilot.answers, new) if new is not None else ()
    place = pilot.place if rehearsal is None else rehearsal.place
    with open_scratch(place, pilot.prefix, target.identity.version) as scratch:
        ours = scratch.list_ours()
        gone, missing = respect_deletions(scratch, renders, ours)
        untracked, deleted = _split_missing(pilot, missing)
        base, theirs, delivered = respect_seeds(scratch, renders, gone, ours)
        scratch.write_renders(base, theirs)
        merge = scratch.merge()
        rebuilt = {
            **rebuild_derived(scratch, merge, renders),
            **(move_answers_lock(scratch, merge, pilot, new) if new is not None else {}),
        }
        merge = _complete(scratch, scratch.amend(merge, rebuilt) if rebuilt else merge, rehearsal, new)
        obey_policies(scratch, merge)
        improved, merged = tuple(_improved(renders, ours)), tuple(_merged(scratch, merge, renders, ours))
        unignored = tuple(map(scratch.own, find_unignored(pilot, merge)))
        yield UpgradePlan(
            pilot, target, merge, answers, delivered, improved, deleted, untracked, tuple(sorted(rebuilt)), merged,
            unignored,
        )  # fmt: skip


def _split_missing(pilot: Pilot, missing: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell what lies in a pilot without git knowing it from what the team deleted."""
    untracked = tuple(path for path in missing if os.path.lexists(pilot.folder / path))
    return untracked, tuple(path for path in missing if path not in untracked)


def _complete(scratch: Scratch, merge: Merge, rehearsal: Rehearsal | None, new: Answers | None) -> Merge:
    """Let the migrations that follow a merge work on its result."""
    if rehearsal is None:
        return merge
    tree = rehearsal.finish(scratch.folder, merge.tree_id, {} if new is None else new.given)
    return scratch.settle(merge, rehearsal.pilot.place.tree, tree)


def _improved(renders: Renders, ours: Listing) -> Iterator[str]:
    """Name the files that stay the team's, and that the catalog has improved."""
    for path in sorted(renders.kept - renders.derived - {ANSWERS_LOCK}):
        is_there = (path in ours or path in renders.team) and path in renders.base and path in renders.theirs
        if is_there and renders.base[path] != renders.theirs[path]:
            yield path


def _merged(scratch: Scratch, merge: Merge, renders: Renders, ours: Listing) -> Iterator[str]:
    """Name the changed files that the team had edited, too."""
    for change in merge.changes:
        path = scratch.own(change.old_path or change.path)
        if path in ours and path in renders.base and path not in renders.kept:
            object_id = ours[path].object_id
            if blob_id(renders.base[path].content, sha256=is_sha256(object_id)) != object_id:
                yield scratch.own(change.path)
