"""Generated pilots, and commands run in them, in the one environment that all of them share."""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import pytest

from pilotline.authoring.pilot_environment import known_types
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.files.disk import write_tree
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot
from tests.helpers import Run
from tests.warm_start import WarmPython

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

LIBRARIES = (
    "sklearn.ensemble", "sklearn.linear_model", "sklearn.pipeline", "sklearn.preprocessing", "skops.io", "pandas",
    "scipy.stats", "scipy.optimize", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql", "duckdb",
    "mlflow.sklearn", "mlflow.pyfunc", "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.store.model_registry.sqlalchemy_store", "alembic.command", "git", "jinja2", "pydantic_settings",
    "structlog", "rich.table", "click", "openfeature.provider.in_memory_provider", "prometheus_client.parser",
    "open_data_contract_standard.model", "opentelemetry.sdk.trace.export", "opentelemetry.sdk.resources",
)  # fmt: skip
"""What a pilot's commands load, less what begins a thread."""
QUIET = (
    ("DO_NOT_TRACK", "true"), ("GIT_PYTHON_REFRESH", "quiet"), ("MLFLOW_DISABLE_TELEMETRY", "true"),
    ("MLFLOW_LOGGING_LEVEL", "ERROR"),
)  # fmt: skip
"""What a pilot settles before it loads MLflow."""
ISOLATED = ("unshare", "-rn", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")
"""Begins a command that has no network."""
PATIENCE = 900.0

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


class RanPilot(NamedTuple):
    """A pilot on which `run --json` ran, and what that said."""

    folder: Path
    run: Run


RunOnce = Callable[[str], RanPilot]


@pytest.fixture(scope="session")
def run_once(builtin: Snapshot, pilot_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> RunOnce:
    """Give a function that gives an architecture's pilot on which `run --json` ran.

    All processes of the tests share it, to copy and to leave as it is.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def ran(architecture: str) -> RanPilot:
        pilot, said = shared / f"ran-{architecture}" / "pilot", shared / f"ran-{architecture}.json"
        with (shared / f"ran-{architecture}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not said.is_file():
                create_pilot(plan_pilot(builtin, accept_answers(builtin, {"architecture": architecture})), pilot)
                command = [*own_command(pilot), "run", "--json"]
                around = surroundings([pilot_environment], {"PYTHONPATH": str(pilot / "src")})
                said.write_text(json.dumps(asdict(run_command(pilot, command, around, offline=True))))
        return RanPilot(pilot, Run(**json.loads(said.read_text())))

    return ran


@pytest.fixture(scope="session")
def ran_once(run_once: RunOnce) -> RanPilot:
    """Give the default pilot on which it ran."""
    return run_once("batch_scoring")


@pytest.fixture
def ran_pilot(ran_once: RanPilot, tmp_path_factory: pytest.TempPathFactory) -> RanPilot:
    """Give a default pilot on which `run --json` ran well: a copy, as a team might have made it."""
    assert ran_once.run.code == 0, ran_once.run.err
    folder = tmp_path_factory.mktemp("ran") / "pilot"
    shutil.copytree(ran_once.folder, folder, symlinks=True)
    return RanPilot(folder, ran_once.run)


@pytest.fixture
def run_in(pilot_environment: Path) -> RunIn:
    """Give a function that runs a command in a pilot, in the shared environment, without a network.

    Python starts warm, unless a new one is asked for or other modules are on its path. What a pilot does on its first
    day is tested with new ones, and `run_once` too.
    """

    def run(folder: Path, command: Sequence[str], *, offline: bool = True, new: bool = False, **variables: str) -> Run:
        around = surroundings([pilot_environment], {"PYTHONPATH": str(folder / "src"), **variables})
        python = warm_python(pilot_environment, offline=offline)
        arguments = () if new or "PYTHONPATH" in variables else as_python_s(command, pilot_environment)
        with known_to(command[0], pilot_environment, folder):
            if arguments and python.can_start(around):
                return Run(*python.run(arguments, folder, around, PATIENCE))
            return run_command(folder, command, around, offline=offline)

    return run


def warm_python(executables: Path, *, offline: bool) -> WarmPython:
    """Give the Python of the pilots' environment, the libraries of a pilot loaded."""
    started = (*(ISOLATED if offline else ()), str(executables / "python"))
    return WarmPython(started, LIBRARIES, own_path=True, variables=QUIET)


def as_python_s(command: Sequence[str], executables: Path) -> Sequence[str]:
    """Write a command as the arguments of Python; none where it is another's, or one with options of its own."""
    match command:
        case ["python", "-c" | "-m", *_]:
            return command[1:]
        case ["pytest", *rest]:  # which cannot rewrite what is loaded: only assertions of its plugins, none of ours
            return [str(executables / "pytest"), "-W", "ignore::pytest.PytestAssertRewriteWarning", *rest]
    return ()


def known_to(tool: str, executables: Path, pilot: Path) -> AbstractContextManager[None]:
    """Let a tool begin with what it keeps in any pilot and takes long to make."""
    if tool == "mypy":
        return known_types(executables, pilot / "var" / ".mypy_cache")
    return known_store(executables, pilot / "var" / ".pytest_cache" / "d") if tool == "pytest" else nullcontext()


@contextmanager
def known_store(executables: Path, cache: Path) -> Iterator[None]:
    """Let a pilot's tests begin with the empty MLflow store that those of the first pilot made and kept for theirs."""
    kept = executables.parent / "mlflow-store"
    if kept.is_dir() and not cache.exists():
        shutil.copytree(kept, cache)
    yield
    if not kept.exists() and list(cache.glob("mlflow-*/mlflow.db")):
        draft = Path(tempfile.mkdtemp(dir=kept.parent))
        shutil.copytree(cache, draft / "cache")
        with suppress(OSError):  # another process was first
            (draft / "cache").rename(kept)
        shutil.rmtree(draft)


def surroundings(executables: Sequence[Path], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables of a command that finds these folders' executables first."""
    path = os.pathsep.join([*map(str, executables), os.environ["PATH"]])
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return {**kept, "PATH": path, **variables}


def run_command(folder: Path, command: Sequence[str], around: Mapping[str, str], *, offline: bool) -> Run:
    """Run a command to its end, with or without a network."""
    done = subprocess.run(
        [*(ISOLATED if offline else ()), *command], cwd=folder, env=around, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def run_pilot(run_in: RunIn) -> RunIn:
    """Give a function that runs a pilot's own command line."""

    def run(folder: Path, *arguments: str, offline: bool = True, **variables: str) -> Run:
        return run_in(folder, [*own_command(folder), *arguments], offline=offline, **variables)

    return run


def own_command(pilot: Path) -> list[str]:
    """Return the command that starts a pilot's own command line, which is not installed."""
    package = next(path.parent.name for path in (pilot / "src").glob("*/entrypoints"))
    return ["python", "-c", f"import sys; from {package}.entrypoints import main; sys.exit(main())"]
