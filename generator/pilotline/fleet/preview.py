"""What an upgrade would do to many pilots: their catalogs are read and compiled once, the pilots one after the other.

Only plans are made; nothing is written, and no catalog runs code of its own. A pilot that cannot be planned is a result
like any other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pilotline.catalog.catalogs import Catalogs
from pilotline.pilot.pilot import open_pilot, recorded_version
from pilotline.template.confinement import compile_ahead
from pilotline.template.snapshot import Snapshot, Usage
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.plan import plan_move
from pilotline.upgrade.summary import PlanSummary


@dataclass(frozen=True)
class Preview:
    """What an upgrade would do to one pilot, or why nobody can tell."""

    folder: Path
    plan: PlanSummary | None
    error: Exception | None
    """A `PilotlineError` is for the pilot's people to act on; any other is a fault of ours."""


def preview_upgrades(
    folders: Iterable[Path], version: str | None = None, catalogs: Catalogs | None = None
) -> Iterator[Preview]:
    """Plan an upgrade for each pilot, as `pilotline upgrade --plan` does for one.

    Args:
        folders: The pilots' folders.
        version: Version to move to, of whatever catalog a pilot records; none means the newest of that catalog, which
            is looked for once.
        catalogs: The shelf to read them from; none means a new one, as pilotline is delivered.

    Yields:
        One result for each folder, in their order, as soon as it is there.
    """
    shelf = catalogs or Catalogs()
    for folder in folders:
        try:
            yield Preview(folder, _plan(folder, version, shelf), None)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one pilot, the others are planned
            yield Preview(folder, None, error)


def _plan(folder: Path, version: str | None, catalogs: Catalogs) -> PlanSummary:
    pilot = open_pilot(folder)
    usage = Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name)
    recorded = _shared(catalogs.base(pilot.source, recorded_version(pilot))).used(usage)
    target = UpgradeRequest(_shared(catalogs.recorded(pilot.source, version)).used(usage), {})
    with plan_move(pilot, recorded, target, lenient=True) as plan:
        return plan.summary


def _shared(snapshot: Snapshot) -> Snapshot:
    """Compile the built-in catalog before the first use, so that all uses share it; others are compiled elsewhere."""
    compile_ahead(snapshot)
    return snapshot
