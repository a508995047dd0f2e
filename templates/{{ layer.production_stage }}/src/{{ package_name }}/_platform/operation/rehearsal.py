"""A rehearsal: the pilot on a copy of its own state, so that a drill changes nothing that people rely on."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Final

from .. import FOUND, PilotError
from ..manifest import PACKAGE
from ..settings import PlatformPart, PlatformSettings
from .backup import back_up, restore, state_elsewhere

START: Final = f"import sys; from {PACKAGE}.entrypoints import main; sys.exit(main())"
WRITTEN: Final = ("governance", "docs")  # commands write there: they get a copy
APART: Final = ("var", ".git", ".venv", ".nox")


@dataclass(frozen=True)
class Rehearsal:
    """The copy, and its own command line."""

    settings: PlatformSettings
    backup: Path

    def run(self, *words: str, **variables: str) -> str:
        """Run a command of the pilot on the copy; that it says no (exit code 1) is an answer.

        Raises:
            PilotError: It could not do its work.
        """
        root = self.settings.root
        own = {"PILOT_ROOT": str(root), "PYTHONPATH": str(root / "src"), "PILOT_EVIDENCE__TO": "var"}
        done = subprocess.run(  # noqa: S603 - the pilot's own command
            [sys.executable, "-c", START, *words],
            cwd=root,
            env={**os.environ, **own, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, FOUND):
            said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
            said = [line for line in said if line.startswith("error: ")] or said
            raise PilotError(f"`{' '.join(words)}` ended with {done.returncode}: {said[-1]}", exit_code=FOUND)
        return done.stdout


@contextmanager
def rehearse(settings: PlatformSettings, *, as_configured: bool) -> Iterator[Rehearsal]:
    """Copy the pilot with a backup of its state; the copy goes when it is done with.

    Raises:
        PilotError: State lies on servers, so a copy of `var/` would work on the original.
    """
    elsewhere = state_elsewhere(settings)
    if elsewhere and not as_configured:
        raise PilotError(
            f"State lies elsewhere ({', '.join(elsewhere)}), which no rehearsal copies: let the settings name the "
            "systems of a staging, and run the drill there with --as-configured."
        )
    with tempfile.TemporaryDirectory(prefix="drill-") as scratch:
        settings.var.mkdir(exist_ok=True)  # one that never ran has no state, and can be drilled too
        backup = back_up(settings, Path(scratch) / "backups")
        root = Path(scratch) / "pilot"
        root.mkdir()
        for entry in settings.root.iterdir():
            if entry.name in WRITTEN:
                copytree(entry, root / entry.name)
            elif entry.name not in APART:
                (root / entry.name).symlink_to(entry.resolve())
        copy = PlatformPart.load(root)
        restore(copy, backup)
        yield Rehearsal(copy, backup)
