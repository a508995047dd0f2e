"""Fixtures for the tests of a catalog: load it, make pilots of it, run their own checks.

Installed with pilotline, found by pytest through the entry point `pytest11`. The catalog is the folder of the ini
option `pilotline_catalog` (default: where pytest's own configuration lies), changes that are not committed included.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from pilotline.authoring.answer_matrix import largest_answers
from pilotline.authoring.catalog_trial import Selection, TrialPlan, find_requirements, plan_trial
from pilotline.authoring.combinations import find_combinations
from pilotline.authoring.fresh_pilots import examine_catalog
from pilotline.authoring.pilot_checks import PilotChecks, read_checks
from pilotline.authoring.pilot_environment import failed_checks, locate_environment, prepare_environment
from pilotline.catalog.working_copy import load_working_copy
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.errors import PilotlineError
from pilotline.files.tree import Tree
from pilotline.linting.rule import LintProblem
from pilotline.template.answers import accept_answers
from pilotline.template.question_roles import read_roles
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot

RenderPilot = Callable[..., Tree]
"""Called with answers by name; gives the pilot's files as a mapping from path to `File` (`content`, `executable`)."""

MakePilot = Callable[..., Path]
"""Called with answers by name; gives the folder of a committed pilot."""

CheckPilot = Callable[..., None]
"""Called with a pilot's folder; fails the test with what the pilot's own checks said."""

_EACH: Final = {"each_architecture": "architecture", "each_integration": "integrations"}
_COMBINATION: Final = "each_combination"
_PLAN: Final = pytest.StashKey[TrialPlan]()
_MADE: Final = pytest.StashKey[dict[Path, PilotChecks]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project say where its catalog lies, and let a run choose among the combinations of its answers."""
    parser.addini("pilotline_catalog", "Folder of the catalog, relative to this file.", default=".")
    group = parser.getgroup("pilotline", "combinations of a catalog's answers (each_combination)")
    group.addoption("--pilotline-seed", type=int, default=0, metavar="SEED", help="Choose other pairs of answers.")
    group.addoption(
        "--pilotline-changed",
        action="store_true",
        help="Only those that a change since the newest released version touches.",
    )
    group.addoption(
        "--pilotline-since", default="", metavar="REVISION", help="Compare with this; means --pilotline-changed."
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each architecture, integration or combination, when it asks for `each_...`."""
    for fixture, kind in _EACH.items():
        if fixture in metafunc.fixturenames:
            catalog = load_working_copy(_folder(metafunc.config))
            choices = accept_answers(catalog, {}).choices(read_roles(catalog).call(kind))
            metafunc.parametrize(fixture, choices)
    if _COMBINATION in metafunc.fixturenames:
        chosen = _plan(metafunc.config).chosen
        metafunc.parametrize(_COMBINATION, chosen, ids=[each.name for each in chosen])


def _plan(config: pytest.Config) -> TrialPlan:
    """Choose the combinations once, as `pilotline catalog test` does."""
    if _PLAN not in config.stash:
        changed, since = (config.getoption(f"--pilotline-{name}") for name in ("changed", "since"))
        selection = Selection(config.getoption("--pilotline-seed"), (), bool(changed), str(since))
        try:
            config.stash[_PLAN] = plan_trial(_folder(config), selection)
        except PilotlineError as error:
            raise pytest.UsageError(f"{error.message} {error.hint}".strip()) from error
    return config.stash[_PLAN]


@pytest.fixture(scope="session")
def pilotline_catalog(pytestconfig: pytest.Config) -> Snapshot:
    """Load the catalog under test, its templates compiled once for all tests."""
    return load_working_copy(_folder(pytestconfig))


@pytest.fixture(scope="session")
def catalog_problems(pytestconfig: pytest.Config) -> tuple[LintProblem, ...]:
    """Give what `pilotline catalog lint` finds; a test says that it is nothing."""
    return examine_catalog(_folder(pytestconfig)).problems


@pytest.fixture
def everything(pilotline_catalog: Snapshot) -> Callable[[str], dict[str, object]]:
    """Give a function that answers for an architecture with every integration, at the last stage."""
    return lambda architecture: largest_answers(pilotline_catalog, architecture)


@pytest.fixture
def render_pilot(pilotline_catalog: Snapshot) -> RenderPilot:
    """Give a function that renders a pilot in memory."""
    return lambda **answers: render(pilotline_catalog, accept_answers(pilotline_catalog, answers))


@pytest.fixture
def make_pilot(
    pilotline_catalog: Snapshot, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> MakePilot:
    """Give a function that makes a pilot on disk as `pilotline new` does, committed."""
    made = pytestconfig.stash.setdefault(_MADE, {})

    def make(**answers: object) -> Path:
        accepted = accept_answers(pilotline_catalog, answers)
        plan = plan_pilot(pilotline_catalog, accepted)
        folder = create_pilot(plan, tmp_path_factory.mktemp("pilots") / "pilot").destination
        made[folder] = read_checks(accepted)
        return folder

    return make


@pytest.fixture(scope="session")
def pilot_environment(pilotline_catalog: Snapshot, pytestconfig: pytest.Config) -> Path:
    """Install what any pilot of the catalog needs into one environment, and give its folder of executables.

    It is kept in the catalog's `build/`, or where `PILOTLINE_PILOT_ENVIRONMENT` says, until the requirements change.
    """
    wanted = find_requirements(pilotline_catalog, find_combinations(pilotline_catalog, 0).chosen)
    return prepare_environment(locate_environment(_folder(pytestconfig)), wanted)


@pytest.fixture
def check_pilot(pilot_environment: Path, pytestconfig: pytest.Config) -> CheckPilot:
    """Give a function that runs a pilot's own checks, as the catalog names them, without a network."""
    made = pytestconfig.stash.setdefault(_MADE, {})

    def check(pilot: Path, checks: tuple[tuple[str, ...], ...] | None = None, *, offline: bool = True) -> None:
        __tracebackhide__ = True
        commands = made.get(pilot, PilotChecks()).commands if checks is None else checks
        failed = failed_checks(pilot, pilot_environment, commands, offline=offline)
        if failed:
            pytest.fail("\n\n".join(f"$ {' '.join(run.command)}\n{run.out}{run.err}" for run in failed))

    return check


def _folder(config: pytest.Config) -> Path:
    return (config.rootpath / str(config.getini("pilotline_catalog"))).resolve()
