"""Generated pilots, and one environment that all of them share.

The environment is installed once, from the largest pilot there is (every integration), and kept in `build/` until its
requirements change. Pilots are not installed into it: their `src` is on the path, as their settings of pytest have it.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.files.disk import write_tree
from pilotline.files.tree import Tree
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot
from tests.helpers import ROOT, Run

MAXIMAL: dict[str, object] = {
    "integrations": ["postgres", "mlflow_server"],
    "prepared_for": "production",
    "ci_provider": "gitlab",
}
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


def _tree(builtin: Snapshot, answers: dict[str, object]) -> Tree:
    return render(builtin, accept_answers(builtin, answers))


@pytest.fixture(scope="session")
def pilot_environment(builtin: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install what the largest pilot needs, and return the environment's folder of executables."""
    tree = _tree(builtin, MAXIMAL)
    project = tomllib.loads(tree["pyproject.toml"].content.decode())
    required = json.dumps(["with tracing", project["project"], project["dependency-groups"], sys.version])
    wanted = hashlib.sha256(required.encode()).hexdigest()
    folder = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", ROOT / "build" / "pilot-environment"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:  # the tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(tree, folder, wanted, tmp_path_factory.mktemp("largest"))
    return folder / "bin"


def _install(tree: Tree, folder: Path, wanted: str, pilot: Path) -> None:
    """Install what a pilot needs into an environment, unless that is what it holds."""
    stamp = folder / "requirements.sha256"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    write_tree(tree, pilot)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--upgrade", "pip>=25.1"], check=True)
    subprocess.run([*pip, "install", "--editable", ".", "--group", "dev", "--group", "tracing"], cwd=pilot, check=True)
    subprocess.run([folder / "bin" / "customer-call-list", "--help"], cwd=pilot, stdout=subprocess.DEVNULL, check=True)
    subprocess.run([*pip, "uninstall", "--yes", "customer-call-list"], check=True)
    stamp.write_text(wanted)


def write_pilot(builtin: Snapshot, answers: dict[str, object], folder: Path) -> Path:
    """Write a rendered pilot, without git, for fixtures that live longer than a test."""
    write_tree(_tree(builtin, answers), folder)
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
