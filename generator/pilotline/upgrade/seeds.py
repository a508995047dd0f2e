"""What a team deleted stays deleted, and a seed arrives once: both are decided before git merges."""

from collections.abc import Mapping

from pilotline.files.tree import File
from pilotline.git.fast_import import Side
from pilotline.pilot.derived_inputs import MANIFESTS, is_input
from pilotline.upgrade.merge import Listing, Scratch
from pilotline.upgrade.renders import Renders, without


def respect_deletions(scratch: Scratch, renders: Renders, ours: Listing) -> tuple[frozenset[str], tuple[str, ...]]:
    """Name what git does not know in the pilot, also where the catalog renamed it, and what of that has changed since.

    Only a name that is missing in the pilot can be a deletion; whether it is one, or a rename, is git's to say. Mostly
    all are deletions, so what is merged then is written together with what git is asked about.
    """
    base = without(renders.base, renders.kept)
    missing = frozenset(base.keys() - ours.keys())
    if not missing:
        return frozenset(), ()
    likely_base, likely_theirs, _ = respect_seeds(scratch, renders, missing, ours)
    scratch.write_renders(likely_base, likely_theirs, before=base)
    deleted = set(scratch.deleted_by_ours()) - set(ours)
    renamed: tuple[tuple[str, str], ...] = ()
    if not deleted <= renders.theirs.keys():
        scratch.write_renders(base, without(renders.theirs, renders.kept))
        renamed = scratch.renamed_by_theirs()
    gone = frozenset(deleted | {new for old, new in renamed if old in deleted})
    changed = sorted(path for path in gone if path in renders.theirs and renders.theirs[path] != renders.base.get(path))
    return gone, tuple(changed)


def respect_seeds(
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
    base: Side = {**without(renders.base, apart), **same, **{path: ours[path] for path in leaving}}
    theirs: Side = {**without(renders.theirs, apart), **same, **arriving}
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
    from pilotline.catalog.carried import carries  # noqa: PLC0415 - few moves need it
    from pilotline.pilot.derived_files import derive_files  # noqa: PLC0415 - few moves take one away

    present = scratch.read({path: entry for path, entry in ours.items() if is_input(path) or path in gone})
    built = derive_files({**dict.fromkeys(ours, b""), **present}, carries)
    return frozenset(path for path in gone if path in built and built[path] == present.get(path))
