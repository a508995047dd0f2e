"""One environment in which all pilots of a catalog are tried out, and each pilot's own checks in it.

Pilots are not installed: their `src` is on the path, as pytest has it from their own settings. So one environment, with
what any of them needs, serves them all.
"""

import functools
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pilotline.errors import PilotlineError
from pilotline.files.children import run_child
from pilotline.files.locks import locked
from pilotline.files.scratch import scratch_folder

CHECKS: Final = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("pytest", "-q"),
)
"""What a pilot of the built-in catalog is checked with, in its own CI and here."""


_KEPT_TYPES: Final = "mypy-cache"
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
    err: str = ""


def locate_environment(catalog: Path) -> Path:
    """Say where the pilots' environment of a catalog is kept."""
    given = os.environ.get("PILOTLINE_PILOT_ENVIRONMENT")
    return Path(given).absolute() if given else catalog / "build" / "pilot-environment"


def prepare_environment(
    folder: Path, requirements: Sequence[str], installing: Callable[[], None] = lambda: None
) -> Path:
    """Make an environment hold some requirements, once, and give its folder of executables.

    Args:
        folder: Where it lies, or shall lie.
        requirements: What it shall hold.
        installing: Called before something is installed, which takes a while.

    Raises:
        TrialError: They cannot be installed.
    """
    wanted = hashlib.sha256(json.dumps([sys.version, *requirements]).encode()).hexdigest()
    stamp = folder / "pilotline-trial.sha256"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_suffix(".lock")):
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
            installing()
            python = folder / _FOLDER_OF_EXECUTABLES / "python"
            if not python.exists():
                _run([sys.executable, "-m", "venv", "--without-pip", str(folder)], folder.parent)
            if requirements and not python.with_name("pip").exists():
                _run([str(python), "-m", "ensurepip", "--default-pip"], folder.parent)
            if requirements:
                pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
                _run([*pip, "install", *requirements], folder.parent)
            stamp.write_text(wanted, encoding="utf-8")
    return folder / _FOLDER_OF_EXECUTABLES


def _run(command: Sequence[str], cwd: Path) -> None:
    done = run_child(command, cwd)
    if done.returncode:
        last = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[-3:]
        raise TrialError(
            f"The environment for pilots cannot be made: {' '.join(last)}", "Check the package registry and run again."
        )


def command_in_pilot(
    pilot: Path, executables: Path, command: Sequence[str], variables: Mapping[str, str], *, offline: bool = True
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Write a command and its variables as it runs in a pilot, without a network where that can be had."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_"))}
    path = f"{executables}{os.pathsep}{os.environ['PATH']}"
    isolate = _OFFLINE if offline and _can_isolate() else ()
    return (*isolate, *command), {**kept, "PATH": path, "PYTHONPATH": str(pilot / "src"), **variables}


@functools.cache
def _can_isolate() -> bool:
    if shutil.which("unshare") is None:
        return False
    return run_child([*_OFFLINE[:2], "true"], Path.cwd()).returncode == 0


def failed_checks(
    pilot: Path, executables: Path, checks: Sequence[Sequence[str]] = CHECKS, *, offline: bool = True
) -> tuple[FinishedCommand, ...]:
    """Run a pilot's own checks in an environment of `prepare_environment`, and give those that failed."""
    with scratch_folder() as scratch, known_types(executables, types_in(scratch)):
        outcomes = []
        for check in checks:
            run, around = command_in_pilot(pilot, executables, check, quiet_in(scratch), offline=offline)
            done = run_child(run, pilot, environment=around)
            out, err = (said.decode(errors="replace") for said in (done.stdout, done.stderr))
            outcomes.append(FinishedCommand(tuple(check), done.returncode, out, err))
    return tuple(outcome for outcome in outcomes if outcome.code)


def types_in(scratch: Path) -> Path:
    """Locate mypy's cache for one pilot."""
    return scratch / "mypy"


def quiet_in(scratch: Path) -> dict[str, str]:
    """Give the variables with which tools keep what they remember outside of the pilot."""
    return {
        "MYPY_CACHE_DIR": str(types_in(scratch)),
        "RUFF_CACHE_DIR": str(scratch / "ruff"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextmanager
def known_types(executables: Path, cache: Path) -> Iterator[None]:
    """Let mypy begin a cache with the types of the environment's libraries, which take most of its time."""
    begin_types(executables, cache)
    yield
    keep_types(executables, cache)


def begin_types(executables: Path, cache: Path) -> None:
    """Begin a pilot's cache with a copy of the first one's, as two processes must not write to one."""
    kept = executables.parent / _KEPT_TYPES
    if kept.is_dir() and not cache.exists():
        shutil.copytree(kept, cache)


def keep_types(executables: Path, cache: Path) -> None:
    """Keep the first pilot's cache beside the environment, with which it goes."""
    kept = executables.parent / _KEPT_TYPES
    if cache.is_dir() and not kept.exists():
        draft = Path(tempfile.mkdtemp(dir=kept.parent))
        shutil.copytree(cache, draft / "cache")
        with suppress(OSError):  # another process was first
            (draft / "cache").rename(kept)
        shutil.rmtree(draft)
