"""An organisation's catalog goes on receiving what its origin learns: a pilot's upgrade, one level up.

base = the origin at the recorded version, theirs = at the new one, ours = the catalog's last commit. Its objectives,
policies, checks and KPI definitions are its seeds, and so is what it tells its pilots.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pilotline.authoring.origin import ORIGIN_FILE, RecordedOrigin, place_of
from pilotline.authoring.origin_versions import CatalogMove
from pilotline.catalog.upgrade_notes import NEXT, Note, notes_between
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.repository import read_committed
from pilotline.upgrade.conflict_history import Cause, find_commits, is_connected
from pilotline.upgrade.merge import Labels, open_scratch
from pilotline.upgrade.plan import UpgradePlan, plan_merge
from pilotline.upgrade.renders import Renders, without
from pilotline.upgrade.seeds import respect_deletions

REQUIREMENTS: Final = "requirements.txt"
_SEEDS: Final = ("templates/_organisation/", "changelog.d/", "upgrade_notes/", "CHANGELOG.md", "fleet.txt")
"""What is the organisation's own from its first day on."""
_PARTS: Final = ("templates/", "reference_architectures/")
_LABELS: Final = Labels("catalog", "origin")
_REQUIREMENT: Final = re.compile(r"^pilotline(?:\[[^]]*\])? *@.*$", re.MULTILINE)
_STEPS: Final = "## Manual steps"


@dataclass(frozen=True)
class CatalogPlan:
    """What a catalog's upgrade would do."""

    plan: UpgradePlan
    origin_causes: tuple[Cause, ...]
    """The origin's commits behind each conflict, where its history is at hand; the plan's own are the catalog's."""
    follows: bool
    """Whether the catalog installs the pilotline that its files are made for."""


@contextlib.contextmanager
def plan_catalog_upgrade(move: CatalogMove) -> Iterator[CatalogPlan]:
    """Merge in a scratch repository and say what it gives; the catalog is not touched.

    Raises:
        CatalogError: The folder holds no catalog.
    """
    repository = move.repository
    ours = read_committed(repository, lambda path: path in {REQUIREMENTS, NEXT, "copier.yml", "copier.yaml"})
    if not {"copier.yml", "copier.yaml"} & ours.keys():
        raise CatalogError(f"{repository.folder} is no catalog: it has no copier.yml.", "Run this in a catalog.")
    before, after = _follow_requirement(move, ours.get(REQUIREMENTS))
    base, theirs = dict(before.render(move.old)), dict(after.render(move.new))
    if not move.recorded:
        del base[ORIGIN_FILE]
    told = _tell(move, base, theirs, ours)
    base |= {path: ours[path] for path in told if path in ours}
    kept = frozenset(path for path in {*base, *theirs} if path.startswith(_SEEDS)) - told.keys()
    catalog = Pilot(repository.place, repository.prefix, move.origin.source, move.old.identity.version, {})
    renders = _without_left_layers(catalog, Renders(Tree(base), Tree({**theirs, **told}), kept, frozenset()))
    with plan_merge(catalog, move.new, renders, labels=_LABELS) as plan:
        own, origins = _find_causes(move, plan)
        summary = replace(plan.summary, causes=own)
        follows = after.values.get("pilotline", "").endswith(f"@{move.skeleton}")
        yield CatalogPlan(replace(plan, summary=summary), origins, follows or REQUIREMENTS not in ours)


def _follow_requirement(move: CatalogMove, present: File | None) -> tuple[RecordedOrigin, RecordedOrigin]:
    """Let the line that installs pilotline stay as it is written, but for the version that the files around need."""
    written = "" if present is None else present.content.decode(errors="replace")
    recorded = move.origin.values.get("pilotline", "")
    found = _REQUIREMENT.search(written)
    line = recorded if recorded and recorded in written else found[0] if found else recorded
    head, at, version = line.rpartition("@")
    bumped = f"{head}@{move.skeleton}" if at and version == move.origin.pilotline else line
    after = RecordedOrigin(
        move.origin.source, move.new.identity.version, move.skeleton, {**move.origin.values, "pilotline": bumped}
    )
    return replace(move.origin, values={**move.origin.values, "pilotline": line}), after


def _tell(move: CatalogMove, base: Mapping[str, File], theirs: Mapping[str, File], ours: Tree) -> dict[str, File]:
    """Give what pilot teams are told about the move: they never see the origin's own notes."""
    changed = [path for path in {*base, *theirs} if path.startswith(_PARTS) or path == "copier.yml"]
    if all(base.get(path) == theirs.get(path) for path in changed):
        return {}
    old, new = move.old.identity.version, move.new.identity.version
    sentence = f"The templates follow {place_of(move.new.identity)} from {old} to {new}.\n"
    told = {f"changelog.d/origin-{new}.changed.md": File(sentence.encode())}
    notes = [note for note in notes_between(move.new.tree, old, new) if note.manual_steps]
    if notes:
        present = ours[NEXT].content.decode(errors="replace") if NEXT in ours else ""
        told[NEXT] = File(_add_steps(present, notes).encode())
    return told


def _add_steps(present: str, notes: list[Note]) -> str:
    """Put the manual steps of an origin's versions behind those that are written already."""
    known = present.rstrip()
    head = [] if re.search(rf"^{_STEPS}", known, re.MULTILINE) else [_STEPS]
    return "\n\n".join([*([known] if known else []), *head, *(note.manual_steps for note in notes)]) + "\n"


def _without_left_layers(catalog: Pilot, renders: Renders) -> Renders:
    """Leave out what is new in a layer or an architecture that the organisation took out as a whole."""
    with open_scratch(catalog.place, catalog.prefix) as scratch:
        gone, _ = respect_deletions(scratch, renders, scratch.list_ours())
    homes: dict[str, set[str]] = {}
    for path in renders.base:
        homes.setdefault(_home(path), set()).add(path)
    left = {home for home, paths in homes.items() if home and paths <= gone}
    arriving = {path for path in renders.theirs if path not in renders.base and _home(path) in left}
    return renders._replace(theirs=Tree(without(renders.theirs, frozenset(arriving)))) if arriving else renders


def _home(path: str) -> str:
    """Name the folder of a layer or an architecture that a file belongs to; empty for all others."""
    parts = path.split("/")
    return "/".join(parts[:2]) if path.startswith(_PARTS) and len(parts) > len(_PARTS) else ""


def _find_causes(move: CatalogMove, plan: UpgradePlan) -> tuple[tuple[Cause, ...], tuple[Cause, ...]]:
    """Find the commits behind each conflict: the catalog's own, and its origin's where those are at hand."""
    conflicts = plan.merge.conflicts
    if not conflicts:
        return (), ()
    sources = {path: frozenset({path}) for path in conflicts}
    own = find_commits(move.repository.top, move.repository.head, sources)
    before, after = move.old.origin, move.new.origin
    if before is None or after is None or not is_connected(before, after):
        return own, ()
    return own, find_commits(after.repository, f"{before.commit}..{after.commit}", sources)
