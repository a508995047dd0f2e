"""Migrations: run for who is trusted, in a copy of the project; a plan shows them, and an abort takes them back."""

import json

import pytest

from tests.foreign.histories import History, by_pilotline, look, make
from tests.helpers import build_file_tree, commit_all, git
from tests.upgrade.helpers import numbered

BEFORE = "when: \"{{ _stage == 'before' }}\""
STEPS = (
    f"_migrations:\n- {{command: 'git mv old.txt moved.txt && echo $STAGE >> $LOG', {BEFORE}}}\n"
    "- {version: v2, command: 'cat moved.txt >> summary.txt; echo $STAGE $VERSION_FROM $VERSION_TO >> $LOG'}\n"
)
HISTORY = History(
    {
        "copier.yml": f"_exclude: [.git, copier.yml]\n{STEPS}", "old.txt": numbered(), ".gitignore": "build/\n",
        "a.txt": "one\n",
    },
    {"old.txt": None, "moved.txt": numbered(n2="two"), "a.txt": "two\n"},
    {"a.txt": "one\nand ours\n", "ours.txt": "ours\n", "old.txt": numbered(n20="ours")},
    trusted=True, folder="sub", uncommitted={"build/big": "ignored\n"},
)  # fmt: skip
BOTH = numbered(n2="two", n20="ours")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return make(tmp_path, HISTORY)[1]


def test_a_plan_shows_what_migrations_change_and_changes_nothing(project, tmp_path):
    before = look(project), git(project, "status", "--porcelain"), git(project, "count-objects", "-v")
    plan = by_pilotline(project, HISTORY, "--plan", "--json")
    assert plan.code == 1, plan.err
    shown = json.loads(plan.out)
    assert {(change["kind"], change["path"]) for change in shown["changes"]} == {
        ("changed", ".copier-answers.yml"), ("changed", "a.txt"), ("renamed", "moved.txt"),
        ("added", "summary.txt"),
    }  # fmt: skip
    assert shown["conflicts"] == ["a.txt"]
    assert (tmp_path / "log").read_text() == "before\nafter v1.0.0 v2.0.0\n", "before the merge, and after it"
    assert (look(project), git(project, "status", "--porcelain"), git(project, "count-objects", "-v")) == before


def test_what_they_left_is_written_in_one_step_and_taken_back_whole(project):
    before = look(project)
    done = by_pilotline(project, HISTORY)
    assert done.code == 1, done.err
    left = look(project)
    assert (left.files["moved.txt"], left.files["summary.txt"]) == (BOTH, BOTH)
    assert (left.files["build/big"], left.files["ours.txt"]) == ("ignored\n", "ours\n")
    assert left.conflicts == {"a.txt"}
    assert "old.txt" not in left.files
    assert by_pilotline(project, History({}), "--abort").code == 0
    assert look(project) == before
    assert git(project, "status", "--porcelain") == ""


def test_who_is_not_trusted_runs_none_and_is_named(project, tmp_path):
    done = by_pilotline(project, History({}), "--plan")
    assert "Not run, because you do not trust" in done.err
    assert "`git mv old.txt moved.txt && echo $STAGE >> $LOG`" in done.err
    assert "To let it: --trust" in done.err
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize(
    ("command", "message"),
    [("exit 3", "Copier cannot run the migrations of"), ("echo nothing > .copier-answers.yml", "leaves no answers in")],
    ids=["fails", "destroys the answers"],
)
def test_a_migration_that_goes_wrong_changes_nothing(tmp_path, command, message):
    steps = f"_migrations: [{{command: '{command}', {BEFORE}}}]\n"
    history = History({"copier.yml": steps, "a.txt": "one\n"}, {"a.txt": "two\n"}, trusted=True)
    _, project = make(tmp_path, history)
    before = look(project)
    done = by_pilotline(project, history, "--commit")
    assert (done.code, message in done.err) == (2, True), done.err
    assert (look(project), git(project, "status", "--porcelain")) == (before, "")


def test_neither_hooks_nor_settings_of_the_project_work_in_the_copy(tmp_path):
    history = History(
        {"copier.yml": "_migrations: ['git add --all && git commit --quiet -m mine']\n", "a.txt": "one\n"},
        {"a.txt": "two\n"}, {".gitattributes": "*.txt filter=loud\n"}, trusted=True,
    )  # fmt: skip
    _, project = make(tmp_path, history)
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    git(project, "config", "filter.loud.smudge", f"touch {tmp_path}/filtered; cat")
    done = by_pilotline(project, history, "--plan")
    assert done.code == 0, done.err
    assert {path.name for path in tmp_path.iterdir()} == {"template", "project"}


def test_other_answers_at_the_same_version_migrate_nothing(project, tmp_path):
    done = by_pilotline(project, HISTORY, "--plan", "--to", "v1.0.0")
    assert done.code == 0, done.err
    assert "Already at v1.0.0" in done.out
    assert not (tmp_path / "log").exists()


def test_a_shallow_clone_keeps_a_submodule_that_it_has_not_fetched(tmp_path):
    history = History({"copier.yml": "_migrations: ['touch made']\n", "a": "1"}, {"a": "2"}, trusted=True)
    _, project = make(tmp_path, history)
    other = build_file_tree(tmp_path / "other", {"x": "x"})
    commit_all(other, "other")
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "vendor/other")
    commit_all(project, "a submodule")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{project}", str(clone))
    entry = git(clone, "ls-files", "-s", "vendor/other")

    done = by_pilotline(clone, history, "--commit")

    assert done.code == 0, done.err
    assert git(clone, "ls-files", "-s", "vendor/other") == entry
    assert (git(clone, "status", "--porcelain"), git(clone, "fsck", "--no-dangling")) == ("", "")
    assert look(clone).files["made"] == ""
