"""The files by which a host meets the repository's users are what the host reads, and say what is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pilotline.authoring.changelog import KINDS
from tests.helpers import ROOT

GITHUB = ROOT / ".github"
TOOLS = Path(sys.executable).parent
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}")


def judge(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("vendor.github-workflows", "workflows/*.yml"),
        ("vendor.github-issue-forms", "ISSUE_TEMPLATE/[!c]*.yml"),
        ("vendor.github-issue-config", "ISSUE_TEMPLATE/config.yml"),
    ],
)
def test_github_can_read_it(schema, pattern):
    files = sorted(map(str, GITHUB.glob(pattern)))
    assert files
    said = judge("check-jsonschema", "--builtin-schema", schema, *files)
    assert said.returncode == 0, said.stdout


def test_zizmor_finds_nothing_in_the_workflows():
    said = judge("zizmor", "--offline", "--no-progress", "--color=never", ".github/workflows")
    assert said.returncode == 0, said.stdout


def test_every_action_is_pinned_to_a_commit_and_the_main_job_is_what_runs_elsewhere():
    jobs = yaml.safe_load((GITHUB / "workflows" / "ci.yml").read_text())["jobs"]
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert [name for name in used if not PINNED.fullmatch(name)] == []
    assert jobs["everything"]["steps"][-1]["run"].rstrip().endswith(" .ci/run")


def test_the_changelog_names_the_kinds_that_a_release_gathers():
    named = re.search(r"<what>\.<([a-z|]+)>\.md", (ROOT / "CHANGELOG.md").read_text())
    assert named is not None
    assert tuple(named[1].split("|")) == KINDS
