"""Generated pilots, and commands run in them, in the one environment that all of them share."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from pilotline.authoring.pilot_environment import known_types
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.files.disk import write_tree
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot
from tests.helpers import Run

MINIMAL: dict[str, object] = {
    "project_name": "Late payers",
    "objective": "lower-cost-to-serve",
    "kpi": "Revenue behind late payers reached",
    "kpi_baseline": 49_000,
    "kpi_target": 58_000,
    "kpi_unit": "euro",
    "currency": "EUR",
    "kpi_unit_value": 0.02,
    "owner": "head-of-collections",
    "personal_data": False,
    "data_classification": "public",
}

RenderPilot = Callable[..., Path]
RunIn = Callable[..., Run]


def write_pilot(builtin: Snapshot, answers: dict[str, object], folder: Path) -> Path:
    """Write a rendered pilot, without git, for fixtures that live longer than a test."""
    write_tree(render(builtin, accept_answers(builtin, answers)), folder)
    return folder


@pytest.fixture
def render_pilot(builtin: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> RenderPilot:
    """Give a function that writes a rendered pilot to a fresh folder, without git."""

    def render_(**answers: object) -> Path:
        return write_pilot(builtin, answers, tmp_path_factory.mktemp("rendered"))

    return render_


@pytest.fixture
def make_pilot(builtin: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> RenderPilot:
    """Give a function that makes a pilot as `pilotline new` does: committed, in a repository of its own."""

    def make(**answers: object) -> Path:
        plan = plan_pilot(builtin, accept_answers(builtin, answers))
        return create_pilot(plan, tmp_path_factory.mktemp("pilots") / "pilot").destination

    return make


@pytest.fixture
def pilot(make_pilot: RenderPilot) -> Path:
    """Give a freshly generated default pilot."""
    return make_pilot()


@pytest.fixture
def run_in(pilot_environment: Path) -> RunIn:
    """Give a function that runs a command in a pilot, in the shared environment, without a network."""

    def run(folder: Path, command: Sequence[str], *, offline: bool = True, **variables: str) -> Run:
        around = surroundings([pilot_environment], {"PYTHONPATH": str(folder / "src"), **variables})
        with known_types(pilot_environment, folder / "var" / ".mypy_cache") if command[0] == "mypy" else nullcontext():
            return run_command(folder, command, around, offline=offline)

    return run


def surroundings(executables: Sequence[Path], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables of a command that finds these folders' executables first."""
    path = os.pathsep.join([*map(str, executables), os.environ["PATH"]])
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return {**kept, "PATH": path, **variables}


def run_command(folder: Path, command: Sequence[str], around: Mapping[str, str], *, offline: bool) -> Run:
    """Run a command to its end, with or without a network."""
    isolate = ["unshare", "-rn", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"] if offline else []
    done = subprocess.run(
        [*isolate, *command], cwd=folder, env=around, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def run_pilot(run_in: RunIn) -> RunIn:
    """Give a function that runs a pilot's own command line."""

    def run(folder: Path, *arguments: str, offline: bool = True, **variables: str) -> Run:
        package = next(path.parent.name for path in (folder / "src").glob("*/entrypoints"))
        start = f"import sys; from {package}.entrypoints import main; sys.exit(main())"
        return run_in(folder, ["python", "-c", start, *arguments], offline=offline, **variables)

    return run
