"""Engineering: what any good repository has: a README, a lock, a CI, tests."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import PROJECT, README
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, ExecutedCheck, Measured, NotProvenError, Tools
from pilotline.readiness.pytest_proof import run_pytest
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.workflows import ci_runs

_PARTS: Final = {
    "its purpose": r"(?im)^(?:#+ .*\b(?:why|purpose|what|about|overview|goal)\b|[-*] \*\*why)",
    "how to run it": r"(?im)^#+ .*\b(?:run|start|started|quickstart|usage|install|first|set ?up)\b",
    "its limits": r"(?im)^#+ .*\b(?:limits?|limitations?|scope|not for)\b",
}
_LICENCE_FILES: Final = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "COPYING")
_LOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "uv.lock": ("uv", "lock", "--check"),
    "poetry.lock": ("poetry", "check", "--lock"),
    "pdm.lock": ("pdm", "lock", "--check"),
}
_JOBS: Final = {
    "lint": r"\b(?:ruff|flake8|pylint|lint)\b",
    "types": r"\b(?:mypy|pyright|types|ty check)\b",
    "tests": r"\b(?:pytest|unittest|tox|tests)\b",
}
_COVERAGE: Final = {Stage.PILOT: 60.0, Stage.PRODUCTION: 80.0}
_REPORT: Final = "var/coverage.json"
_WITH_COVERAGE: Final = ("--cov=src", f"--cov-report=json:{_REPORT}")
_NO_TESTS: Final = 5
"""What pytest ends with when there are no tests at all."""


class ReadmeSaysWhatItIs(Check):
    """Whoever meets the repository first has to learn what it is for, how to run it, and what it is not for."""

    id = "ENG001"
    title = "The README says purpose, run and limits; licence and data class are set"
    stage = Stage.SANDBOX
    source = "ISO/IEC 42001 A.8.2; OpenSSF Scorecard: License"
    effort = Effort.MINUTES
    advice = "Give README.md a heading for what it does, one for how to run it and one for its limits, and set project.license in pyproject.toml and data.classification in pilot.yml."
    example = """
## What it does
## First ten minutes
## Limits
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        text = repo.text(README)
        if not text.strip():
            yield Problem("There is no README.md")
        else:
            for part, pattern in _PARTS.items():
                if not re.search(pattern, text):
                    yield Problem(f"README.md has no heading that says {part}", Location(README))
        project = repo.document(PROJECT).at("project")
        if not (project.has("license") or any(path in repo.files for path in _LICENCE_FILES)):
            yield Problem("No licence is set: neither project.license nor a LICENSE file", project.place("license"))
        if not repo.manifest.text("data", "classification"):
            yield Problem("The data has no classification", repo.manifest.place("data", "classification"))


class LockFileIsInSync(ExecutedCheck):
    """A lock makes today's result repeatable tomorrow, and shows what an update changes."""

    id = "ENG002"
    title = "A lock file is there and in sync with pyproject.toml"
    stage = Stage.PILOT
    source = "OpenSSF Scorecard: Pinned-Dependencies; ML Test Score: Infra 1"
    effort = Effort.MINUTES
    advice = "Write the lock with `nox -s lock`, which calls `uv lock` (or with your own tool), commit it, and prove it with `pilotline check --run`."
    example = "nox -s lock && git add uv.lock"
    needs_network = True

    def find(self, repo: Repository) -> Iterable[Problem]:
        if _lock_of(repo):
            return ()
        return [Problem(f"There is no lock file ({', '.join(_LOCKS)})")]

    def command(self, repo: Repository) -> str:
        return " ".join(_LOCKS[_lock_of(repo)])

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        output = tools.run(_LOCKS[_lock_of(repo)], seconds=120)
        text = f"{output.out}\n{output.err}"
        if output.code and re.search(r"(?i)failed to fetch|connect|network|dns|timed out", text):
            raise NotProvenError(f"The package index could not be asked: {_last_line(text)}")
        return {"in_sync": output.code == 0, "said": "" if output.code == 0 else _last_line(text)}

    def judge(self, measured: Measured) -> Iterable[Problem]:
        return () if measured.get("in_sync") is True else [Problem(f"The lock is out of date: {measured.get('said')}")]


def _lock_of(repo: Repository) -> str:
    return next((name for name in _LOCKS if name in repo.files), "")


def _last_line(text: str) -> str:
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["it said nothing"])[-1]


class CiRunsOnRequests(Check):
    """What a machine looks at before each merge does not depend on who is in a hurry."""

    id = "ENG003"
    title = "CI runs lint, types and tests on each pull or merge request"
    stage = Stage.SANDBOX
    source = "OpenSSF Scorecard: CI-Tests; Microsoft MLOps maturity level 1"
    effort = Effort.HOURS
    advice = (
        "Take the catalog's CI file again with `pilotline upgrade`, or let your own CI run `nox` on every pull request."
    )
    example = """
on: pull_request
jobs:
  checks:
    runs-on: ubuntu-24.04
    steps:
      - run: nox --session lint types tests
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        if not repo.workflows:
            yield Problem("There is no CI: neither .github/workflows/ nor .gitlab-ci.yml")
            return
        place = Location(next(iter(repo.workflows)))
        for name, pattern in _JOBS.items():
            if not ci_runs(repo, pattern, on_requests=True):
                yield Problem(f"No job that runs on pull or merge requests does {name}", place)


class TestsPass(ExecutedCheck):
    """Tests that pass, and that reach most of the code, let the next change be made without fear."""

    id = "ENG004"
    title = "The tests pass and cover enough of the code"
    stage = Stage.PILOT
    source = "ML Test Score: Data 7, Infra 3"
    effort = Effort.DAYS
    advice = f"Run `pytest --cov` and write tests for what the report lists as missed: {_COVERAGE[Stage.PILOT]:.0f} % for pilot, {_COVERAGE[Stage.PRODUCTION]:.0f} % for production. Then commit, and prove it with `pilotline check --run`."
    example = "pytest --cov=src --cov-report=term-missing"

    def command(self, repo: Repository) -> str:
        del repo
        return f"python -m pytest -q {' '.join(_WITH_COVERAGE)}"

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        del repo
        output = run_pytest(tools, _WITH_COVERAGE, seconds=1800)
        if output.code == _NO_TESTS:
            raise NotProvenError("pytest found no tests that it could run")
        return {"passed": output.code == 0, "said": _last_line(output.out), "coverage": _read_coverage(tools)}

    def judge(self, measured: Measured) -> Iterator[Problem]:
        if measured.get("passed") is not True:
            yield Problem(f"Tests fail: {measured.get('said')}")
        coverage = measured.get("coverage")
        if not isinstance(coverage, (int, float)):
            yield Problem("The coverage was not measured")
            return
        for stage, least in _COVERAGE.items():
            if coverage < least:
                yield Problem(
                    f"Tests cover {coverage:.0f} % of the code; {stage.label} asks for {least:.0f} %", stage=stage
                )
                return


def _read_coverage(tools: Tools) -> float | None:
    """Read the total from coverage's own report, and take the report away."""
    code = f"import pathlib; p = pathlib.Path({_REPORT!r}); print(p.read_text()); p.unlink()"
    output = tools.run(["python", "-c", code])
    try:
        return round(float(json.loads(output.out)["totals"]["percent_covered"]), 1)
    except (ValueError, KeyError, TypeError):
        return None


CHECKS: Final[tuple[Check, ...]] = (ReadmeSaysWhatItIs(), LockFileIsInSync(), CiRunsOnRequests(), TestsPass())
