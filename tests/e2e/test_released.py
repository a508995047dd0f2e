"""Pilots of every released version become pilots of the newest: the example and an own case, at each stage.

Before the first release, this checkout's catalog stands for one: what is about to be released must be upgradable too.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION
from pilotline.catalog.frozen_releases import list_releases
from pilotline.catalog.loading import load_builtin
from pilotline.catalog.versions import parse_version
from pilotline.files.disk import write_tree
from tests.e2e.conftest import MINIMAL
from tests.helpers import IDENTITY, ROOT, build_file_tree, commit_all, files_below, git, pilotline

pytestmark = pytest.mark.slow

NEXT = "v999.0.0"
CASES: dict[str, dict[str, object]] = {"example": {}, "own case": {**MINIMAL, "start": "own_case"}}
STAGES = ("sandbox", "pilot", "production")
WHOLE = {("example", "pilot"), ("own case", "production")}
"""Where seeds of the earlier version stand among files of the newest, whether the pilot's own checks pass then."""
IDENTITY_OF_ANSWERS = {".copier-answers.yml", "governance/answers.lock"}
"""What says where a pilot came from and when it was asked, so that it may differ from that of a new one."""


def tags_that_are_not_frozen() -> list[str]:
    """List what was tagged before this checkout without being frozen, such as a candidate; newest only."""
    shown = subprocess.run(
        ["git", "tag", "--merged", "HEAD", "--list", "v*"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    known = {*list_releases(), CATALOG_VERSION}
    versions = {tag: parse_version(tag) for tag in shown if tag not in known}
    ordered = sorted((version, tag) for tag, version in versions.items() if version is not None)
    return [tag for _, tag in ordered[-1:]]


FROZEN = [version for version in list_releases() if version != CATALOG_VERSION]
EARLIER = [*FROZEN, *tags_that_are_not_frozen()] or ["this checkout"]


@dataclass(frozen=True)
class Upgradable:
    """Where pilots of an earlier version come from, and what they are upgraded to."""

    catalog: str
    """What `--catalog` takes for the earlier version."""
    newest: str
    """What it takes for the newest."""


@pytest.fixture(scope="module", params=EARLIER)
def versions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Upgradable:
    """Give an earlier version and the newest: both of the built-in catalog, or of a repository that holds them."""
    if request.param in FROZEN:
        return Upgradable(f"@{request.param}", f"@{CATALOG_VERSION}")
    folder = tmp_path_factory.mktemp("catalog") / "catalog"
    folder.mkdir()
    earlier = CATALOG_VERSION
    if request.param == "this checkout":
        write_tree(load_builtin(CATALOG_SOURCE).tree, folder)
    else:
        earlier = request.param
        archive = subprocess.run(["git", "archive", earlier], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "--extract", "--directory", str(folder)], input=archive, check=True)
    commit_all(folder, "as released", tag=earlier)
    git(folder, "rm", "-r", "--quiet", ".")
    write_tree(load_builtin(CATALOG_SOURCE).tree, folder)
    base = folder / "templates" / "{{ layer.base }}" / "noxfile.py"
    if request.param == "this checkout":
        base.write_text(f"{base.read_text()}\n# A line that the next version brings.\n")
    commit_all(folder, "the newest", tag=NEXT)
    return Upgradable(f"{folder}@{earlier}", f"{folder}@{NEXT}")


def new(folder: Path, catalog: str, answers: dict[str, object]) -> dict[str, str]:
    """Make a pilot; give the owner of each of its files."""
    given = [part for name, value in answers.items() for part in ("-d", f"{name}={value}")]
    made = pilotline("new", folder, "--defaults", "--json", "--catalog", catalog, *given, environment=IDENTITY)
    assert made.code == 0, made.err
    return {file["path"]: file["owner"] for file in json.loads(made.out)["files"]}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("case", CASES)
def test_a_pilot_of_an_earlier_version_becomes_one_of_the_newest(tmp_path, versions, run_in, case, stage):
    answers = {**CASES[case], "prepared_for": stage}
    pilot, fresh = tmp_path / "pilot", tmp_path / "fresh"
    new(pilot, versions.catalog, answers)
    readme = f"{(pilot / 'README.md').read_text()}\nA line of the team.\n"
    build_file_tree(pilot, {"README.md": readme, "docs/ours.md": "# Ours\n"})
    (pilot / "AGENTS.md").unlink()
    commit_all(pilot, "our work")

    done = pilotline("upgrade", "--commit", cwd=pilot, environment=IDENTITY)

    assert done.code == 0, done.out + done.err
    assert git(pilot, "status", "--porcelain") == ""
    upgraded = files_below(pilot)
    assert upgraded["README.md"].decode() == readme
    assert upgraded["docs/ours.md"] == b"# Ours\n"
    assert "AGENTS.md" not in upgraded
    owners = new(fresh, versions.newest, answers)
    made = files_below(fresh)
    ours = {"README.md", "docs/ours.md", "AGENTS.md", *IDENTITY_OF_ANSWERS}
    other = {path for path in upgraded.keys() | made.keys() if upgraded.get(path) != made.get(path)} - ours
    assert {owners.get(path) for path in other} <= {"seed", "derived"}, "what is the catalog's is as in a new pilot"
    if other and (case, stage) in WHOLE:  # else it is byte by byte a new pilot, whose own checks test_pilots.py runs
        ran = run_in(pilot, ["pytest", "-q"])
        assert ran.code == 0, ran.out[-3000:]
