"""The pilot that a command is about; what a move needs besides is loaded later, while a worker gets ready to render."""

from pathlib import Path
from typing import NamedTuple

from pilotline.catalog.catalogs import Catalogs
from pilotline.cli.options.catalogs import open_recorded
from pilotline.cli.options.common import user_catalogs
from pilotline.pilot.pilot import Pilot, open_pilot
from pilotline.template.limits import get_ready
from pilotline.template.snapshot import Snapshot


class Here(NamedTuple):
    """The pilot that a command is about, the snapshot that it was made from, and the shelf that it stands on."""

    pilot: Pilot
    recorded: Snapshot
    catalogs: Catalogs


def open_here(answers_file: str | None = None, start: Path | None = None) -> Here:
    """Open the pilot of a folder with the snapshot that it was made from.

    Args:
        answers_file: The pilot's answers file, where it is not the only one.
        start: The folder; none means the current one.

    Raises:
        PilotError: The pilot records no version to start from.
    """
    pilot, catalogs = open_pilot(start or Path.cwd(), answers_file), user_catalogs()
    if not catalogs.is_builtin(pilot.source):
        get_ready()
    return Here(pilot, open_recorded(catalogs, pilot), catalogs)
