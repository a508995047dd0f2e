"""Moving a pilot to another snapshot or to other answers: one mechanism, planned before anything is written.

base = the recorded snapshot rendered with the recorded answers; theirs = the target rendered with the new answers;
ours = the pilot's last commit. Owned files are merged. Seeds arrive once and are never touched again. Derived files
are rebuilt from the pilot's own manifests. What the team deleted stays deleted.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from pilotline.catalog.upgrade_notes import Note, notes_between
from pilotline.files.tree import File
from pilotline.git.diff import Change
from pilotline.git.fast_import import blob_id, is_sha256
from pilotline.pilot.paths import ANSWERS_LOCK
from pilotline.pilot.pilot import Pilot
from pilotline.template.answers import Answers
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import UpgradeRequest, answer_changes, decide_sides
from pilotline.upgrade.conflict_history import find_causes
from pilotline.upgrade.conflict_lines import LineRange, find_line_ranges
from pilotline.upgrade.merge import OF_A_PILOT, Labels, Listing, Merge, Scratch, open_scratch
from pilotline.upgrade.rebuild import move_answers_lock, obey_policies, rebuild_derived
from pilotline.upgrade.rehearsal import Rehearsal, rehearse
from pilotline.upgrade.renders import Renders, include_seeds, paths_in_catalog, render_both
from pilotline.upgrade.seeds import respect_deletions, respect_seeds
from pilotline.upgrade.summary import CatalogVersion, PlanSummary
from pilotline.upgrade.unignored import find_unignored


@dataclass(frozen=True)
class UpgradePlan:
    """A move that could be written now: the merge behind it is there as long as the plan is open."""

    pilot: Pilot
    target: Snapshot
    merge: Merge
    summary: PlanSummary


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
        old, new, problems = decide_sides(pilot, recorded, target, lenient=lenient, migrated=migrated)
        renders = include_seeds(render_both(pilot, old, new), target.include)
        plan = stack.enter_context(plan_merge(pilot, target.snapshot, renders, new.answers, rehearsal))
        causes = find_causes(old, new, paths_in_catalog(plan.merge, renders, pilot))
        own = tuple(cause._replace(path=cause.path.removeprefix(pilot.prefix)) for cause in causes)
        unrecorded = tuple(name for name in target.changes if name not in new.answers.recorded)
        yield replace(plan, summary=replace(plan.summary, problems=problems, causes=own, unrecorded=unrecorded))


def _as_update(recorded: Snapshot, target: UpgradeRequest) -> tuple[Snapshot, UpgradeRequest]:
    """Let both sides know that they are rendered for a move, as Copier does it; another catalog is no later version."""
    new = target.snapshot.used(target.snapshot.usage._replace(operation="update"))
    later = new if new.identity.place == recorded.identity.place else None
    old = recorded.used(recorded.usage._replace(operation="update", successor=later))
    return old, target._replace(snapshot=new)


@contextlib.contextmanager
def plan_merge(
    pilot: Pilot,
    target: Snapshot,
    renders: Renders,
    new: Answers | None = None,
    rehearsal: Rehearsal | None = None,
    labels: Labels = OF_A_PILOT,
) -> Iterator[UpgradePlan]:
    """Merge two renders with a pilot and say what that gives; the pilot is not touched.

    Args:
        pilot: The pilot at its last commit.
        target: The snapshot that it will record.
        renders: Base and theirs.
        new: The answers that it will record, where its own change.
        rehearsal: Where migrations run.
        labels: What conflicts call the two sides.
    """
    place = pilot.place if rehearsal is None else rehearsal.place
    with open_scratch(place, pilot.prefix, target.identity.version, labels) as scratch:
        ours = scratch.list_ours()
        gone, missing = respect_deletions(scratch, renders, ours)
        base, theirs, delivered = respect_seeds(scratch, renders, gone, ours)
        scratch.write_renders(base, theirs)
        merge = scratch.merge()
        rebuilt = _rebuild(scratch, merge, renders, pilot, new)
        merge = _complete(scratch, scratch.amend(merge, rebuilt) if rebuilt else merge, rehearsal, new)
        obey_policies(scratch, merge)
        result = _Result(scratch, merge, renders, ours)
        known = _Known(delivered, tuple(sorted(rebuilt)), missing)
        yield UpgradePlan(pilot, target, merge, _summarise(result, pilot, target, known, new))


def _rebuild(scratch: Scratch, merge: Merge, renders: Renders, pilot: Pilot, new: Answers | None) -> Mapping[str, File]:
    """Make anew what a merge cannot know."""
    lock = move_answers_lock(scratch, merge, pilot, new) if new is not None else {}
    return {**rebuild_derived(scratch, merge, renders), **lock}


class _Result(NamedTuple):
    """What was merged, and what it was merged from."""

    scratch: Scratch
    merge: Merge
    renders: Renders
    ours: Listing


class _Known(NamedTuple):
    """What the steps before the merge found out."""

    delivered: tuple[str, ...]
    rebuilt: tuple[str, ...]
    missing: tuple[str, ...]
    """What has changed in the catalog and is not in the pilot."""


def _summarise(result: _Result, pilot: Pilot, target: Snapshot, known: _Known, new: Answers | None) -> PlanSummary:
    """Say what a merge gives, as a value."""
    scratch, merge, renders, ours = result
    untracked, deleted = _split_missing(pilot, known.missing)
    return PlanSummary(
        old=CatalogVersion(pilot.address, pilot.version),
        new=CatalogVersion(target.identity.source, target.identity.version),
        changes=tuple(_own_change(change, scratch) for change in merge.changes),
        conflicts=tuple(map(scratch.own, merge.conflicts)),
        lines=_clashing_lines(scratch, merge),
        messages=tuple(_own_words(message, pilot.prefix) for message in merge.messages),
        answers=answer_changes(pilot.answers, new) if new is not None else (),
        delivered=known.delivered,
        improved=tuple(_improved(renders, ours)),
        kept_deleted=deleted,
        untracked=untracked,
        derived=known.rebuilt,
        merged=tuple(_merged(scratch, merge, renders, ours)),
        unignored=tuple(map(scratch.own, find_unignored(pilot, merge))),
        team_files=tuple(sorted(pilot.team_files)),
        notes=_notes(pilot, target),
    )


def _clashing_lines(scratch: Scratch, merge: Merge) -> Mapping[str, tuple[LineRange, ...]]:
    """Find the team's lines in each conflict of text; where a side has no file there is nothing to number."""
    if not merge.stages:
        return {}
    conflicts = frozenset(map(scratch.own, merge.conflicts))
    merged = scratch.read({path: e for path, e in scratch.list_result(merge).items() if path in conflicts})
    return {path: found for path, content in merged.items() if (found := find_line_ranges(content))}


def _notes(pilot: Pilot, target: Snapshot) -> tuple[Note, ...]:
    """Read what the catalog tells about the versions on the way; another catalog, or the same version, has no way."""
    identity = target.identity
    same = pilot.address == identity.source and pilot.version not in {None, identity.version}
    return notes_between(target.tree, pilot.version, identity.version) if same else ()


def _own_change(change: Change, scratch: Scratch) -> Change:
    """Name the paths of a change as the pilot does."""
    return change._replace(path=scratch.own(change.path), old_path=change.old_path and scratch.own(change.old_path))


def _own_words(message: str, prefix: str) -> str:
    """Let git's words on a conflict name the pilot's own paths."""
    return message.replace(f" {prefix}", " ") if prefix else message


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
    """Name the changed files that the team had edited, or only renamed, too."""
    for change in merge.changes:
        path = scratch.own(change.old_path or change.path)
        if path not in ours or path in renders.kept:
            continue
        known, object_id = renders.base.get(path), ours[path].object_id
        renamed = known is None and path not in renders.theirs and change.kind == "changed"
        edited = known is not None and blob_id(known.content, sha256=is_sha256(object_id)) != object_id
        if renamed or edited:
            yield scratch.own(change.path)
