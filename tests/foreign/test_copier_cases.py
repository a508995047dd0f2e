"""Copier's own cases, rewritten: what its suite expects of a template comes of it here, too."""

import pytest

from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.foreign.copier_cases import ALL, AS_COPIER, COPIES, DIFFERENT, UPDATES, Copy, Update
from tests.foreign.histories import History, by_pilotline, change, look, make, tree_as_text
from tests.helpers import ROOT, commit_all


@pytest.mark.parametrize(
    ("update", "differs"), [pytest.param(update, name in DIFFERENT, id=name) for name, update in UPDATES.items()]
)
def test_an_update_leaves_what_copier_s_suite_expects(tmp_path, update: Update, differs: bool):
    _, project = make(tmp_path, update.history)
    done = by_pilotline(project, update.history)
    assert done.code == (1 if update.conflicts else 0), done.err + done.out
    left = look(project)
    met = {path: left.files.get(path) for path in update.expected} == update.expected
    assert (met, left.conflicts) == (not differs, update.conflicts), left.files


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_gives_what_copier_s_suite_expects(tmp_path, copy: Copy):
    change(tmp_path / "template", copy.files)
    commit_all(tmp_path / "template", "one", tag="v1.0.0")
    snapshot = load_snapshot(Reference(str(tmp_path / "template")), "")
    assert tree_as_text(render(snapshot, accept_answers(snapshot, copy.data))) == copy.expected


def test_the_page_gives_the_count():
    """`python -m tests.foreign` makes it, by Copier itself; here the table that it goes through is held to it."""
    page = (ROOT / "docs/how-to/foreign-templates.md").read_text()
    assert f"{len(AS_COPIER)} of {len(ALL)} leave in a project what Copier leaves there" in page


@pytest.mark.parametrize(
    ("tags", "at"), [(("v1.9", "v2.a2"), "v2.a2"), (("v1", ""), "HEAD")], ids=["a prerelease", "a commit after a tag"]
)
def test_nobody_is_led_back_to_an_older_release_that_nobody_named(tmp_path, tags, at):
    history = History({"a": "1"}, {"a": "2"}, tags=tags, to=at)
    _, project = make(tmp_path, history)
    assert by_pilotline(project, history, "--commit").code == 0
    refused = by_pilotline(project, History({}))
    assert (refused.code, f"newer than the newest release here, {tags[0]}" in refused.err) == (2, True), refused
    assert by_pilotline(project, History({}), "--to", tags[0]).code == 0
    assert look(project).files["a"] == "1"
