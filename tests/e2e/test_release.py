"""The release workflows of both providers, followed job by job: each in a clone of its own, with what jobs hand on.

No container engine runs here: the image is a bundle, and the places are folders of this machine. All else is as it is
written: the order of the jobs, their artifacts, and every command that deploys.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.e2e.conftest import RunIn
from tests.helpers import Run, build_file_tree, commit_all, git
from tests.upgrade.helpers import replaced

pytestmark = pytest.mark.slow

PLACES = ("dev", "staging", "production")
STARTS = re.compile(r"(?:\S*/)?nox --session release -- (.*)")
ELSEWHERE = ("bill", "scan")  # of the image and its bill: tests/platform/test_release.py of the pilot


class Job(NamedTuple):
    """A job of a workflow: what it waits for, what it takes over, what it calls and what it hands on."""

    name: str
    needs: Sequence[str]
    takes: Sequence[str]
    calls: Sequence[str]
    gives: str


def of_github(pilot: Path) -> list[Job]:
    """Read the jobs of GitHub's workflow."""
    jobs = yaml.safe_load((pilot / ".github/workflows/release.yml").read_text())["jobs"]
    return [_github_job(name, job) for name, job in jobs.items()]


def _github_job(name: str, job: Mapping[str, Any]) -> Job:
    steps = job["steps"]
    used = [(str(step.get("uses", "")).partition("@")[0], step.get("with", {})) for step in steps]
    takes = [given["name"] for action, given in used if action == "actions/download-artifact"]
    (gives,) = [given["name"] for action, given in used if action == "actions/upload-artifact"]
    for action, given in used:
        if "artifact" in action:
            assert given["path"].strip() == "var/releases"
    calls = [found[1] for step in steps if (found := STARTS.fullmatch(step.get("run", "")))]
    assert job.get("environment", "build") == name
    return Job(name, [job["needs"]] if "needs" in job else [], takes, calls, gives)


def of_gitlab(pilot: Path) -> list[Job]:
    """Read the jobs of GitLab's, in which a job takes over what those that it needs hand on."""
    jobs = yaml.safe_load((pilot / ".gitlab/release.yml").read_text())
    return [_gitlab_job(name, job) for name, job in jobs.items()]


def _gitlab_job(name: str, job: Mapping[str, Any]) -> Job:
    assert job["artifacts"]["paths"] == ["var/releases"]
    assert job.get("environment", {"name": "build"})["name"] == name
    needs = [each for each in job["needs"] if each != "sbom"]
    calls = [found[1] for line in job["script"] if (found := STARTS.fullmatch(line))]
    return Job(name, needs, needs, calls, name)


@dataclass(frozen=True)
class Provider:
    """Whoever runs the workflow: a folder for each job, and the artifacts."""

    pilot: Path
    scratch: Path
    run_in: RunIn

    def follow(self, jobs: Sequence[Job], tag: str) -> dict[str, Run]:
        """Run the jobs for a tag in their order; one whose forerunner failed is not run."""
        git(self.pilot, "tag", tag)
        ended: dict[str, Run] = {}
        for job in jobs:
            if all(name in ended and ended[name].code == 0 for name in job.needs):
                ended[job.name] = self._run(job, tag)
        return ended

    def _run(self, job: Job, tag: str) -> Run:
        clone, artifacts = self.scratch / tag / job.name, self.scratch / tag / "artifacts"
        git(self.pilot.parent, "clone", "--quiet", "--branch", tag, str(self.pilot), str(clone))
        for name in job.takes:
            shutil.copytree(artifacts / name, clone / "var/releases", dirs_exist_ok=True)
        calls = [call for call in job.calls if call.split()[0] not in ELSEWHERE]
        calls = ["pack" if call.startswith("build ") else call for call in calls]
        assert calls
        script = "\n".join(f"python -m customer_call_list._platform.release {call}" for call in calls)
        done = self.run_in(clone, ["sh", "-euc", script], GITHUB_ACTOR="ada", GITLAB_USER_LOGIN="ada")
        if done.code == 0:
            shutil.copytree(clone / "var/releases", artifacts / job.gives)
        return done

    def running(self) -> dict[str, str]:
        """Read what runs where."""
        kept = {name: self.scratch / "places" / name / "release.json" for name in PLACES}
        return {name: json.loads(path.read_text())["passed"][0]["image"] for name, path in kept.items()}


@pytest.mark.parametrize(("provider", "read"), [("github", of_github), ("gitlab", of_gitlab)])
def test_the_same_bytes_go_through_all_jobs_and_what_fails_in_one_never_reaches_the_next(
    make_pilot, run_in, tmp_path, provider, read
):
    pilot = make_pilot(prepared_for="production", ci_provider=provider)
    places = (
        f'[{name}]\ntarget = "process"\nfolder = "{tmp_path}/places/{name}"\n'
        f"smoke = {json.dumps([['switch']] if name == 'staging' else [])}\n"
        for name in PLACES
    )
    manifest = (pilot / "pilot.yml").read_text()
    at_production = replaced(manifest, "stage: sandbox", "stage: production")
    build_file_tree(
        pilot, {"ops/environments.toml": "\n".join(places) + 'stage = "production"\n', "pilot.yml": at_production}
    )
    commit_all(pilot, "Where it goes")
    given, jobs = Provider(pilot, tmp_path, run_in), read(pilot)
    assert [job.name for job in jobs] == ["build", *PLACES]

    ended = given.follow(jobs, "v1")
    assert {name: run.code for name, run in ended.items()} == dict.fromkeys(("build", *PLACES), 0), ended
    first = given.running()
    assert len(set(first.values())) == 1, first

    switch = pilot / "src/customer_call_list/_platform/commands/switch.py"
    switch.write_text(replaced(switch.read_text(), "import click\n", "import clack\n"))
    commit_all(pilot, "A version that cannot start")
    ended = given.follow(jobs, "v2")
    assert {name: run.code for name, run in ended.items()} == {"build": 0, "dev": 0, "staging": 1}, ended
    assert "runs there again" in ended["staging"].err
    now = given.running()
    assert now["dev"] != first["dev"]
    assert {**now, "dev": first["dev"]} == first
