"""Moving a pilot to another snapshot or to other answers: one mechanism, planned before anything is written.

base = the recorded snapshot rendered with the recorded answers; theirs = the target rendered with the new answers;
ours = the pilot's last commit. Owned files are merged. Seeds arrive once and are never touched again. Derived files
are rebuilt from the pilot's own manifests. What the team deleted stays deleted.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pilotline.catalog import Snapshot
from pilotline.derive import contents, derive_files, is_input
from pilotline.errors import AnswersError
from pilotline.merge import Change, Merge, Scratch, open_scratch
from pilotline.ownership import owner_of_paths
from pilotline.pilot import Pilot
from pilotline.questions import Answers, accept_answers, open_names, resolve_answers
from pilotline.render import render
from pilotline.tree import File, Tree

AnswerKind = Literal["added", "changed", "dropped"]
FIXED_ANSWERS = ("architecture", "package_name")


@dataclass(frozen=True)
class Target:
    """Where a pilot shall move: a snapshot, and answers that differ from the recorded ones."""

    snapshot: Snapshot
    changes: Mapping[str, object]


@dataclass(frozen=True)
class AnswerChange:
    """An answer that the move adds, changes or drops."""

    name: str
    old: object
    new: object
    kind: AnswerKind


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

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changes in the pilot, by path."""
        return self.merge.changes

    @property
    def is_empty(self) -> bool:
        """Whether the pilot already is what it would become."""
        return not self.merge.changes and not self.merge.stages


@dataclass(frozen=True)
class _Renders:
    """Both renders of a move, and the owners of their paths."""

    base: Tree
    theirs: Tree
    kept: frozenset[str]
    """Paths that are no business of a merge: seeds and derived files, on either side."""
    derived: frozenset[str]


@contextlib.contextmanager
def plan_move(pilot: Pilot, recorded: Snapshot, target: Target) -> Iterator[Plan]:
    """Merge in a scratch repository and say what it gives; the pilot is not touched.

    Args:
        pilot: The pilot at its last commit.
        recorded: The snapshot that it was made from.
        target: Where it shall move.

    Raises:
        AnswersError: A recorded answer is no longer accepted, or a new one is wrong.
    """
    old, new = decide_answers(pilot, recorded, target)
    renders = _render_both(recorded, old, target.snapshot, new)
    with open_scratch(pilot.repository, pilot.prefix, pilot.head) as scratch:
        ours = scratch.read_ours()
        base, theirs, kept_deleted = _respect_deletions(scratch, renders, ours)
        base, theirs, delivered = _respect_seeds(base, theirs, renders, ours)
        scratch.write_renders(base, theirs)
        merge = scratch.merge()
        rebuilt = _rebuild(scratch, merge, renders)
        merge = scratch.amend(merge, rebuilt) if rebuilt else merge
        improved = tuple(
            path
            for path in sorted(renders.kept - renders.derived)
            if path in ours and path in renders.base and path in renders.theirs
            and renders.base[path] != renders.theirs[path]
        )  # fmt: skip
        changed = _answer_changes(pilot.answers, new)
        yield Plan(pilot, target.snapshot, merge, changed, delivered, improved, kept_deleted, tuple(sorted(rebuilt)))


def decide_answers(pilot: Pilot, recorded: Snapshot, target: Target) -> tuple[Answers, Answers]:
    """Resolve the answers of both sides; an answer never changes silently.

    Raises:
        AnswersError: A fixed answer would change, a recorded one is no longer accepted, or a new one is wrong.
    """
    fixed = [
        f"{name}: it is {pilot.answers[name]!r} and fixed since the pilot was made"
        for name in FIXED_ANSWERS
        if name in target.changes and name in pilot.answers and target.changes[name] != pilot.answers[name]
    ]
    if fixed:
        raise AnswersError(fixed, "Make a new pilot with `pilotline new`, and move the code over.")
    known = open_names(target.snapshot)
    kept = {name: value for name, value in pilot.answers.items() if name in known}
    new, problems = resolve_answers(target.snapshot, {**kept, **target.changes})
    if problems:
        raise AnswersError(problems, "Settle each with -d KEY=VALUE; no answer is ever changed silently.")
    recorded_names = open_names(recorded)
    old = accept_answers(recorded, {name: value for name, value in pilot.answers.items() if name in recorded_names})
    return old, new


