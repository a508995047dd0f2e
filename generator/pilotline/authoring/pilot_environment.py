"""One environment in which all pilots of a catalog are tried out, and each pilot's own checks in it.

Pilots are not installed: their `src` is on the path, as pytest has it from their own settings. So one environment, with
what any of them needs, serves them all.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pilotline.errors import PilotlineError
from pilotline.files.locks import locked

CHECKS: Final = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("pytest", "-q"),
)
"""What a pilot of the built-in catalog is checked with, in its own CI and here."""


_FOLDER_OF_EXECUTABLES: Final = "Scripts" if os.name == "nt" else "bin"


_OFFLINE: Final = ("unshare", "-rn", "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$@"', "sh")


class TrialError(PilotlineError):
    """The environment that pilots are tried in cannot be made."""


@dataclass(frozen=True)
class FinishedCommand:
    """A finished command."""

    command: tuple[str, ...]
    code: int
    out: str
    err: str


def prepare_environment(folder: Path, requirements: Sequence[str]) -> Path:
    """Make an environment hold some requirements, once, and give its folder of executables.

    Raises:
        TrialError: They cannot be installed.
    """
    wanted = hashlib.sha256(json.dumps([sys.version, *requirements]).encode()).hexdigest()
    stamp = folder / "pilotline-trial.sha256"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_suffix(".lock")):
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
            python = folder / _FOLDER_OF_EXECUTABLES / "python"
            if not python.exists():
                _run([sys.executable, "-m", "venv", str(folder)])
            if requirements:
                _run([str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *requirements])
            stamp.write_text(wanted, encoding="utf-8")
    return folder / _FOLDER_OF_EXECUTABLES


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise TrialError(
            f"The environment for pilots cannot be made: {' '.join(last)}", "Check the package registry and run again."
        )


def run_in_pilot(
    pilot: Path, executables: Path, command: Sequence[str], variables: Mapping[str, str], *, offline: bool = True
) -> FinishedCommand:
    """Run a command in a pilot, in an environment of `prepare_environment`, without a network where that can be had."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_"))}
    path = f"{executables}{os.pathsep}{os.environ['PATH']}"
    environment = {**kept, "PATH": path, "PYTHONPATH": str(pilot / "src"), **variables}
    isolate = _OFFLINE if offline and _can_isolate() else ()
    done = subprocess.run(  # noqa: S603 - the pilot's own command, in the pilot
        [*isolate, *command],
        cwd=pilot,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return FinishedCommand(tuple(command), done.returncode, done.stdout, done.stderr)


def _can_isolate() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*_OFFLINE[:2], "true"], capture_output=True, check=False).returncode == 0  # noqa: S603


def failed_checks(
    pilot: Path, executables: Path, checks: Sequence[Sequence[str]] = CHECKS, *, offline: bool = True
) -> tuple[FinishedCommand, ...]:
    """Run a pilot's own checks and give those that failed."""
    with tempfile.TemporaryDirectory() as scratch:
        quiet = {
            "MYPY_CACHE_DIR": f"{scratch}/mypy",
            "RUFF_CACHE_DIR": f"{scratch}/ruff",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        outcomes = [run_in_pilot(pilot, executables, check, quiet, offline=offline) for check in checks]
    return tuple(outcome for outcome in outcomes if outcome.code)
