"""What the CI of a catalog runs, run here: each script of its workflows, as it is written, over a fleet of two pilots.

What a hosted service alone does is not: installing from an address, uploading, and `gh`, which writes the comment.
"""

import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs

import pytest
import yaml

from pilotline.authoring.pilot_environment import prepare_environment
from tests.authoring.tiny_catalog import plant_tiny
from tests.helpers import IDENTITY, build_file_tree, commit_all, pilotline

QUEUE = "templates/{% if 'queue' in integrations %}queue.py{% endif %}"
TESTS = """\
def test_rendered(each_combination, render_pilot):
    assert "check.py" in render_pilot(**each_combination.answers)
"""
ELSEWHERE = ("python -m pip install", "pilotline catalog lint")
"""From an address; and of the whole catalog, by `tests/authoring/test_init.py`."""


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory):
    """Give the files with which a new catalog brings its CI."""
    folder = tmp_path_factory.mktemp("founded") / "catalog"
    assert pilotline("catalog", "init", folder, environment=IDENTITY).code == 0
    names = (".github/workflows/catalog.yml", ".gitlab-ci.yml", "ci/impact.sh", "fleet.txt", "pytest.ini", ".gitignore")
    return {name: (folder / name).read_text() for name in names}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("environment") / "pilots"
    prepare_environment(folder, ())
    return folder


@pytest.fixture
def catalog(tmp_path, skeleton):
    """Make a catalog with that CI, two pilots of its first version, and a change that concerns one of them."""
    catalog = plant_tiny(tmp_path / "catalog", {**skeleton, "tests/test_catalog.py": TESTS})
    fleet = skeleton["fleet.txt"]
    for name, answers in (("plain", []), ("queued", ["-d", "architecture=stream", "-d", "integrations=[queue]"])):
        made = pilotline("new", tmp_path / name, "--catalog", catalog, *answers, "--defaults", environment=IDENTITY)
        assert made.code == 0, made.err
        fleet += f"{tmp_path / name}\n"
    build_file_tree(catalog, {QUEUE: "x = 2\n", "fleet.txt": fleet})
    commit_all(catalog, "Queue twice")
    return catalog


@pytest.fixture
def around(environment):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **IDENTITY, "PATH": path, "PILOTLINE_PILOT_ENVIRONMENT": str(environment)}


def run_script(script, catalog, around):
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=catalog, env=around, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def steps_of(catalog, job):
    workflow = yaml.safe_load((catalog / ".github/workflows/catalog.yml").read_text())
    steps = [step for step in workflow["jobs"][job]["steps"] if "run" in step]
    return [step for step in steps if not step["run"].startswith(ELSEWHERE)]


def test_github_tests_what_a_pull_request_touches(catalog, around):
    tests, pilots = steps_of(catalog, "catalog")
    assert " passed" in run_script(tests["run"], catalog, around)
    assert list(pilots["env"]) == ["CHANGED"]
    touched = run_script(pilots["run"], catalog, {**around, "CHANGED": "yes"})
    assert "have changed since v1.0.0" in touched
    assert "passed stream-everything" in touched
    assert "batch" not in touched.partition(" combinations")[2]
    assert "passed batch-alone" in run_script(pilots["run"], catalog, {**around, "CHANGED": ""}), "on the main branch"


def test_github_gets_the_impact_on_the_fleet_as_summary_and_output(catalog, around, tmp_path):
    summary, output = tmp_path / "summary", tmp_path / "output"
    for step in steps_of(catalog, "impact"):
        run_script(step["run"], catalog, {**around, "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)})
    told = summary.read_text()
    assert ".changes" not in told, "what CI itself writes is no change of the catalog"
    assert "2 pilots" in told
    assert "| unchanged | 1 |" in told
    assert "| clean | 1 |" in told
    first, *lines, last = output.read_text().splitlines()
    assert first == f"summary<<{last}"
    assert "\n".join(lines).strip() == told.strip()


def test_the_comment_is_written_by_a_job_that_runs_nothing_of_the_pull_request(catalog):
    workflow = yaml.safe_load((catalog / ".github/workflows/catalog.yml").read_text())
    writing = {name for name, job in workflow["jobs"].items() if "write" in job["permissions"].values()}
    assert writing == {"comment"}
    (step,) = workflow["jobs"]["comment"]["steps"]
    assert "uses" not in step
    assert "${{" not in step["run"], "the summary comes as a variable, not as a part of the script"


def test_a_pilot_that_cannot_be_fetched_is_told_of_and_limits_hold(catalog, around):
    build_file_tree(catalog, {"fleet.txt": "/no/where.git  # it moved\n\n"})
    assert "1-where" in run_script("bash ci/impact.sh", catalog, around), "those that nobody can tell about are named"
    done = subprocess.run(["bash", "ci/impact.sh", "--max-errors", "0"], cwd=catalog, env=around, check=False)
    assert done.returncode == 1


def test_a_new_catalog_without_pilots_says_so(catalog, around, skeleton):
    build_file_tree(catalog, {"fleet.txt": skeleton["fleet.txt"]})
    assert run_script("bash ci/impact.sh", catalog, around).startswith("fleet.txt names no pilot yet")


class Notes(http.server.BaseHTTPRequestHandler):
    """What GitLab's API is asked for."""

    taken: ClassVar[list[tuple[str, str, dict[str, list[str]]]]] = []

    def do_POST(self):
        said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.taken.append((self.path, self.headers["PRIVATE-TOKEN"], said))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_):
        """Stay silent."""


@pytest.mark.parametrize("token", ["", "secret"], ids=["without a token", "with a token"])
def test_gitlab_tests_and_tells_the_same(catalog, around, token):
    Notes.taken.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    around |= {
        "CI_MERGE_REQUEST_IID": "7", "CI_PROJECT_ID": "12", "COMMENT_TOKEN": token,
        "CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4",
    }  # fmt: skip
    pipeline = yaml.safe_load((catalog / ".gitlab-ci.yml").read_text())
    jobs = ("catalog", "impact") if token else ("impact",)
    try:
        for line in (line for job in jobs for line in pipeline[job]["script"] if not line.startswith(ELSEWHERE)):
            run_script(line, catalog, around)
    finally:
        server.shutdown()
        server.server_close()
    told = (catalog / "impact.md").read_text()
    assert "| clean | 1 |" in told
    wanted = [("/api/v4/projects/12/merge_requests/7/notes", "secret", {"body": [told]})] if token else []
    assert Notes.taken == wanted
