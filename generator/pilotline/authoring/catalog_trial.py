"""Testing a catalog: which combinations, why those, and what came of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pilotline.authoring.answer_matrix import requirements_of
from pilotline.authoring.combinations import Combination, Combinations, find_combinations
from pilotline.authoring.failed_pilots import FailedPilots
from pilotline.authoring.pilot_environment import locate_environment, prepare_environment
from pilotline.authoring.pilot_runs import CombinationResult, Depth, Watch, run_combinations
from pilotline.authoring.touched import Touched, find_touched, list_changed
from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference
from pilotline.catalog.versions import latest_version
from pilotline.catalog.working_copy import load_working_copy
from pilotline.errors import CatalogError, PilotlineError
from pilotline.files.tree import Tree
from pilotline.files.worker_process import tell
from pilotline.git import commands as git
from pilotline.template.answers import accept_answers
from pilotline.template.limits import limited
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot

FAILED: Final = "build/failed-pilots"
"""Where the pilots that failed are kept, in the catalog's folder."""


@dataclass(frozen=True)
class Selection:
    """Which of a catalog's combinations are meant."""

    seed: int = 0
    texts: tuple[str, ...] = ()
    """Parts of a name or an answer, of which one has to be there; none mean all."""
    changed: bool = False
    """Whether only those are meant that a change touches."""
    since: str = ""
    """The version or revision to compare with; the newest released one below the current commit by default."""


@dataclass(frozen=True)
class TrialPlan:
    """A test that could be run."""

    folder: Path
    snapshot: Snapshot
    combinations: Combinations
    chosen: tuple[Combination, ...]
    since: str = ""
    """What was compared with; nothing where no combination was left out for being the same."""
    changed_files: tuple[str, ...] = ()
    touched: Mapping[str, Touched] | None = None
    """Why each is chosen, by its name, where only touched ones are."""


def plan_trial(folder: Path, selection: Selection, progress: Callable[[str], None] = lambda _: None) -> TrialPlan:
    """Choose the combinations that a catalog is tested with.

    Args:
        folder: The catalog, changes that are not committed included.
        selection: Which ones are meant.
        progress: Hears what is being done.

    Raises:
        CatalogError: There is no catalog, nothing to compare it with, or its questions are wrong.
    """
    snapshot = load_working_copy(folder)
    base = _load_base(folder, selection.since) if selection.changed or selection.since else None
    progress("Choosing combinations")
    combinations = find_combinations(snapshot, selection.seed)
    meant = tuple(each for each in combinations.chosen if _is_meant(each, selection.texts))
    plan = TrialPlan(folder, snapshot, combinations, meant)
    return plan if base is None else _only_touched(plan, base, progress)


def _is_meant(combination: Combination, texts: Sequence[str]) -> bool:
    return not texts or any(combination.is_meant(text) for text in texts)


def _only_touched(plan: TrialPlan, base: Snapshot, progress: Callable[[str], None]) -> TrialPlan:
    """Leave out the combinations whose pilots are the same as before."""
    total = len(plan.chosen)
    found = find_touched(
        base, plan.snapshot, plan.chosen, lambda done: progress(f"Comparing combination {done + 1} of {total}")
    )
    touched = {each.name: each for each in found}
    chosen = tuple(each for each in plan.chosen if each.name in touched)
    changed = list_changed(base, plan.snapshot)
    version = str(base.identity.version)
    return TrialPlan(plan.folder, plan.snapshot, plan.combinations, chosen, version, changed, touched)


def _load_base(folder: Path, since: str) -> Snapshot:
    """Read what the catalog was: at a revision, or as it was released last.

    Raises:
        CatalogError: There is no such version, or no history at all.
    """
    if not git.is_repository_root(folder):
        raise CatalogError(f"{folder} is no git repository, so nobody can tell what changed.", "Leave out --changed.")
    if not since:
        code, merged = git.try_git(["tag", "--merged", "HEAD"], folder)
        since = latest_version(merged.decode().split()) or "" if code == 0 else ""
    if not since:
        raise CatalogError(f"{folder} has no released version to compare with.", "Name a commit: --since REVISION.")
    return load_snapshot(Reference(str(folder), since), "")


def run_trial(
    plan: TrialPlan, depth: Depth, watch: Watch, installing: Callable[[Path], None]
) -> tuple[CombinationResult, ...]:
    """Make a pilot of each chosen combination and run its own checks, in one environment.

    Args:
        plan: What is tested.
        depth: How far.
        watch: Hears how far it is.
        installing: Hears of the environment that has to be made or brought up to date.

    Raises:
        TrialError: The environment cannot be made.
        DestinationError: Failed pilots cannot be kept.
    """
    kept = FailedPilots(plan.folder / FAILED)
    environment = locate_environment(plan.folder)
    wanted = find_requirements(plan.snapshot, plan.combinations.chosen)
    executables = prepare_environment(environment, wanted, lambda: installing(environment))
    return run_combinations(plan.snapshot, plan.chosen, executables, kept, watch, depth)


def find_requirements(snapshot: Snapshot, combinations: Sequence[Combination]) -> tuple[str, ...]:
    """Find what the pilots of some combinations need to run and to be checked.

    Raises:
        CatalogError: Rendering takes too long, or too much memory.
    """
    return limited("Rendering combinations", _find_requirements, snapshot, tuple(combinations))


def _find_requirements(snapshot: Snapshot, combinations: tuple[Combination, ...]) -> tuple[str, ...]:
    return requirements_of(_trees(snapshot, combinations))


def _trees(snapshot: Snapshot, combinations: tuple[Combination, ...]) -> Iterator[Tree]:
    for combination in combinations:
        tell(combination.name)
        with suppress(PilotlineError):  # whoever makes its pilot says so
            yield render(snapshot, accept_answers(snapshot, combination.answers))
