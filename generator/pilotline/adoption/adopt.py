"""Bringing an existing repository under management: a first merge in which its own files always win.

Without an origin the merge's base is empty. A path that the repository already has stays its own and is recorded as the
team's; everything else arrives. With an origin (the project was born from a template whose render can be repeated),
that render is the base, and what lies in it is merged three-way like any upgrade.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from pilotline.adoption.cookiecutter import RECORDS
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree
from pilotline.git.contents import list_tree
from pilotline.pilot.paths import ANSWERS, TEAM_FILES
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.pristine import Pristine, recall_pristine
from pilotline.pilot.repository import OpenRepository, PilotError, read_committed
from pilotline.pilot.team_files import format_record
from pilotline.template.answers import Answers
from pilotline.template.ownership import Owner
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.merge import open_scratch
from pilotline.upgrade.plan import UpgradePlan, plan_merge
from pilotline.upgrade.renders import Renders

_EMPTY: Tree = Tree({})


@dataclass(frozen=True)
class Adoption:
    """A planned first merge, and where the repository's own files win."""

    plan: UpgradePlan
    answers: Answers
    team: tuple[str, ...]
    """Paths of the catalog at which the repository's own file stays."""
    lines: Mapping[str, tuple[int, int]]
    """Of those that differ as text: lines that only the repository's has, and lines that only the catalog's has."""
    patch: str
    """The same as a patch that would turn the repository's files into the catalog's."""
    old: tuple[str, ...] = ()
    """Files of the template that the repository was made from, never touched, that the catalog has not."""


def refuse_managed(repository: OpenRepository, snapshot: Snapshot) -> Pilot:
    """Make a repository a pilot-to-be, which a catalog will manage and which records nothing yet.

    Raises:
        PilotError: It is a pilot already, or lies in one.
        CatalogError: The catalog cannot be recorded.
    """
    folder = repository.folder.resolve()
    above = (place for place in (folder, *folder.parents) if place.is_relative_to(repository.top.resolve()))
    managing = next((place for place in above if _has(place, ANSWERS)), None)
    if managing is not None:
        raise PilotError(
            f"{managing} is managed by a catalog already: it has {ANSWERS}.",
            "`pilotline upgrade` moves it to another version, `pilotline move` to another catalog.",
        )
    if _has(folder, TEAM_FILES):
        raise PilotError(f"{folder} has a {TEAM_FILES}, but no {ANSWERS}.", "Remove or rename it, and commit.")
    identity = snapshot.identity
    if identity.version is None:
        raise CatalogError(
            f"{identity.label} has no version: it is no git repository.",
            "Commit the catalog and tag it (`git tag v1.0.0`), so that pilots can record what they were made from.",
        )
    return Pilot(repository.place, repository.prefix, identity.source, None, {})


def _has(folder: Path, name: str) -> bool:
    return (folder / name).exists() or (folder / name).is_symlink()


@contextlib.contextmanager
def plan_adoption(
    pilot: Pilot, snapshot: Snapshot, answers: Answers, born: Tree | None = None, *, remove_old: bool = False
) -> Iterator[Adoption]:
    """Plan the first merge; the repository is not touched.

    Args:
        pilot: The repository, as `refuse_managed` gives it.
        snapshot: The catalog that shall manage it.
        answers: The answers to its questions.
        born: What the repository was made as, where that is known; what the record of it was goes with it.
        remove_old: Whether what that brought, nobody touched and the catalog has not, is taken away.

    Raises:
        CatalogError: The catalog renders no answers file, so nothing could be recorded.
    """
    pristine = Pristine(snapshot, answers)
    rendered = pristine.render()
    if ANSWERS not in rendered:
        raise CatalogError(f"{snapshot.identity.label} renders no {ANSWERS}.", "Use a catalog that records answers.")
    ours = read_committed(pilot, lambda _: True)
    records = {path: ours[path] for path in RECORDS if path in ours}
    old = _untouched(born or _EMPTY, ours, rendered)
    base = _mergeable(born or _EMPTY, rendered, old if remove_old else frozenset())
    origin = _EMPTY if born is None else Tree({**base, **records})
    taken = [path for path in rendered if path not in origin and rendered[path] != ours.get(path)]
    team = frozenset(_occupied(pilot, taken))
    lines, patch = _differences(pilot, rendered, ours, team)
    renders = _renders(origin, rendered, team, pristine.owners(rendered))
    with plan_merge(pilot, snapshot, renders) as plan:
        yield Adoption(plan, answers, tuple(sorted(team)), lines, patch, tuple(sorted(old)))


