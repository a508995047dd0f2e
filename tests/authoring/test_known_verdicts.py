"""The same content is linted once: its verdict is kept, and lost without harm."""

import json
import shutil

import pytest

from pilotline.authoring.fresh_pilots import examine_catalog
from tests.helpers import IDENTITY, build_file_tree, commit_all, pilotline
from tests.linting.test_rules import GOOD, plant


@pytest.fixture
def catalog(tmp_path):
    folder = plant(tmp_path, GOOD)
    commit_all(folder, "one", tag="v1.0.0")
    commit_all(build_file_tree(folder, {"changelog.d/a.added.md": "A thing.\n"}), "two")
    return folder


def verdict(folder):
    found = examine_catalog(folder)
    return found.known, [problem.rule for problem in found.problems]


def test_lint_plan_and_release_lint_once(catalog, home):
    assert json.loads(pilotline("catalog", "lint", catalog, "--json").out)["known"] is False
    again = pilotline("catalog", "lint", catalog)
    assert (again.code, "This very content was linted before" in again.out) == (0, True)
    for arguments in (("--plan",), ()):
        run = pilotline("catalog", "release", "1.1.0", catalog, *arguments, environment=IDENTITY)
        assert (run.code, "linted before, without problems" in run.err) == (0, True), run.err
    assert len(list((home / ".cache/pilotline/lints").iterdir())) == 1


def test_whatever_changes_is_linted_anew_and_problems_are_remembered_too(catalog):
    assert [verdict(catalog), verdict(catalog)] == [(False, []), (True, [])]
    build_file_tree(catalog, {"templates/_organisation/checks.yml": "a: 1\na: 2\n"})
    assert [verdict(catalog), verdict(catalog)] == [(False, ["repeated-key"]), (True, ["repeated-key"])]
    shutil.copytree(catalog, catalog.parent / "other")
    assert verdict(catalog.parent / "other") == (False, ["repeated-key"]), "its messages name the folder"
    commit_all(catalog, "three", tag="strange")
    assert verdict(catalog) == (False, ["tag-version", "repeated-key"])


DAMAGES = {
    "half of it": lambda file: file.write_text("{"),
    "another shape": lambda file: file.write_text('{"problems": [1]}'),
    "gone": lambda file: file.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_verdict_that_is_lost_or_damaged_costs_nothing_but_time(catalog, home, damage):
    assert verdict(catalog) == (False, [])
    for file in (home / ".cache/pilotline/lints").iterdir():
        damage(file)
    assert verdict(catalog) == (False, [])
