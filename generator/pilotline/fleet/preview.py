"""What an upgrade would do to many pilots: their catalogs are read and compiled once, the pilots one after the other.

Only plans are made; nothing is written, and no catalog runs code of its own. A pilot that cannot be planned is a result
like any other.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.loading import load_base, load_recorded
from pilotline.errors import PilotlineError
from pilotline.pilot.pilot import open_pilot, recorded_version
from pilotline.pilot.repository import Pilot
from pilotline.template.snapshot import Snapshot, Usage
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.plan import UpgradePlan, plan_move


@dataclass(frozen=True)
class Preview:
    """What an upgrade would do to one pilot, or why nobody can tell."""

    folder: Path
    plan: UpgradePlan | None
    """To be read, not to be written: its merge is gone."""
    error: Exception | None
    """A `PilotlineError` is for the pilot's people to act on; any other is a fault of ours."""


def preview_upgrades(
    folders: Iterable[Path], version: str | None = None, builtin_source: str = CATALOG_SOURCE
) -> Iterator[Preview]:
    """Plan an upgrade for each pilot, as `pilotline upgrade --plan` does for one.

    Args:
        folders: The pilots' folders.
        version: Version to move to, of whatever catalog a pilot records; none means the newest of that catalog, which
            is looked for once.
        builtin_source: Address that pilots record for the built-in catalog.

    Yields:
        One result for each folder, in their order, as soon as it is there.
    """
    shelf = _Shelf(builtin_source)
    for folder in folders:
        try:
            yield Preview(folder, _plan(folder, version, shelf), None)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one pilot, the others are planned
            yield Preview(folder, None, error)


def _plan(folder: Path, version: str | None, shelf: "_Shelf") -> UpgradePlan:
    pilot = open_pilot(folder)
    usage = Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name)
    recorded = shelf.base(pilot).used(usage)
    with plan_move(pilot, recorded, UpgradeRequest(shelf.target(pilot, version).used(usage), {}), lenient=True) as plan:
        return plan


class _Shelf:
    """The snapshots that were read so far; one that cannot be had is not asked for again, either."""

    def __init__(self, builtin_source: str) -> None:
        self._builtin_source = builtin_source
        self._known: dict[tuple[str, str, str | None], Snapshot | PilotlineError] = {}

    def base(self, pilot: Pilot) -> Snapshot:
        """Give the version that a pilot was made from."""
        version = recorded_version(pilot)
        load = partial(load_base, pilot.source, version, self._builtin_source)
        return self._once(("base", pilot.source, version), load)

    def target(self, pilot: Pilot, version: str | None) -> Snapshot:
        """Give the version of its catalog that a pilot shall move to."""
        load = partial(load_recorded, pilot.source, version, self._builtin_source)
        return self._once(("target", pilot.source, version), load)

    def _once(self, key: tuple[str, str, str | None], load: Callable[[], Snapshot]) -> Snapshot:
        if key not in self._known:
            try:
                snapshot = self._known[key] = load()
                if snapshot.is_ours:
                    _ = snapshot.folders, snapshot.templating
            except PilotlineError as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, PilotlineError):
            raise found
        return found
