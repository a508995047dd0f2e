"""Moving a pilot to another snapshot or to other answers: one mechanism, planned before anything is written.

base = the recorded snapshot rendered with the recorded answers; theirs = the target rendered with the new answers;
ours = the pilot's last commit. Owned files are merged. Seeds arrive once and are never touched again. Derived files
are rebuilt from the pilot's own manifests. What the team deleted stays deleted.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pilotline.catalog.upgrade_notes import Note, notes_between
from pilotline.documents.yaml_text import parse_mapping
from pilotline.files.tree import File, Tree
from pilotline.git.diff import Change
from pilotline.git.fast_import import Side, blob_id, is_sha256
from pilotline.pilot import answers_lock
from pilotline.pilot.derived_files import MANIFESTS, derive_files, is_derived, is_input
from pilotline.pilot.pilot import Pilot, PilotError
from pilotline.rules.policies import decides, is_configuration, refuse_forbidden
from pilotline.template.answers import Answers
from pilotline.template.ownership import owner_of_paths
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import AnswerChange, Target, answer_changes, decide_answers
from pilotline.upgrade.conflict_history import Cause, find_causes
from pilotline.upgrade.merge import Listing, Merge, Scratch, open_scratch


@dataclass(frozen=True)
class Plan:
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
    derived: tuple[str, ...]
    merged: tuple[str, ...] = ()
    """Files that both the team and the catalog changed."""
    problems: tuple[str, ...] = ()
    """Recorded answers that the target does not accept; a plan shows the target's default in their place."""
    causes: tuple[Cause, ...] = ()
    """The catalog's commits behind the conflicts, where its history is at hand."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the catalog tells about every version on the way; a repository that comes new has none behind it."""
        identity = self.target.identity
        same = self.pilot.source == identity.source and self.pilot.version not in {None, identity.version}
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


@dataclass(frozen=True)
class Renders:
    """Both renders of a move, and the owners of their paths."""

    base: Tree
    theirs: Tree
    kept: frozenset[str]
    """Paths that are no business of a merge: seeds and derived files, on either side."""
    derived: frozenset[str]
    team: frozenset[str] = frozenset()
    """Paths among them at which an adopted repository has its own file, whatever the catalog brings."""


@contextlib.contextmanager
def plan_move(pilot: Pilot, recorded: Snapshot, target: Target, *, lenient: bool = False) -> Iterator[Plan]:
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
    old, new, problems = decide_answers(pilot, recorded, target, lenient=lenient)
    renders = _include(_render_both(recorded, old, target.snapshot, new, pilot.team_files), target.include)
    with plan_merge(pilot, target.snapshot, renders, new) as plan:
        causes = find_causes((recorded, old), (target.snapshot, new), _paths_in_catalog(plan.merge, renders, pilot))
        yield replace(plan, problems=problems, causes=causes)


def _paths_in_catalog(merge: Merge, renders: Renders, pilot: Pilot) -> Mapping[str, frozenset[str]]:
    """Give the catalog's paths behind each conflicted path; a renamed file is known by the content of its stages."""
    sides: dict[str, dict[int, str]] = {}
    for stage in merge.stages:
        sides.setdefault(stage.path, {})[stage.number] = stage.object_id
    found = {}
    for path, ids in sides.items():
        own = path.removeprefix(pilot.prefix)
        same = () if own in renders.base else _same_content(renders, ids)
        found[path] = frozenset({own, *same})
    return found


def _same_content(renders: Renders, ids: Mapping[int, str]) -> Iterator[str]:
    """Name the files that were in base, and are in theirs if at all, what the stages of a conflict are."""
    base, theirs = ids.get(1, ""), ids.get(3, "")
    for path, file in renders.base.items():
        if blob_id(file.content, sha256=is_sha256(base)) == base:
            new = renders.theirs.get(path)
            if new is None or blob_id(new.content, sha256=is_sha256(base)) == theirs:
                yield path


