"""What a catalog that is not released yet would do to its pilots: seen before anybody gets it.

Only plans are made. Nothing of a pilot is run or written, and the catalog runs no code of its own.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeVar

from pilotline.errors import PilotlineError
from pilotline.fleet.each_pilot import ALL_CORES, Crew, UntoldPilotError, for_each_pilot
from pilotline.fleet.unreleased import UnreleasedCatalog
from pilotline.pilot.pilot import Pilot, open_pilot, recorded_version
from pilotline.readiness.foresight import Foresight, foresee_move
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.template.confinement import compile_ahead
from pilotline.template.snapshot import Usage
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.plan import UpgradePlan, plan_move
from pilotline.upgrade.summary import PlanSummary

_Value = TypeVar("_Value")
Outcome = Literal["unchanged", "clean", "merged", "conflict", "refused", "error"]
OUTCOMES: Final[dict[Outcome, str]] = {
    "unchanged": "nothing but the version",
    "clean": "files that the team never touched",
    "merged": "also files that the team edited, on other lines",
    "conflict": "lines that the team edited too: a person decides",
    "refused": "an answer that is no longer accepted: a person answers",
    "error": "nobody can tell",
}
"""What would happen to a pilot, and what that means."""


@dataclass(frozen=True)
class PilotImpact:
    """What would happen to one pilot."""

    folder: Path
    outcome: Outcome
    plan: PlanSummary | None = None
    foresight: Foresight | None = None
    """What it means for the pilot's readiness; None where that was not asked for."""
    message: str = ""
    """Why nobody can tell, and the next step."""


class Limits(NamedTuple):
    """How much is too much: a share of the pilots, or a number of them."""

    conflicts: float | None = None
    """Pilots with a conflict: below 1 a share of all, else a number; None for any number."""
    refused: float | None = None
    errors: float | None = None


class _Question(NamedTuple):
    """What is asked of each pilot."""

    catalog: UnreleasedCatalog
    today: date
    base: str | None
    checks: bool
    token: str
    """Tells this question from all others, so that a process that works keeps what it compiled for it."""


def find_impact(
    catalog: UnreleasedCatalog,
    folders: Sequence[Path],
    today: date,
    *,
    base: str | None = None,
    checks: bool = True,
    crew: Crew = ALL_CORES,
) -> Iterator[PilotImpact]:
    """Plan the move of each pilot to the catalog as it lies in its folder.

    Args:
        catalog: The catalog.
        folders: The pilots' folders.
        today: The day for which readiness is judged.
        base: The version that pilots come from which record none.
        checks: Whether the pilot's readiness is judged before and after.
        crew: Who works.

    Yields:
        One result for each folder, in their order, as soon as it is there.
    """
    question = _Question(catalog, today, base, checks, os.urandom(8).hex())
    alike: dict[object, object] = {}
    for folder, found in for_each_pilot(partial(_foresee, question), folders, crew):
        yield _untold(folder, found) if isinstance(found, UntoldPilotError) else _shared(found, alike)


def _shared(found: PilotImpact, alike: dict[object, object]) -> PilotImpact:
    """Let pilots share what is alike: each comes from another process, and most of a fleet receives the same."""

    def one(value: _Value) -> _Value:
        known: _Value = alike.setdefault(value, value)  # type: ignore[assignment]
        return known

    plan = found.plan
    if plan is None:
        return found
    changes = one(tuple(map(one, plan.changes)))
    alike_plan = replace(
        plan, old=one(plan.old), new=one(plan.new), changes=changes, improved=one(plan.improved),
        delivered=one(plan.delivered), derived=one(plan.derived), merged=one(plan.merged), notes=one(plan.notes),
    )  # fmt: skip
    return replace(found, plan=alike_plan)


def _untold(folder: Path, error: PilotlineError) -> PilotImpact:
    return PilotImpact(folder, "error", message=f"{error.message} {error.hint}".strip())


def _foresee(question: _Question, folder: Path) -> PilotImpact:
    """Plan the move of one pilot; whatever is wrong with it is its result."""
    try:
        return _plan(question, _at_hand(question), folder)
    except PilotlineError as error:
        return _untold(folder, error)
    except MemoryError:
        raise  # whoever watches over this process says what that means
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one pilot, the others are told about
        return PilotImpact(folder, "error", message=f"{type(error).__name__}: {error}")


class _AtHand(NamedTuple):
    """What this process works with: the catalog, and where pilots come from."""

    catalog: UnreleasedCatalog
    origin: CatalogOrigin
    contents: dict[str, bytes]
    """What was read of pilots, by git's ids: most of their files are alike."""


_MOST_CONTENTS: Final = 4000
_AT_HAND: Final[dict[str, _AtHand]] = {}
"""What this process works with, by the question that it belongs to."""


def _at_hand(question: _Question) -> _AtHand:
    """Give the catalog as this process compiled it before, and what is known of the pilots' origin."""
    known = _AT_HAND.get(question.token)
    if known is None:
        _AT_HAND.clear()
        known = _AT_HAND[question.token] = _AtHand(question.catalog, CatalogOrigin(question.catalog.catalogs), {})
        compile_ahead(known.catalog.snapshot)
    return known


def _plan(question: _Question, at_hand: _AtHand, folder: Path) -> PilotImpact:
    catalog = at_hand.catalog
    pilot = open_pilot(folder)
    version = question.base if pilot.version is None and question.base is not None else recorded_version(pilot)
    usage = Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name)
    recorded = catalog.base_of(pilot, version).used(usage)
    target = UpgradeRequest(catalog.target_for(pilot).used(usage), {})
    with plan_move(pilot, recorded, target, lenient=True) as plan:
        foresight = _foresight(plan, question.today, at_hand) if question.checks else None
        return PilotImpact(folder, _outcome(pilot, plan.summary), plan.summary, foresight)


def _foresight(plan: UpgradePlan, today: date, at_hand: _AtHand) -> Foresight:
    if len(at_hand.contents) > _MOST_CONTENTS:
        at_hand.contents.clear()
    return foresee_move(plan, today, at_hand.origin, at_hand.contents)


def _outcome(pilot: Pilot, plan: PlanSummary) -> Outcome:
    if plan.problems:
        return "refused"
    if plan.conflicts:
        return "conflict"
    if {change.path for change in plan.changes} <= {pilot.answers_file}:
        return "unchanged"
    return "merged" if set(plan.merged) - {pilot.answers_file} else "clean"


def count_outcomes(found: Iterable[PilotImpact]) -> dict[Outcome, int]:
    """Count the pilots by what would happen to them, in the order of `OUTCOMES`."""
    counts = Counter(each.outcome for each in found)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def exceeded(counts: dict[Outcome, int], limits: Limits) -> tuple[str, ...]:
    """Say which limits are exceeded."""
    total, said = sum(counts.values()), []
    for what, most in (("conflict", limits.conflicts), ("refused", limits.refused), ("error", limits.errors)):
        number = next(count for outcome, count in counts.items() if outcome == what)
        if most is not None and number > (most * total if most < 1 else most):
            allowed = f"{most:.0%} of {total}" if most < 1 else f"{most:.0f}"
            said.append(f"{number} of {total} pilots: {what}; at most {allowed}")
    return tuple(said)
