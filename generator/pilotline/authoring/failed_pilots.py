"""The folder of the pilots that failed in the last test of a catalog, so that one can look at them."""

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pilotline.authoring.combinations import Combination
from pilotline.authoring.pilot_environment import FinishedCommand
from pilotline.errors import DestinationError
from pilotline.files.children import finishing

_MARK: Final = ".gitignore"
_OURS: Final = "# Made by `pilotline catalog test`, which empties this folder when it begins.\n*\n"


class FailedPilots:
    """A folder that holds the pilots of one run, and nothing of the one before."""

    def __init__(self, folder: Path) -> None:
        """Empty it.

        Args:
            folder: Where it lies, or will lie once a pilot failed.

        Raises:
            DestinationError: Somebody else's files lie there, or it cannot be emptied.
        """
        self.folder = folder
        if not folder.exists():
            return
        mark = folder / _MARK
        if not mark.is_file() or mark.read_text(encoding="utf-8", errors="replace") != _OURS:
            raise DestinationError(
                f"{folder} holds something else than failed pilots.", "Move it away; pilots that fail are kept there."
            )
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise DestinationError(f"{folder} cannot be emptied: {error.strerror}.", "Remove it.") from error

    def keep(self, combination: Combination, pilot: Path, failed: Sequence[FinishedCommand]) -> Path:
        """Move a pilot here, with what its checks said beside it.

        Raises:
            DestinationError: It cannot be moved.
        """
        kept = self.folder / combination.name
        try:
            with finishing():
                self.folder.mkdir(parents=True, exist_ok=True)
                (self.folder / _MARK).write_text(_OURS, encoding="utf-8")
                log = "\n".join(f"$ {shlex.join(run.command)}\n{run.out}{run.err}" for run in failed)
                kept.with_name(f"{kept.name}.log").write_text(log, encoding="utf-8")
                shutil.move(pilot, kept)
        except OSError as error:
            raise DestinationError(
                f"The failed pilot cannot be kept as {kept}: {error.strerror}.", "Make room or get the right to write."
            ) from error
        return kept
