"""The job that holds the claimed stage, run as the CI of a pilot runs it: real nox, real pip, pilotline's own wheel."""

import os
import shutil
import subprocess
import sys
import sysconfig
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.e2e.test_upgrade_job import source  # noqa: F401 - a fixture
from tests.helpers import IDENTITY, Run, git, pilotline

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the example, which claims the sandbox and has not reached it: its owner is nobody's."""
    folder = tmp_path_factory.mktemp("readiness") / "pilot"
    assert pilotline("new", folder, "--defaults", environment=IDENTITY).code == 0
    return folder


def job(pilot: Path, **variables: str) -> Run:
    """Run the session; what pilotline needs is here, so pip needs no registry."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(pilot.parent),
        "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_IGNORE_INSTALLED": "1", "GITHUB_ACTIONS": "true", **variables,
    }  # fmt: skip
    nox = shutil.which("nox", path=environment["PATH"])
    assert nox is not None
    command = [nox, "--session", "readiness", "--reuse-existing-virtualenvs"]
    done = subprocess.run(command, cwd=pilot, env=environment, capture_output=True, text=True, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


def test_without_an_address_the_job_passes_and_says_why(pilot):
    done = job(pilot)
    assert (done.code, "set PILOTLINE_SOURCE" in done.err) == (0, True), done.err


def test_a_bare_name_that_anybody_could_register_is_refused(pilot):
    done = job(pilot, PILOTLINE_SOURCE="pilotline")
    assert (done.code, "is no address" in done.err) == (1, True), done.err


def test_a_stage_that_is_not_reached_is_annotated_and_fails_until_somebody_breaks_the_glass(pilot, source):  # noqa: F811
    done = job(pilot, PILOTLINE_SOURCE=source)
    assert done.code == 1, done.out + done.err
    assert "::error file=pilot.yml,line=" in done.out, done.out
    until = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011 - the user's own day
    why = ("--break-glass", "--why", "The ledger is down", "--until", until)
    assert pilotline("check", *why, cwd=pilot, environment=IDENTITY).code == 0
    git(pilot, "add", "--all")
    git(pilot, "commit", "--quiet", "--message", "Hotfix")
    fixed = job(pilot, PILOTLINE_SOURCE=source)
    assert fixed.code == 0, fixed.out + fixed.err
    assert "::error" not in fixed.out
    assert "Glass broken by author@example.org" in fixed.out
