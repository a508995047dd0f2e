"""Moving to another catalog: known answers go along, unknown ones are dropped aloud, edits survive."""

import json
import shutil

import pytest

from tests.helpers import IDENTITY, ROOT, build_file_tree, commit_all, files_below, git, pilotline

LINES = "".join(f"line {number}\n" for number in range(1, 21))
ANSWERS = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"}
ONE: dict[str, str | bytes] = {
    **ANSWERS,
    "copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [seeds]\n"
    "name: ada\ncolour: {type: str, choices: [red, blue], default: red}\nold_question: 7\n",
    "owned.txt": LINES,
    "leaves.txt": "leaves with the catalog\n" * 4,
    "seeds/first.txt": "first\n",
}
TWO: dict[str, str | bytes] = {
    **ANSWERS,
    "copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [seeds]\n"
    "name: ada\ncolour: {type: str, choices: [red, green], default: green}\nunit: {type: str, default: hours}\n",
    "owned.txt": LINES.replace("line 2\n", "line two of the organisation\n"),
    "theirs.txt.jinja": "{{ unit }}\n",
    "seeds/first.txt": "first of the organisation\n",
    "seeds/second.txt": "second\n",
}


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def pilot(tmp_path):
    commit_all(build_file_tree(tmp_path / "one", ONE), "one", tag="v1.0.0")
    commit_all(build_file_tree(tmp_path / "two", TWO), "two", tag="v5.0.0")
    folder = tmp_path / "pilot"
    assert pilotline("new", folder, "--defaults", "--catalog", tmp_path / "one").code == 0
    text = (folder / "owned.txt").read_text().replace("line 15\n", "line fifteen of the team\n")
    build_file_tree(folder, {"owned.txt": text, "seeds/first.txt": "ours\n"})
    commit_all(folder, "our work")
    return folder


def move(pilot, *arguments):
    return pilotline("move", *arguments, cwd=pilot)


def test_a_plan_lists_answers_that_are_dropped_and_new_and_changes_nothing(pilot):
    before = git(pilot, "rev-parse", "HEAD"), files_below(pilot), git(pilot, "count-objects", "-v")
    run = move(pilot, "--catalog", "../two", "--plan")
    assert run.code == 0, run.err
    assert "old_question: 7 (dropped: it is not asked any more)" in run.out
    assert "unit: 'hours' (new)" in run.out
    assert "colour" not in run.out, "an answer that is accepted goes along unchanged"
    assert (git(pilot, "rev-parse", "HEAD"), files_below(pilot), git(pilot, "count-objects", "-v")) == before

    shown = json.loads(move(pilot, "--catalog", "../two", "--plan", "--json").out)
    assert shown["answers"] == [
        {"name": "old_question", "kind": "dropped", "old": 7, "new": None},
        {"name": "unit", "kind": "added", "old": None, "new": "hours"},
    ]
    assert shown["catalog"] == {"from": str(pilot.parent / "one"), "to": str(pilot.parent / "two")}


def test_a_pilot_moves_with_its_edits_and_its_seeds_and_then_follows_the_other_catalog(pilot):
    two = pilot.parent / "two"
    run = move(pilot, "--catalog", "../two@v5.0.0", "-d", "unit=days", "--commit")
    assert run.code == 0, run.err
    text = (pilot / "owned.txt").read_text()
    assert "line fifteen of the team" in text
    assert "line two of the organisation" in text
    assert not (pilot / "leaves.txt").exists()
    assert (pilot / "theirs.txt").read_text() == "days\n"
    assert (pilot / "seeds/first.txt").read_text() == "ours\n"
    assert (pilot / "seeds/second.txt").read_text() == "second\n"
    answers = (pilot / ".copier-answers.yml").read_text()
    assert f"_src_path: {two}\n" in answers, "a relative path is made absolute"
    assert "_commit: v5.0.0\n" in answers
    assert "old_question" not in answers

    build_file_tree(two, {"later.txt": "later\n"})
    commit_all(two, "later", tag="v5.1.0")
    assert pilotline("upgrade", "--commit", cwd=pilot).code == 0
    assert (pilot / "later.txt").exists()


def test_a_recorded_answer_that_is_not_accepted_stops_the_move_until_it_is_settled(pilot):
    assert pilotline("answers", "-d", "colour=blue", "--commit", cwd=pilot).code == 0
    before = git(pilot, "rev-parse", "HEAD"), files_below(pilot)
    run = move(pilot, "--catalog", "../two", "--commit")
    assert run.code == 2
    assert "colour: 'blue' is none of the choices: red, green" in run.err
    assert (git(pilot, "rev-parse", "HEAD"), files_below(pilot)) == before
    assert move(pilot, "--catalog", "../two", "-d", "colour=green", "--commit").code == 0


def test_a_branch_is_all_that_is_written(pilot):
    before = git(pilot, "rev-parse", "HEAD"), files_below(pilot)
    assert move(pilot, "--catalog", "../two", "--branch", "to-two").code == 0
    assert (git(pilot, "rev-parse", "HEAD"), files_below(pilot), git(pilot, "status", "--porcelain")) == (*before, "")
    assert git(pilot, "show", "to-two:theirs.txt") == "hours"


@pytest.mark.parametrize(
    ("catalog", "message"),
    [
        ("../nowhere", "There is no catalog at ../nowhere"),
        ("../two@v9", "has no version v9"),
        ("../loose", "has no version: it is no git repository"),
        ("@v0.0.1", "carries no built-in catalog v0.0.1"),
    ],
)
def test_a_catalog_that_cannot_be_recorded_is_refused(pilot, catalog, message):
    build_file_tree(pilot.parent / "loose", TWO)
    run = move(pilot, "--catalog", catalog, "--commit")
    assert (run.code, message in run.err) == (2, True), run.err


def test_from_the_built_in_catalog_to_an_organisation_s_own(tmp_path):
    own = tmp_path / "own"
    for part in ("templates", "reference_architectures"):
        shutil.copytree(ROOT / part, own / part)
    shutil.copy(ROOT / "copier.yml", own)
    objectives = own / "templates/_organisation/objectives.yml"
    objectives.write_text(objectives.read_text().replace("Keep the revenue", "Keep and grow the revenue"))
    commit_all(own, "ours", tag="v1.0.0")
    pilot = tmp_path / "pilot"
    assert pilotline("new", pilot, "--defaults").code == 0

    run = move(pilot, "--catalog", own, "--commit", "--json")

    assert run.code == 0, run.err
    assert json.loads(run.out)["answers"] == []
    assert {change["path"] for change in json.loads(run.out)["changes"]} >= {".copier-answers.yml"}
    assert json.loads(pilotline("diff", "--json", cwd=pilot).out)["changes"] == []
    back = move(pilot, "--catalog", "@" + json.loads(run.out)["from"], "--commit")
    assert back.code == 0, back.err
    assert git(pilot, "rev-parse", "HEAD^{tree}") == git(pilot, "rev-parse", "HEAD~2^{tree}")