def _untouched(born: Tree, ours: Tree, rendered: Tree) -> frozenset[str]:
    """Name what the old template made, the team never touched, and the catalog has not.

    The `__init__.py` of a package that has other modules belongs to those.
    """
    old = {path for path, file in born.items() if path not in rendered and ours.get(path) == file}
    staying = {str(parent) for path in ours if path not in old for parent in PurePosixPath(path).parents}
    return frozenset(
        path
        for path in old
        if PurePosixPath(path).name != "__init__.py" or str(PurePosixPath(path).parent) not in staying
    )


def _mergeable(born: Tree, rendered: Tree, removed: frozenset[str]) -> dict[str, File]:
    """Give what a merge may begin from: what is to stay as it is has no beginning, so that nobody takes it away.

    What says which files git ignores stays as well, or what was ignored could be committed with the next `git add`.
    """
    merged = {path for path in born if path in rendered and PurePosixPath(path).name != ".gitignore"}
    return {path: file for path, file in born.items() if path in merged or path in removed}


def _renders(origin: Tree, rendered: Tree, team: frozenset[str], owners: Mapping[str, Owner]) -> Renders:
    """Give both sides of the first merge: what the team keeps is no part of it, but of the record."""
    theirs = {path: file for path, file in rendered.items() if path not in team}
    if team:
        theirs[TEAM_FILES] = File(format_record(team))
    kept = frozenset(path for path in theirs if path not in origin and path != TEAM_FILES and owners[path] != "owned")
    derived = frozenset(path for path in kept if owners[path] == "derived")
    return Renders(origin, Tree(theirs), kept, derived, team)


def _occupied(pilot: Pilot, paths: Iterable[str]) -> Iterator[str]:
    """Pick the paths whose place the repository has taken: by a file, a folder, a link, or in another spelling."""
    entries = [entry.path.removeprefix(pilot.prefix) for entry in list_tree(pilot.top, pilot.head, pilot.prefix)]
    files = {_fold(path) for path in entries}
    folders = {_fold(str(parent)) for path in entries for parent in PurePosixPath(path).parents}
    for path in paths:
        folded = _fold(path)
        above = {str(parent) for parent in PurePosixPath(folded).parents}
        if folded in files or folded in folders or above & files:
            yield path


def _fold(path: str) -> str:
    """Spell a path as file systems do that ignore case and kinds of accents."""
    return normalize("NFC", path).casefold()


def _differences(
    pilot: Pilot, rendered: Tree, ours: Tree, team: frozenset[str]
) -> tuple[Mapping[str, tuple[int, int]], str]:
    both = sorted(path for path in team if path in ours)
    if not both:
        return {}, ""
    with open_scratch(pilot.place, pilot.prefix) as scratch:
        catalog = Tree({path: rendered[path] for path in both})
        scratch.write_renders(catalog, catalog)
        return scratch.count_lines(both), scratch.patch(both, reverse=True)


@contextlib.contextmanager
def plan_taking(pilot: Pilot, recorded: Snapshot, paths: Iterable[str]) -> Iterator[UpgradePlan]:
    """Plan to hand paths of the team over to the catalog's merges.

    The two files have no common ancestor, so where they differ is a conflict, part by part. From then on the catalog's
    changes are merged into what the team makes of it.

    Raises:
        PilotError: A path is not one of the team's, or something else lies at its place.
    """
    chosen = frozenset(paths)
    _refuse_untakable(pilot, chosen)
    pristine = recall_pristine(recorded, pilot.answers, pilot.names)
    rendered = pristine.render()
    owners = pristine.owners(rendered)
    ours = read_committed(pilot, lambda path: path in chosen or path == TEAM_FILES)
    base: dict[str, File] = {TEAM_FILES: ours[TEAM_FILES]}
    theirs = {path: rendered[path] for path in chosen if path in rendered}
    base |= {path: ours[path] for path in theirs if path in ours and owners[path] == "derived"}
    left = pilot.team_files - chosen
    if left:
        theirs[TEAM_FILES] = File(format_record(left))
    derived = frozenset(path for path in theirs if owners.get(path) == "derived")
    with plan_merge(pilot, recorded, Renders(Tree(base), Tree(theirs), frozenset(), derived)) as plan:
        yield plan


def _refuse_untakable(pilot: Pilot, chosen: frozenset[str]) -> None:
    unknown = sorted(chosen - pilot.team_files)
    if unknown:
        known = ", ".join(sorted(pilot.team_files)) or "none"
        raise PilotError(f"Not recorded as the team's: {', '.join(unknown)}.", f"These are: {known}.")
    regular = read_committed(pilot, lambda path: path in chosen)
    blocked = sorted(set(_occupied(pilot, sorted(chosen))) - set(regular))
    if blocked:
        raise PilotError(
            f"Something that is no file of that name lies at {', '.join(blocked)}.",
            "Move it away and commit, then take the path.",
        )
