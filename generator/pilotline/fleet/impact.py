"""What a catalog that is not released yet would do to its pilots: seen before anybody gets it.

Only plans are made. Nothing of a pilot is run or written, and the catalog runs no code of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pilotline.errors import PilotlineError
from pilotline.fleet.unreleased import UnreleasedCatalog
from pilotline.pilot.pilot import Pilot, open_pilot, recorded_version
from pilotline.readiness.foresight import Foresight, foresee_move
from pilotline.template.snapshot import Usage
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.plan import plan_move
from pilotline.upgrade.summary import PlanSummary

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


def find_impact(
    catalog: UnreleasedCatalog, folders: Iterable[Path], today: date, *, base: str | None = None, checks: bool = True
) -> Iterator[PilotImpact]:
    """Plan the move of each pilot to the catalog as it lies in its folder.

    Args:
        catalog: The catalog.
        folders: The pilots' folders.
        today: The day for which readiness is judged.
        base: The version that pilots come from which record none.
        checks: Whether the pilot's readiness is judged before and after.

    Yields:
        One result for each folder, in their order, as soon as it is there.
    """
    for folder in folders:
        try:
            yield _foresee(catalog, folder, today, base, checks=checks)
        except PilotlineError as error:
            yield PilotImpact(folder, "error", message=f"{error.message} {error.hint}".strip())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one pilot, the others are told about
            yield PilotImpact(folder, "error", message=f"{type(error).__name__}: {error}")


def _foresee(catalog: UnreleasedCatalog, folder: Path, today: date, base: str | None, *, checks: bool) -> PilotImpact:
    pilot = open_pilot(folder)
    version = base if pilot.version is None and base is not None else recorded_version(pilot)
    usage = Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name)
    recorded = catalog.base_of(pilot, version).used(usage)
    target = UpgradeRequest(catalog.target_for(pilot).used(usage), {})
    with plan_move(pilot, recorded, target, lenient=True) as plan:
        foresight = foresee_move(plan, today, catalog.catalogs) if checks else None
        return PilotImpact(folder, _outcome(pilot, plan.summary), plan.summary, foresight)


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