def _include(renders: Renders, paths: tuple[str, ...]) -> Renders:
    """Let some seeds be merged like owned files, from their base render.

    Raises:
        PilotError: One of them is no seed on both sides.
    """
    seeds = renders.kept - renders.derived - renders.team
    unknown = [path for path in paths if path not in seeds or path not in renders.base or path not in renders.theirs]
    if unknown:
        raise PilotError(
            f"No seed of both versions: {', '.join(unknown)}.", "`--plan` lists the seeds that were improved."
        )
    return replace(renders, kept=renders.kept - set(paths))


@contextlib.contextmanager
def plan_merge(pilot: Pilot, target: Snapshot, renders: Renders, new: Answers | None = None) -> Iterator[Plan]:
    """Merge two renders with a pilot and say what that gives; the pilot is not touched.

    Args:
        pilot: The pilot at its last commit.
        target: The snapshot that it will record.
        renders: Base and theirs.
        new: The answers that it will record, where its own change.
    """
    answers = answer_changes(pilot.answers, new) if new is not None else ()
    with open_scratch(pilot.place, pilot.prefix) as scratch:
        ours = scratch.list_ours()
        gone, kept_deleted = _respect_deletions(scratch, renders, ours)
        base, theirs, delivered = _respect_seeds(scratch, renders, gone, ours)
        scratch.write_renders(base, theirs)
        merge = scratch.merge()
        rebuilt = {
            **_rebuild(scratch, merge, renders),
            **(_relock(scratch, merge, pilot, new) if new is not None else {}),
        }
        merge = scratch.amend(merge, rebuilt) if rebuilt else merge
        _obey_policies(scratch, merge)
        improved = tuple(
            path
            for path in sorted(renders.kept - renders.derived - {answers_lock.FILE})
            if (path in ours or path in renders.team) and path in renders.base and path in renders.theirs
            and renders.base[path] != renders.theirs[path]
        )  # fmt: skip
        merged = tuple(_merged(scratch, merge, renders, ours))
        yield Plan(pilot, target, merge, answers, delivered, improved, kept_deleted, tuple(sorted(rebuilt)), merged)


def _merged(scratch: Scratch, merge: Merge, renders: Renders, ours: Listing) -> Iterator[str]:
    """Name the changed files that the team had edited, too."""
    for change in merge.changes:
        path = scratch.own(change.old_path or change.path)
        if path in ours and path in renders.base and path not in renders.kept:
            object_id = ours[path].object_id
            if blob_id(renders.base[path].content, sha256=is_sha256(object_id)) != object_id:
                yield scratch.own(change.path)


def _render_both(recorded: Snapshot, old: Answers, target: Snapshot, new: Answers, team: frozenset[str]) -> Renders:
    base, theirs = render(recorded, old), render(target, new)
    old_owner, new_owner = owner_of_paths(recorded, old), owner_of_paths(target, new)
    owners = {path: old_owner(path) for path in base} | {path: new_owner(path) for path in theirs}
    kept = frozenset(path for path, owner in owners.items() if owner != "owned") | (team & owners.keys())
    derived = frozenset(path for path, owner in owners.items() if owner == "derived") - team
    return Renders(base, theirs, kept, derived, team)


def _respect_deletions(scratch: Scratch, renders: Renders, ours: Listing) -> tuple[frozenset[str], tuple[str, ...]]:
    """Name what the team deleted, also where the catalog has renamed it since, and which of that the catalog changed.

    Only a name that is missing in the pilot can be a deletion; whether it is one, or a rename, is git's to say.
    """
    base = _without(renders.base, renders.kept)
    if base.keys() <= ours.keys():
        return frozenset(), ()
    scratch.write_renders(base, _without(renders.theirs, renders.kept))
    deleted = set(scratch.deleted_by_ours()) - set(ours)
    renamed = () if deleted <= renders.theirs.keys() else scratch.renamed_by_theirs()
    gone = frozenset(deleted | {new for old, new in renamed if old in deleted})
    changed = sorted(path for path in gone if path in renders.theirs and renders.theirs[path] != renders.base.get(path))
    return gone, tuple(changed)


