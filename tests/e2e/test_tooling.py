"""The tools of a team's day, run for real in what is generated: uv, pip, nox, pre-commit, MLflow's pages.

What uv installs comes from the package registry the first time, and from uv's cache in `build/` from then on.
"""

import json
import os
import re
import socket
import sys
import time
import urllib.request
from pathlib import Path

import pexpect
import pytest
import yaml

from pilotline.authoring.pilot_environment import known_types
from tests.e2e.conftest import RunIn, run_command, surroundings
from tests.e2e.test_pilots import KINDS
from tests.helpers import IDENTITY, Run, git, pilotline
from tests.pilot_environment import UV_CACHE

pytestmark = pytest.mark.slow

TOOLS = ("ruff", "mypy", "lint-imports", "pytest", "nox", "pre-commit")
WITH_UV = ("nox", "--default-venv-backend", "uv")


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with uv alone; take pilotline's own tools off the path, so that a pilot finds none of them."""
    own = Path(sys.executable).parent
    others = [entry for entry in os.environ["PATH"].split(os.pathsep) if Path(entry) != own]
    monkeypatch.setenv("PATH", os.pathsep.join(others))
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    folder = tmp_path / "uv"
    folder.mkdir()
    (folder / "uv").symlink_to(own / "uv")
    return folder


@pytest.fixture
def run_synced(uv) -> RunIn:
    """Give a function that runs a command in the environment that `uv sync` makes in a pilot."""

    def run(folder: Path, command: list[str], *, offline: bool = False, **variables: str) -> Run:
        return run_command(folder, command, surroundings([folder / ".venv" / "bin", uv], variables), offline=offline)

    return run


def synced(pilot: Path, run_synced: RunIn) -> Path:
    done = run_synced(pilot, ["uv", "sync"])
    assert done.code == 0, done.err
    return pilot


def assert_hooks_pass(run: Run, pilot: Path) -> None:
    """Every hook of the configuration ran and passed; none was skipped for want of files."""
    hooks = yaml.safe_load((pilot / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert run.code == 0, run.out + run.err
    assert re.findall(r"^(.+?)\.{3,}Passed$", run.out, re.MULTILINE) == [hook["name"] for hook in hooks], run.out


def test_uv_sync_makes_an_environment_in_which_everything_is_there(make_pilot, run_synced):
    pilot = synced(make_pilot(prepared_for="pilot"), run_synced)

    for command in ([tool, "--version"] for tool in TOOLS):
        assert run_synced(pilot, command, offline=True).code == 0, command
    assert {path.name for path in (pilot / ".venv" / "bin").iterdir()} >= {*TOOLS, "customer-call-list"}
    derived = run_synced(pilot, ["customer-call-list", "derive", "--check"], offline=True)
    assert derived.code == 0, derived.out + derived.err
    assert git(pilot, "status", "--porcelain") == "?? uv.lock", "the lock is the team's to commit"


def test_after_the_container_s_own_command_a_commit_runs_the_hooks(make_pilot, run_synced, pilot_environment):
    pilot = synced(make_pilot(prepared_for="pilot"), run_synced)
    git(pilot, "add", "uv.lock")
    assert run_synced(pilot, ["uv", "pip", "install", "pip"]).code == 0, "an image with Python has pip"
    container = json.loads((pilot / ".devcontainer" / "devcontainer.json").read_text())

    created = run_synced(pilot, ["sh", "-c", container["postCreateCommand"]], **container["containerEnv"])
    assert created.code == 0, created.out + created.err
    with known_types(pilot_environment, pilot / "var" / ".mypy_cache"):
        hooks = run_synced(pilot, ["pre-commit", "run", "--all-files"], offline=True)
    assert_hooks_pass(hooks, pilot)

    (pilot / "docs" / "half_merged.md").write_text("<<<<<<< ours\n")
    git(pilot, "add", "docs/half_merged.md")
    refused = run_synced(pilot, ["git", "commit", "--message", "Half a merge"], offline=True, **IDENTITY)
    assert refused.code == 1
    assert re.search(r"no conflict markers\.+Failed", refused.err), refused.err


def test_hooks_are_valid_and_pass_in_a_prepared_pilot_without_a_network(pilot, run_in, pilot_environment):
    assert pilotline("prepare", "pilot", "--commit", cwd=pilot).code == 0

    valid = run_in(pilot, ["pre-commit", "validate-config"])
    assert (valid.code, valid.out + valid.err) == (0, "")
    with known_types(pilot_environment, pilot / "var" / ".mypy_cache"):
        hooks = run_in(pilot, ["pre-commit", "run", "--all-files"])
    assert_hooks_pass(hooks, pilot)
    assert git(pilot, "status", "--porcelain") == ""


def test_nox_passes_untouched_and_offline_in_environments_that_it_makes(make_pilot, run_synced, pilot_environment):
    pilot = synced(make_pilot(**KINDS["pilot stage"]), run_synced)
    installed = run_synced(pilot, [*WITH_UV, "--install-only"])
    assert installed.code == 0, installed.err

    with known_types(pilot_environment, pilot / "var" / ".mypy_cache"):
        run = run_synced(pilot, [*WITH_UV, "-R"], offline=True)  # with the environments as they are

    said = run.out + run.err
    assert run.code == 0, said[-6000:]
    jobs = yaml.safe_load((pilot / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    in_ci = [*jobs["checks"]["strategy"]["matrix"]["session"], "upgrade"]
    assert re.findall(r"^nox > \* (\w+): success", said, re.MULTILINE) == in_ci
    assert re.search(r"\d+ passed", said)
    assert " skipped" not in said
    assert "is not installed into the virtualenv" not in said
    assert git(pilot, "status", "--porcelain") == "?? uv.lock"


def test_nox_shows_the_runs_in_mlflow_s_pages_until_ctrl_c(pilot, run_pilot, pilot_environment, uv):
    assert run_pilot(pilot, "train").code == 0
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*WITH_UV[1:], "-s", "ui", "--", "--port", str(port)]
    nox = pexpect.spawn(
        str(pilot_environment / "nox"), command, cwd=str(pilot), encoding="utf-8", timeout=240,
        env=surroundings([pilot_environment, uv], {"NO_COLOR": "1"}),
    )  # fmt: skip
    session = os.getsid(nox.pid)
    for _worker in range(2):
        nox.expect("Application startup complete")

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        assert "<title>MLflow</title>" in page.read().decode()
    assert runs_on(port)

    nox.sendintr()
    nox.expect(pexpect.EOF, timeout=30)
    nox.wait()
    assert (nox.exitstatus, nox.signalstatus) == (0, None), nox.before
    assert "Traceback" not in nox.before
    until = time.monotonic() + 5
    while (left := living_in(session)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []
    assert git(pilot, "status", "--porcelain") == ""


def runs_on(port: int) -> list[object]:
    """Ask MLflow for the runs of all experiments, as its pages do."""
    address = f"http://127.0.0.1:{port}/ajax-api/2.0/mlflow"
    with urllib.request.urlopen(f"{address}/experiments/search?max_results=100") as answer:
        known = [experiment["experiment_id"] for experiment in json.load(answer)["experiments"]]
    asked = json.dumps({"experiment_ids": known}).encode()
    request = urllib.request.Request(f"{address}/runs/search", asked, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        runs: list[object] = json.load(answer).get("runs", [])
    return runs


def living_in(session: int) -> list[str]:
    """Name the processes of a terminal session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, _, _, its_session = rest.split()[:4]
        if int(its_session) == session and state != "Z":
            found.append(name)
    return found
