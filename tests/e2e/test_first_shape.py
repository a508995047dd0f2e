"""A pilot of the first shape, with its team's work in it, becomes a pilot of today without a touch on that work."""

import json
from pathlib import Path

import pytest

from pilotline.files.disk import write_tree
from pilotline.template.answers import accept_answers
from pilotline.template.ownership import owner_of_paths
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot
from tests.e2e.earlier import load_first_shape
from tests.e2e.test_pilots import CHECKS
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline
from tests.upgrade.helpers import upgrade

pytestmark = pytest.mark.slow

SOURCE = "src/customer_call_list"
DELETED = ("data/make_sample.py", "governance/decisions/0001-why-this-pilot.md")
LOCK = "governance/answers.lock"
"""The fingerprints of the answers, which an upgrade with new questions moves on."""
TEST = """from datetime import date

from customer_call_list.domain import Policy, is_weekend


def test_nobody_is_called_on_a_weekend() -> None:
    assert [is_weekend(date(2024, 6, day)) for day in (1, 3)] == [True, False]
    assert Policy().call_share == 0.25
"""
RULE = '''

def is_weekend(day: date) -> bool:
    """Tell a day on which nobody is called."""
    return day.weekday() > 4  # noqa: PLR2004 - Saturday and Sunday
'''


@pytest.fixture
def catalog(builtin: Snapshot, tmp_path: Path) -> Path:
    """Give a catalog whose v1.0.0 is the first shape, and whose v2.0.0 is what this repository holds now."""
    folder = tmp_path / "catalog"
    folder.mkdir()
    write_tree(load_first_shape(tmp_path / "first").tree, folder)
    commit_all(folder, "the first shape", tag="v1.0.0")
    git(folder, "rm", "--quiet", "-r", ".")
    write_tree(builtin.tree, folder)
    commit_all(folder, "as of today", tag="v2.0.0")
    return folder


def work(pilot: Path) -> None:
    """Change a rule and a setting, add a rule with its test, delete what the team does not need."""
    for path, old, new in (
        (f"{SOURCE}/domain/__init__.py", "call_share: float = 0.2", "call_share: float = 0.25"),
        (f"{SOURCE}/settings.py", "call_share: float = Field(default=0.2,", "call_share: float = Field(default=0.25,"),
    ):
        text = (pilot / path).read_text()
        assert text.count(old) == 1, path
        (pilot / path).write_text(text.replace(old, new))
    domain = pilot / SOURCE / "domain" / "__init__.py"
    domain.write_text(domain.read_text() + RULE)
    build_file_tree(pilot, {"tests/unit/test_weekends.py": TEST, "docs/team/notes.md": "# Ours\n"})
    for path in DELETED:
        (pilot / path).unlink()
    commit_all(pilot, "our work")


def team_files(pilot: Path, snapshot: Snapshot) -> dict[str, bytes]:
    """Read what is the team's: seeds, and whatever the catalog does not know."""
    answers = accept_answers(snapshot, {})
    owner, tree = owner_of_paths(snapshot, answers), render(snapshot, answers)
    found = {path: content for path, content in files_below(pilot).items() if not path.startswith(".git/")}
    return {path: text for path, text in found.items() if path != LOCK and (path not in tree or owner(path) == "seed")}


def test_no_file_of_the_team_is_changed_gone_returned_or_doubled(catalog, run_in, run_pilot, tmp_path):
    pilot, first = tmp_path / "pilot", load_first_shape(tmp_path / "again")
    made = pilotline("new", pilot, "--defaults", "--catalog", f"{catalog}@v1.0.0", environment=IDENTITY)
    assert made.code == 0, made.err
    work(pilot)
    before = team_files(pilot, first)

    done = upgrade(pilot, "--commit")

    assert done.code == 0, done.out + done.err
    after = files_below(pilot)
    assert {path for path, content in before.items() if after.get(path) != content} == set()
    new = accept_answers(first, {})
    owned = owner_of_paths(first, new)
    assert {path for path in after.keys() - before.keys() if owned(path) == "seed"} - {LOCK} == set(), (
        "nothing is doubled"
    )
    failed = {" ".join(check): run for check in CHECKS if (run := run_in(pilot, check)).code}
    assert not failed, "\n\n".join(f"== {name}\n{run.out[-4000:]}{run.err[-1000:]}" for name, run in failed.items())
    ran = run_pilot(pilot, "run", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["scored"]["written"] > 0
