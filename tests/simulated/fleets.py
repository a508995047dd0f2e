"""Fleets of simulated pilots: thousands of repositories in little time, always the same, and the truth about each."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from pilotline.fleet.impact import Outcome
from tests.simulated.catalogs import SimulatedCatalog
from tests.simulated.deeds import BREAKAGES, BROKEN_COMMITS, DEEDS, LEFT, Work
from tests.simulated.prospects import Prospect, foresee

SEED: Final = 20261130
_HEALTHY: Final = (*DEEDS, *LEFT, "nothing")
_BROKEN: Final = (*BROKEN_COMMITS, *BREAKAGES)
ALL: Final = (*_HEALTHY, *_BROKEN)
"""Everything that may have happened to a pilot."""
_MOST_DEEDS: Final = 3
_ALSO: Final = ("work of its own", "edited elsewhere", "edited what stays", "deleted what stays")
"""What teams do besides."""
_ALONE: Final = frozenset({"nothing", "renamed the package"})


@dataclass(frozen=True)
class SimulatedPilot:
    """A pilot, what was done to it, and what is to come of it."""

    folder: Path
    commit: str
    """Its last commit, also where it was broken afterwards."""
    version: str
    answers: Mapping[str, object]
    done: tuple[str, ...]
    outcome: Outcome
    conflicts: frozenset[str]
    """Paths on which a person has to decide."""
    deleted: frozenset[str]
    """Paths that stay deleted."""


def make_fleet(
    folder: Path,
    count: int,
    catalog: SimulatedCatalog,
    *,
    seed: int = SEED,
    happened: Sequence[str] = ALL,
    linked: bool = False,
) -> tuple[SimulatedPilot, ...]:
    """Make pilots of a catalog's versions and answers; first what may have happened in turn, then by chance.

    Args:
        folder: Where they are made, with what they are copies of.
        count: How many.
        catalog: Their catalog.
        seed: What chance begins with.
        happened: What may have happened to them, by the names in `ALL`.
        linked: Whether files that are alike are the same file: much faster, for pilots that are only looked at.
    """
    random, origins = Random(seed), folder / ".origins"
    origins.mkdir(parents=True)
    prospects = [
        foresee(catalog, version, answers, origins / f"{version}-{number}")
        for version in catalog.versions
        for number, answers in enumerate(catalog.answers)
    ]
    accepted = [prospect for prospect in prospects if not prospect.refused]
    pilots = []
    for number in range(count):
        what = happened[number] if number < len(happened) else random.choice(happened)
        work = Work(catalog, random.choice(prospects if number >= len(happened) else accepted), random, number)
        pilots.append(_make(folder / f"pilot-{number:05}", work, what, linked=linked))
    shutil.rmtree(origins)
    return tuple(pilots)


def _make(folder: Path, work: Work, what: str, *, linked: bool) -> SimulatedPilot:
    wanted = [what] if what in DEEDS else []
    also = work.random.sample(_ALSO, work.random.randrange(_MOST_DEEDS))
    for name in dict.fromkeys([*wanted, *(also if what not in _ALONE else ())]):
        if DEEDS[name](work):
            work.done.append(name)
    if what in BROKEN_COMMITS:
        BROKEN_COMMITS[what](work)
    if what == "missing objects":  # so that there is one that only this pilot has
        DEEDS["work of its own"](work)
    commit = work.prospect.origin.copy(folder, work.changes, work.number, linked=linked)
    for befalls in (BREAKAGES.get(what), LEFT.get(what)):
        if befalls is not None:
            befalls(folder)
    done = (*work.done, what) if what not in DEEDS else tuple(work.done)
    return SimulatedPilot(
        folder=folder,
        commit=commit,
        version=work.prospect.version,
        answers=work.prospect.answers,
        done=done,
        outcome=_outcome(work.prospect, work, broken=what in _BROKEN),
        conflicts=frozenset(work.conflicts),
        deleted=frozenset(work.deleted),
    )


def _outcome(prospect: Prospect, work: Work, *, broken: bool) -> Outcome:
    if broken:
        return "error"
    if prospect.refused:
        return "refused"
    if work.conflicts:
        return "conflict"
    coming = prospect.changing - work.deleted
    if not coming:
        return "unchanged"
    return "merged" if coming & work.edited else "clean"
