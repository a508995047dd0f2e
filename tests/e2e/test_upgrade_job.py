"""The scheduled job of a generated pilot, run as its CI runs it: real pip, real git, a remote of its own."""

import base64
import http.server
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path

import pytest

from tests.helpers import IDENTITY, ROOT, Run, commit_all, git, pilotline

pytestmark = pytest.mark.slow

BRANCH = "refs/heads/catalog-v1.1.0"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build pilotline's wheel, and give the address that it is installed from."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--quiet", "--wheel", "--outdir", str(folder), str(ROOT)], check=True
    )
    return next(folder.glob("*.whl")).as_uri()


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    shutil.copytree(ROOT / "templates", folder / "templates", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "reference_architectures", folder / "reference_architectures")
    shutil.copy(ROOT / "copier.yml", folder)
    commit_all(folder, "One", tag="v1.0.0")
    return folder


@pytest.fixture
def checkout(tmp_path: Path, catalog: Path) -> Path:
    """What a job starts with: the last commit of a pilot, detached, and a remote."""
    made = pilotline(
        "new", tmp_path / "pilot", "--defaults", "-d", "prepared_for=pilot", "--catalog", f"{catalog}@v1.0.0",
        environment=IDENTITY,
    )  # fmt: skip
    assert made.code == 0, made.err
    git(tmp_path, "clone", "--quiet", "--bare", "pilot", "remote.git")
    git(tmp_path, "clone", "--quiet", "remote.git", "checkout")
    git(tmp_path / "checkout", "checkout", "--quiet", "--detach")
    return tmp_path / "checkout"


def improve(catalog: Path) -> None:
    rules = catalog / "templates/{{ layer.base }}/noxfile.py"
    rules.write_text(f"# The catalog adds a line.\n{rules.read_text()}")
    commit_all(catalog, "Two", tag="v1.1.0")


def job(checkout: Path, *arguments: str, **variables: str) -> Run:
    """Run the script of the job without a user's identity; what pilotline needs is here, so pip needs no registry."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(checkout.parent), "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1",
        "PYTHONPATH": sysconfig.get_path("purelib"), "PIP_IGNORE_INSTALLED": "1", **variables,
    }  # fmt: skip
    done = subprocess.run(
        ["sh", "ops/upgrade.sh", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    return Run(done.returncode, done.stdout, done.stderr)


def refs(checkout: Path) -> str:
    return git(checkout.parent / "remote.git", "for-each-ref", "--format=%(refname)")


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        ({}, 0, "Skipped: set the CI variable PILOTLINE_SOURCE"),
        ({"PILOTLINE_SOURCE": ""}, 0, "Skipped: set the CI variable PILOTLINE_SOURCE"),
        ({"PILOTLINE_SOURCE": "pilotline"}, 2, "PILOTLINE_SOURCE is no address"),
        ({"PILOTLINE_SOURCE": "pilotline==1.0"}, 2, "PILOTLINE_SOURCE is no address"),
    ],
    ids=["not set", "empty", "a bare name", "a name with a version"],
)
def test_the_job_installs_from_an_address_or_not_at_all(checkout, variables, code, said):
    run = job(checkout, **variables)
    assert (run.code, len((run.out + run.err).splitlines())) == (code, 1)
    assert said in run.out + run.err
    assert job(checkout, "push").code == 0
    assert refs(checkout) == "refs/heads/main"


def test_a_new_version_arrives_as_a_branch_and_only_once(checkout, catalog, source):
    settled = job(checkout, PILOTLINE_SOURCE=source)
    assert (settled.code, "Already at v1.0.0; nothing to do." in settled.out) == (0, True), settled.err
    improve(catalog)

    made = job(checkout, PILOTLINE_SOURCE=source)
    assert made.code == 0, made.err
    assert refs(checkout) == "refs/heads/main"
    pushed = job(checkout, "push")
    assert pushed.code == 0, pushed.err

    assert refs(checkout).splitlines() == [BRANCH, "refs/heads/main"]
    remote = checkout.parent / "remote.git"
    assert git(remote, "diff", "--name-only", "main", BRANCH).split() == [".copier-answers.yml", "noxfile.py"]
    assert git(remote, "log", "-1", "--format=%an: %s", BRANCH) == "Catalog upgrade: Upgrade from v1.0.0 to v1.1.0"
    assert git(checkout, "status", "--porcelain") == ""

    before = git(remote, "rev-parse", BRANCH)
    again = job(checkout, PILOTLINE_SOURCE=source)
    assert (again.code, "catalog-v1.1.0 is there already" in again.out) == (0, True)
    assert git(remote, "rev-parse", BRANCH) == before


def test_a_conflict_fails_the_job_and_makes_no_branch(checkout, catalog, source):
    improve(catalog)
    rules = checkout / "noxfile.py"
    rules.write_text(f"# The team adds another one.\n{rules.read_text()}")
    commit_all(checkout, "our work")
    run = job(checkout, PILOTLINE_SOURCE=source)
    assert run.code == 1
    assert "CONFLICT (content)" in run.out
    assert "A person is needed" in run.err
    assert git(checkout, "for-each-ref", "refs/heads/catalog-*") == ""


@pytest.mark.parametrize(
    ("gitlab", "user"), [(False, "x-access-token"), (True, "gitlab-ci-token")], ids=["GitHub", "GitLab"]
)
def test_a_push_signs_in_with_the_token(checkout, gitlab, user):
    seen = []

    class Gate(http.server.BaseHTTPRequestHandler):
        """Ask for a name and a password, and note them."""

        def do_GET(self):
            seen.append(self.headers.get("Authorization"))
            self.send_response(403 if seen[-1] else 401)
            self.send_header("WWW-Authenticate", "Basic")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gate) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/team/pilot"
        git(checkout, "branch", "catalog-v1.1.0")
        git(checkout, "remote", "set-url", "origin", "http://127.0.0.1:9/old" if gitlab else address)
        run = job(checkout, "push", UPGRADE_TOKEN="s3cret", **({"CI_PROJECT_URL": address} if gitlab else {}))
        server.shutdown()

    assert run.code != 0
    assert seen == [None, "Basic " + base64.b64encode(f"{user}:s3cret".encode()).decode()]
    assert "s3cret" not in run.out + run.err
