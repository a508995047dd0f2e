"""Which combinations a change of the catalog touches: those whose pilot is another one, found by rendering both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pilotline.authoring.combinations import Combination
from pilotline.authoring.pilot_checks import PilotChecks, read_checks
from pilotline.errors import PilotlineError, UnsupportedTemplateError
from pilotline.files.tree import Tree
from pilotline.files.worker_process import tell
from pilotline.template.answers import Answers, accept_answers
from pilotline.template.limits import limited
from pilotline.template.render import name_sources, render
from pilotline.template.snapshot import Snapshot

_MOST: Final = 3


@dataclass(frozen=True)
class Touched:
    """Why a combination is touched."""

    name: str
    paths: tuple[str, ...] = ()
    """The pilot's files that differ."""
    sources: tuple[str, ...] = ()
    """The changed files of the catalog that make some of them; others differ by what their templates read."""
    reason: str = ""
    """Why there is nothing to compare with."""

    def __str__(self) -> str:
        """Say it in one line."""
        if self.reason:
            return self.reason
        files = "1 file differs" if len(self.paths) == 1 else f"{len(self.paths)} files differ"
        return f"{files} ({cut_list(self.paths)})" if self.paths else "its checks differ"


def cut_list(names: Sequence[str]) -> str:
    """Name the first few of some."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"


def list_changed(base: Snapshot, current: Snapshot) -> tuple[str, ...]:
    """Name the files of a catalog that differ between two snapshots of it."""
    names = {*base.tree, *current.tree}
    return tuple(sorted(name for name in names if base.tree.get(name) != current.tree.get(name)))


def find_touched(
    base: Snapshot, current: Snapshot, combinations: Sequence[Combination], progress: Callable[[int], None]
) -> tuple[Touched, ...]:
    """Find the combinations whose pilots differ between two snapshots of a catalog, and in what.

    Raises:
        CatalogError: Rendering takes too long, or too much memory.
    """
    if not list_changed(base, current):
        return ()
    heard: Callable[[object], None] = lambda told: progress(told) if isinstance(told, int) else None  # noqa: E731
    before = Snapshot(current.identity, base.tree, submodules=base.submodules)
    return limited("Comparing combinations", _find, before, current, tuple(combinations), heard=heard)


def _find(base: Snapshot, current: Snapshot, combinations: tuple[Combination, ...]) -> tuple[Touched, ...]:
    changed = frozenset(list_changed(base, current))
    found = []
    for number, combination in enumerate(combinations):
        tell(number)
        touched = _compare(base, current, combination, changed)
        if touched is not None:
            found.append(touched)
    return tuple(found)


def _compare(base: Snapshot, current: Snapshot, combination: Combination, changed: frozenset[str]) -> Touched | None:
    """Compare one pilot; one that cannot be made, here or there, is touched."""
    try:
        answers, tree, checks = _make(current, combination)
    except PilotlineError as error:
        return Touched(combination.name, reason=f"it cannot be made: {error.message}")
    try:
        answers_before, tree_before, checks_before = _make(base, combination)
    except PilotlineError as error:
        return Touched(combination.name, reason=f"it could not be made before: {error.message}")
    paths = tuple(sorted(path for path in {*tree, *tree_before} if tree.get(path) != tree_before.get(path)))
    if not paths and checks == checks_before:
        return None
    sources = {**_sources(base, answers_before), **_sources(current, answers)}
    return Touched(combination.name, paths, tuple(sorted({sources.get(path, "") for path in paths} & changed)))


def _make(snapshot: Snapshot, combination: Combination) -> tuple[Answers, Tree, PilotChecks]:
    """Render a pilot, and read what it is checked with.

    Raises:
        PilotlineError: It cannot be made.
    """
    answers = accept_answers(snapshot, combination.answers)
    return answers, render(snapshot, answers), read_checks(answers)


def _sources(snapshot: Snapshot, answers: Answers) -> dict[str, str]:
    try:
        return dict(name_sources(snapshot, answers))
    except UnsupportedTemplateError:
        return {}
