"""No move makes an ignored file visible to the next `git add` without naming it first."""

import json

import pytest

from tests.helpers import build_file_tree, git
from tests.upgrade.helpers import ANSWERS_TEMPLATE, make_pilot, upgrade

RULES = "*.secret\nbuild/\n*.log\n"


def catalog(rules):
    files = {"copier.yml": "_exclude: [copier.yml]\nname: ada\n", ".gitignore": rules, "a.txt": "a\n"}
    return files | ANSWERS_TEMPLATE


@pytest.fixture
def pilot(tmp_path):
    pilot = make_pilot(tmp_path, catalog(RULES), catalog("*.log\n*.tmp\n"))
    here = {"api.secret": "s3cr3t", "sub/deep.secret": "s", "build/out.bin": "x", "run.log": "x"}
    build_file_tree(pilot, here)
    assert git(pilot, "status", "--porcelain") == ""
    return pilot


def test_what_would_no_longer_be_ignored_is_named_before_and_when_it_is_written(pilot):
    shown = json.loads(upgrade(pilot, "--plan", "--json").out)
    assert shown["unignored"] == ["api.secret", "build/", "sub/deep.secret"]
    text = upgrade(pilot, "--plan").out
    assert "Ignored by git now, and no longer then: look before the next `git add`" in text
    assert "api.secret" in text
    written = upgrade(pilot, "--commit")
    assert (written.code, "api.secret" in written.out) == (0, True)
    assert "api.secret" not in git(pilot, "ls-files"), "nothing of it was committed"


def test_a_rule_of_the_team_or_of_another_file_still_counts(pilot):
    build_file_tree(pilot, {".git/info/exclude": "build/\n"})
    build_file_tree(pilot, {"sub/.gitignore": "*.secret\n"})
    git(pilot, "add", "sub/.gitignore")
    git(pilot, "commit", "--quiet", "--message", "ours")
    assert json.loads(upgrade(pilot, "--plan", "--json").out)["unignored"] == ["api.secret"]


def test_where_no_rule_changes_nobody_looks(tmp_path):
    pilot = make_pilot(tmp_path, catalog(RULES), {**catalog(RULES), "a.txt": "b\n"})
    build_file_tree(pilot, {"api.secret": "s3cr3t"})
    assert json.loads(upgrade(pilot, "--plan", "--json").out)["unignored"] == []