def _respect_seeds(
    scratch: Scratch, renders: Renders, gone: frozenset[str], ours: Listing
) -> tuple[Side, Side, tuple[str, ...]]:
    """Leave seeds and derived files as the team has them; deliver those that arrive for the first time."""
    leaving = _leaving(scratch, renders, ours)
    same = {path: ours[path] for path in renders.kept if path in ours and path not in leaving}
    arriving = {
        path: renders.theirs[path]
        for path in renders.kept
        if path in renders.theirs and path not in renders.base and path not in ours and path not in renders.team
    }
    for path in _renamed_seeds(scratch, renders, arriving):
        del arriving[path]
    apart = renders.kept | gone
    base: Side = {**_without(renders.base, apart), **same, **{path: ours[path] for path in leaving}}
    theirs: Side = {**_without(renders.theirs, apart), **same, **arriving}
    return base, theirs, tuple(sorted(set(arriving) - renders.derived))


def _renamed_seeds(scratch: Scratch, renders: Renders, arriving: Mapping[str, File]) -> frozenset[str]:
    """Name the arriving seeds that the team was given under another name already."""
    gone = {path: renders.base[path] for path in renders.kept if path in renders.base and path not in renders.theirs}
    if not gone or not arriving:
        return frozenset()
    scratch.write_renders(gone, arriving)
    return frozenset(new for _, new in scratch.renamed_by_theirs())


def _leaving(scratch: Scratch, renders: Renders, ours: Listing) -> frozenset[str]:
    """Name the derived files that the new render has no more, where the team has them exactly as they are built."""
    gone = {path for path in renders.derived if path in renders.base and path not in renders.theirs and path in ours}
    if not gone or renders.team & MANIFESTS:
        return frozenset()
    present = scratch.read({path: entry for path, entry in ours.items() if is_input(path) or path in gone})
    built = derive_files({**dict.fromkeys(ours, b""), **present})
    return frozenset(path for path in gone if path in built and built[path] == present.get(path))


def _rebuild(scratch: Scratch, merge: Merge, renders: Renders) -> dict[str, File]:
    """Rebuild the derived files of the merged pilot whose content would differ; a deleted one stays deleted."""
    if renders.team & MANIFESTS or not any(
        _concerns_derived(scratch.own(change.path), renders) for change in merge.changes
    ):
        return {}
    listing = scratch.list_result(merge)
    wanted = {path: entry for path, entry in listing.items() if is_input(path) or path in renders.derived}
    present = scratch.read(wanted)
    built = derive_files({**dict.fromkeys(listing, b""), **present}) if present else {}
    return {
        path: File(content)
        for path, content in built.items()
        if path in renders.derived and is_derived(present.get(path, b"")) and present[path] != content
    }


def _obey_policies(scratch: Scratch, merge: Merge) -> None:
    """Refuse a configuration that arrives or changes now; what stood there before is for the checks to find."""
    touched = {scratch.own(change.path) for change in merge.changes if change.kind != "removed"}
    if any(is_configuration(path) for path in touched):
        files = scratch.read({path: e for path, e in scratch.list_result(merge).items() if decides(path)})
        refuse_forbidden(files, among=touched)


def _relock(scratch: Scratch, merge: Merge, pilot: Pilot, new: Answers) -> dict[str, File]:
    """Carry the fingerprints of the answers along, so that only a change without pilotline is found later."""
    if not answer_changes(pilot.answers, new):
        return {}
    listed = {path: entry for path, entry in scratch.list_result(merge).items() if path == answers_lock.FILE}
    present = scratch.read(listed).get(answers_lock.FILE)
    lock = parse_mapping(present) if present is not None else None
    content = answers_lock.move_lock(lock, pilot.answers, new.recorded) if lock is not None else present
    return {} if content is None or content == present else {answers_lock.FILE: File(content)}


def _concerns_derived(path: str, renders: Renders) -> bool:
    return is_input(path) or path in renders.derived


def _without(tree: Mapping[str, File], gone: frozenset[str]) -> dict[str, File]:
    return {path: file for path, file in tree.items() if path not in gone}
