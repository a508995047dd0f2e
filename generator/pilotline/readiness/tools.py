"""The commands of the pilot's own environment, in which everything runs that needs the pilot's code."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pilotline.files.children import run_child
from pilotline.readiness.base import NotProvenError, Output


class PilotTools(NamedTuple):
    """Runs commands in a pilot's folder, with its own environment before everything else on the path."""

    folder: Path
    offline: bool = False

    def run(self, command: Sequence[str], *, seconds: float = 600) -> Output:
        """Run a command in the pilot's folder.

        Raises:
            NotProvenError: It is not installed, or did not end in time.
        """
        path = os.pathsep.join([*map(str, self._places()), os.environ.get("PATH", "")])
        try:
            done = run_child(
                ["/usr/bin/env", *command] if os.name == "posix" else list(command),
                self.folder,
                environment={**os.environ, "PATH": path},
                seconds=seconds,
            )
        except FileNotFoundError as error:
            raise self._missing(command[0]) from error
        except subprocess.TimeoutExpired as error:
            raise NotProvenError(f"{command[0]} did not end within {seconds:.0f} seconds") from error
        if done.returncode == 127 and os.name == "posix":  # noqa: PLR2004 - what `env` answers for an unknown command
            raise self._missing(command[0])
        return Output(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    @property
    def place(self) -> str:
        """Where the commands come from, in words: the pilot's environment, or what stands in for it."""
        found = next(self._places(), None)
        if found is None:
            python = shutil.which("python") or "nothing: there is no python on the path"
            return f"{python} (there is no .venv or venv in the pilot's folder, and none is active)"
        return f"{found.parent.relative_to(self.folder) if found.is_relative_to(self.folder) else found.parent}"

    def _missing(self, command: str) -> NotProvenError:
        return NotProvenError(
            f"{command} is neither in {self.place} nor on the path",
            f"Install {command}, then `pilotline check --run`.",
        )

    def _places(self) -> Iterator[Path]:
        """Find the environments whose commands are the pilot's: its own folder's first."""
        below = "Scripts" if os.name == "nt" else "bin"
        for folder in (
            self.folder / ".venv",
            self.folder / "venv",
            Path(os.environ.get("VIRTUAL_ENV", "/nonexistent")),
        ):
            if (folder / below).is_dir():
                yield folder / below