def _render_both(recorded: Snapshot, old: Answers, target: Snapshot, new: Answers) -> _Renders:
    base, theirs = render(recorded, old), render(target, new)
    old_owner, new_owner = owner_of_paths(recorded, old), owner_of_paths(target, new)
    owners = {path: old_owner(path) for path in base} | {path: new_owner(path) for path in theirs}
    kept = frozenset(path for path, owner in owners.items() if owner != "owned")
    derived = frozenset(path for path, owner in owners.items() if owner == "derived")
    return _Renders(base, theirs, kept, derived)


def _respect_deletions(scratch: Scratch, renders: _Renders, ours: Tree) -> tuple[Tree, Tree, tuple[str, ...]]:
    """Take out of both renders what the team deleted, also where the catalog has renamed it since."""
    scratch.write_renders(_without(renders.base, renders.kept), _without(renders.theirs, renders.kept))
    deleted = set(scratch.deleted_by_ours()) - set(ours)
    renamed = {new for old, new in scratch.renamed_by_theirs() if old in deleted}
    gone = frozenset(deleted | renamed)
    changed = sorted(path for path in gone if path in renders.theirs and renders.theirs[path] != renders.base.get(path))
    return _without(renders.base, gone), _without(renders.theirs, gone), tuple(changed)


def _respect_seeds(base: Tree, theirs: Tree, renders: _Renders, ours: Tree) -> tuple[Tree, Tree, tuple[str, ...]]:
    """Leave seeds and derived files as the team has them; deliver those that arrive for the first time."""
    leaving = {path: ours[path] for path in _leaving(renders, ours)}
    same = {path: ours[path] for path in renders.kept if path in ours and path not in leaving}
    arriving = {
        path: renders.theirs[path]
        for path in renders.kept
        if path in renders.theirs and path not in renders.base and path not in ours
    }
    old = {**_without(base, renders.kept), **same, **leaving}
    new = {**_without(theirs, renders.kept), **same, **arriving}
    return Tree(old), Tree(new), tuple(sorted(set(arriving) - renders.derived))


def _leaving(renders: _Renders, ours: Tree) -> frozenset[str]:
    """Name the derived files that the new render has no more, where the team has them exactly as they are built."""
    gone = {path for path in renders.derived if path in renders.base and path not in renders.theirs and path in ours}
    built = derive_files(contents(ours)) if gone else {}
    return frozenset(path for path in gone if built.get(path) == ours[path].content)


def _rebuild(scratch: Scratch, merge: Merge, renders: _Renders) -> dict[str, File]:
    """Rebuild the derived files of the merged pilot whose content would differ; a deleted one stays deleted."""
    present = scratch.read_paths(merge, lambda path: is_input(path) or path in renders.derived)
    names = dict.fromkeys(scratch.paths(merge), b"")
    built = derive_files({**names, **{path: file.content for path, file in present.items()}} if present else {})
    return {
        path: File(content)
        for path, content in built.items()
        if path in present and path in renders.derived and present[path].content != content
    }


def _without(tree: Mapping[str, File], gone: frozenset[str]) -> Tree:
    return Tree({path: file for path, file in tree.items() if path not in gone})


def _answer_changes(old: Mapping[str, object], new: Answers) -> tuple[AnswerChange, ...]:
    names = dict.fromkeys([*old, *new.recorded])
    changes = []
    for name in names:
        kind: AnswerKind = "added" if name not in old else "dropped" if name not in new.recorded else "changed"
        before, after = old.get(name), new.recorded.get(name)
        if kind != "changed" or before != after:
            changes.append(AnswerChange(name, before, after, kind))
    return tuple(changes)
