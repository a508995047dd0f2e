"""Both renders of a move and who owns their paths, so that a merge is told what is its business."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from pilotline.errors import UnsupportedTemplateError
from pilotline.files.tree import File, Tree
from pilotline.git.fast_import import blob_id, is_sha256
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.pristine import Pristine
from pilotline.pilot.repository import PilotError
from pilotline.template.render import find_excluded
from pilotline.upgrade.merge import Merge
from pilotline.upgrade.new_seeds import has_list, withheld_seeds


class Renders(NamedTuple):
    """Both renders of a move, and the owners of their paths."""

    base: Tree
    theirs: Tree
    kept: frozenset[str]
    """Paths that are no business of a merge: seeds and derived files, on either side."""
    derived: frozenset[str]
    team: frozenset[str] = frozenset()
    """Paths among them at which an adopted repository has its own file, whatever the catalog brings."""


def paths_in_catalog(merge: Merge, renders: Renders, pilot: Pilot) -> Mapping[str, frozenset[str]]:
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


def include_seeds(renders: Renders, paths: tuple[str, ...]) -> Renders:
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
    return renders._replace(kept=renders.kept - set(paths))


def render_both(pilot: Pilot, old: Pristine, new: Pristine) -> Renders:
    """Render both sides, and tell what of each is no business of a merge."""
    (base, before), (theirs, after), team = old.render_with_owners(), new.render_with_owners(), pilot.team_files
    owners = {**before, **after}
    kept = frozenset(path for path, owner in owners.items() if owner != "owned") | (team & owners.keys())
    seeds = frozenset(path for path, owner in owners.items() if owner == "seed")
    arriving = seeds & (theirs.keys() - base.keys())
    skipped = _skipped(pilot, new, theirs)
    withheld = (
        withheld_seeds(arriving, new.snapshot, old.answers, new.answers, pilot.version)
        if has_list(new.answers)
        else skipped - base.keys()
    )
    alone = skipped - kept
    base, theirs = Tree(without(base, alone)), Tree(without(theirs, withheld | alone))
    derived = frozenset(path for path, owner in owners.items() if owner == "derived") - team
    return Renders(base, theirs, kept - withheld, derived, team)


def _skipped(pilot: Pilot, new: Pristine, theirs: Tree) -> frozenset[str]:
    """Name what the target renders into an empty folder, but not over this pilot: its excludes read the record."""
    if new.answers.rendered is not None or not new.snapshot.definition.external_data:
        return frozenset()
    with suppress(UnsupportedTemplateError):
        return find_excluded(new.snapshot, new.answers, pilot.recorded, theirs)
    return frozenset()


def without(tree: Mapping[str, File], gone: frozenset[str]) -> dict[str, File]:
    """Leave some paths out of a tree, as a side of a merge needs it."""
    return {path: file for path, file in tree.items() if path not in gone}
