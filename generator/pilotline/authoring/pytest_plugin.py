"""Fixtures for the tests of a catalog: load it, make pilots of it, run their own checks.

Installed with pilotline, found by pytest through the entry point `pytest11`. The catalog is the folder of the ini
option `pilotline_catalog` (default: where pytest's own configuration lies), changes that are not committed included.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from pilotline.authoring.answer_matrix import largest_answers, largest_pilots, requirements_of
from pilotline.authoring.fresh_pilots import examine_catalog
from pilotline.authoring.pilot_environment import CHECKS, failed_checks, prepare_environment
from pilotline.catalog.working_copy import read_catalog
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.errors import CatalogError
from pilotline.files.tree import Tree
from pilotline.linting.rule import LintProblem
from pilotline.template.answers import accept_answers
from pilotline.template.question_roles import read_roles
from pilotline.template.render import render
from pilotline.template.snapshot import Identity, Snapshot

RenderPilot = Callable[..., Tree]
"""Called with answers by name; gives the pilot's files as a mapping from path to `File` (`content`, `executable`)."""

MakePilot = Callable[..., Path]
"""Called with answers by name; gives the folder of a committed pilot."""

CheckPilot = Callable[..., None]
"""Called with a pilot's folder; fails the test with what the pilot's own checks said."""

_EACH: Final = {"each_architecture": "architecture", "each_integration": "integrations"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project say where its catalog lies."""
    parser.addini("pilotline_catalog", "Folder of the catalog, relative to this file.", default=".")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each architecture or integration, when it asks for `each_architecture` and the like."""
    for fixture, kind in _EACH.items():
        if fixture in metafunc.fixturenames:
            catalog = _load(_folder(metafunc.config))
            choices = accept_answers(catalog, {}).choices(read_roles(catalog).call(kind))
            metafunc.parametrize(fixture, choices)


@pytest.fixture(scope="session")
def pilotline_catalog(pytestconfig: pytest.Config) -> Snapshot:
    """Load the catalog under test, its templates compiled once for all tests."""
    return _load(_folder(pytestconfig))


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
def make_pilot(pilotline_catalog: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> MakePilot:
    """Give a function that makes a pilot on disk as `pilotline new` does, committed."""

    def make(**answers: object) -> Path:
        plan = plan_pilot(pilotline_catalog, accept_answers(pilotline_catalog, answers))
        return create_pilot(plan, tmp_path_factory.mktemp("pilots") / "pilot").destination

    return make


@pytest.fixture(scope="session")
def pilot_environment(pilotline_catalog: Snapshot, pytestconfig: pytest.Config) -> Path:
    """Install what any pilot of the catalog needs into one environment, and give its folder of executables.

    The environment is kept in `build/`, or where `PILOTLINE_PILOT_ENVIRONMENT` says, until the requirements change.
    """
    given = os.environ.get("PILOTLINE_PILOT_ENVIRONMENT")
    folder = Path(given) if given else pytestconfig.rootpath / "build" / "pilot-environment"
    return prepare_environment(folder, requirements_of(largest_pilots(pilotline_catalog)))


@pytest.fixture
def check_pilot(pilot_environment: Path) -> CheckPilot:
    """Give a function that runs a pilot's own checks (style, types, layers, tests), without a network."""

    def check(pilot: Path, checks: tuple[tuple[str, ...], ...] = CHECKS, *, offline: bool = True) -> None:
        __tracebackhide__ = True
        failed = failed_checks(pilot, pilot_environment, checks, offline=offline)
        if failed:
            pytest.fail("\n\n".join(f"$ {' '.join(run.command)}\n{run.out}{run.err}" for run in failed))

    return check


def _folder(config: pytest.Config) -> Path:
    return (config.rootpath / str(config.getini("pilotline_catalog"))).resolve()


def _load(folder: Path) -> Snapshot:
    tree, links = read_catalog(folder)
    if links:
        raise CatalogError(f"{folder} holds a symbolic link ({links[0]}).", "Replace it by the file.")
    if "copier.yml" not in tree:
        raise CatalogError(f"{folder} is no catalog: it has no copier.yml.", "Give the folder of a catalog.")
    return Snapshot(Identity(str(folder), None, str(folder)), tree)
