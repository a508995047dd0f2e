"""What a plan tells: everything that would happen, before anything does."""

import json
import os
import sys

import pexpect
import pytest

from tests.helpers import IDENTITY, git, pilotline
from tests.upgrade.helpers import ANSWERS_TEMPLATE, edit, make_pilot, numbered, release, state, upgrade

DEFINITION = "_exclude: [copier.yml, upgrade_notes]\n_skip_if_exists: [seed.txt]\n"
ONE = {
    "copier.yml": f"{DEFINITION}name: {{type: str, default: ada}}\ncolour: {{type: str, default: red}}\n",
    **ANSWERS_TEMPLATE,
    "a.txt": numbered(),
    "b.txt": numbered("other"),
    "seed.txt": numbered("seed"),
}
TWO = {
    **ONE,
    "copier.yml": (
        f"{DEFINITION}name: {{type: str, default: ada}}\n"
        "colour: {type: str, help: Which colour?, choices: [green, blue], default: green}\n"
        "region: {type: str, help: Which region?, default: eu}\n"
    ),
    "a.txt": numbered(n2="two", n8="eight"),
    "b.txt": numbered("other", n2="two"),
    "seed.txt": numbered("seed", n2="two"),
    "upgrade_notes/v1.0.0.md": "Of the first version.\n",
    "upgrade_notes/v1.5.0.md": "Logs are JSON now.\n\n## Manual steps\n\n- Rename your log parser.\n",
    "upgrade_notes/v2.0.0.md": "Nothing to do.\n",
    "upgrade_notes/v3.0.0.md": "Of a later version.\n",
}


@pytest.fixture
def pilot(tmp_path):
    pilot = make_pilot(tmp_path, ONE, TWO)
    edit(pilot, {"a.txt": numbered(n20="ours")})
    return pilot


def plan(pilot, *arguments, code=0):
    run = upgrade(pilot, "--plan", "--json", *arguments)
    assert run.code == code, run.err
    return json.loads(run.out)


def test_a_plan_tells_everything_and_changes_nothing(pilot):
    before = state(pilot)
    shown = plan(pilot, "-d", "colour=blue")
    assert state(pilot) == before
    assert {change["path"]: (change["added"], change["removed"]) for change in shown["changes"]} == {
        ".copier-answers.yml": (3, 2), "a.txt": (2, 2), "b.txt": (1, 1),
    }  # fmt: skip
    assert shown["merged"] == ["a.txt"]
    assert shown["seeds_improved"] == ["seed.txt"]
    assert [(a["name"], a["kind"]) for a in shown["answers"]] == [("colour", "changed"), ("region", "added")]
    assert [note["version"] for note in shown["notes"]] == ["v1.5.0", "v2.0.0"]
    assert shown["notes"][0]["manual_steps"] == "- Rename your log parser."

    text = upgrade(pilot, "--plan", "-d", "colour=blue").out
    for line in ("~ a.txt  +2 -2 (merged with your edits)", "region: 'eu' (new)", "colour: 'red' -> 'blue'",
                 "Notes on v1.5.0", "  - Rename your log parser.", "Nothing was changed."):  # fmt: skip
        assert line in text


def test_an_answer_that_is_no_longer_valid_is_a_part_of_the_plan(pilot):
    shown = plan(pilot, code=1)
    assert shown["invalid_answers"] == ["colour: 'red' is none of the choices: green, blue"]
    text = upgrade(pilot, "--plan").out
    assert "colour: 'red' is none of the choices: green, blue" in text
    assert "It would stop at these answers" in text
    before = state(pilot)
    refused = upgrade(pilot, "--commit")
    assert (refused.code, "'red' is none of the choices" in refused.err) == (2, True)
    assert state(pilot) == before


def test_a_plan_that_would_conflict_ends_with_1(pilot):
    edit(pilot, {"b.txt": numbered("other", n2="ours")})
    assert plan(pilot, "-d", "colour=blue", code=1)["conflicts"] == ["b.txt"]


@pytest.mark.parametrize(("mine", "code"), [(numbered("seed", n20="ours"), 0), (numbered("seed", n2="ours"), 1)])
def test_an_improved_seed_is_merged_on_request(pilot, mine, code):
    edit(pilot, {"seed.txt": mine})
    run = upgrade(pilot, "-d", "colour=blue", "--include", "seed.txt")
    assert run.code == code, run.err
    text = (pilot / "seed.txt").read_text()
    assert {"two", "ours"} <= set(text.split())
    assert ("<<<<<<<" in text) == bool(code)


@pytest.mark.parametrize("path", ["a.txt", "missing.txt", "../x"])
def test_what_is_no_seed_cannot_be_included(pilot, path):
    run = upgrade(pilot, "-d", "colour=blue", "--include", path)
    assert (run.code, "No seed of both versions" in run.err) == (2, True)


def test_a_deleted_seed_does_not_return_when_it_is_included(pilot):
    edit(pilot, {"seed.txt": None})
    assert upgrade(pilot, "-d", "colour=blue", "--include", "seed.txt", "--commit").code == 0
    assert not (pilot / "seed.txt").exists()


def test_a_person_is_asked_for_new_and_refused_answers_only(pilot):
    child = pexpect.spawn(
        sys.executable, ["-m", "pilotline", "upgrade", "--ask", "--commit"], cwd=str(pilot), encoding="utf-8",
        timeout=30, env={**os.environ, **IDENTITY, "TERM": "xterm"}, dimensions=(40, 120),
    )  # fmt: skip
    child.expect("Which colour")
    child.send("\x1b[B\r")
    child.expect("Which region")
    child.send("\x7f\x7fus\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    answers = git(pilot, "show", "HEAD:.copier-answers.yml")
    assert {"colour: blue", "region: us", "name: ada"} <= set(answers.splitlines())


def test_nobody_is_asked_without_a_terminal(pilot):
    run = upgrade(pilot, "--ask")
    assert (run.code, "--ask needs a terminal" in run.err) == (2, True)


@pytest.mark.parametrize(
    "roles",
    ["question_roles: {type: yaml, when: false, default: {fixed: [architecture, package_name]}}\n", ""],
    ids=["ours", "foreign"],
)
@pytest.mark.parametrize("name", ["architecture", "package_name"])
def test_what_is_fixed_after_new_is_refused_with_a_sentence(tmp_path, name, roles):
    text = f"_exclude: [copier.yml]\n{name}: {{type: str, default: one}}\n{roles}"
    one = {"copier.yml": text, **ANSWERS_TEMPLATE}
    pilot = make_pilot(tmp_path, one, {**one, "x.txt": "x\n"})
    run = upgrade(pilot, "-d", f"{name}=two")
    assert (run.code, "fixed since the pilot was made" in run.err) == ((2, True) if roles else (0, False))
    assert (f"{name}: two" in (pilot / ".copier-answers.yml").read_text()) == (not roles)


def test_an_answer_that_is_not_asked_is_refused_and_dropped_only_by_an_answer_that_turns_it_off(tmp_path):
    one = {
        "copier.yml": (
            "_exclude: [copier.yml]\nci: {type: str, default: a}\n"
            "host: {type: str, default: h, when: \"{{ ci == 'a' }}\"}\n"
        ),
        **ANSWERS_TEMPLATE,
    }
    pilot = make_pilot(tmp_path, one, {**one, "x.txt": "x\n"})
    before = state(pilot)
    both = upgrade(pilot, "-d", "ci=b", "-d", "host=mine")
    assert (both.code, "host: it is not asked beside these answers" in both.err) == (2, True)
    assert state(pilot) == before
    done = upgrade(pilot, "-d", "ci=b", "--commit")
    assert (done.code, "host: 'h' (dropped" in done.out) == (0, True)
    assert "host" not in (pilot / ".copier-answers.yml").read_text()
    made = ("new", tmp_path / "other", "--catalog", tmp_path / "catalog", "-d", "ci=b", "-d", "host=mine")
    for defaults in ([], ["--defaults"]):
        new = pilotline(*made, *defaults, environment=IDENTITY)
        assert (new.code, "host: it is not asked" in new.err, (tmp_path / "other").exists()) == (2, True, False)


def test_a_plan_reads_well(tmp_path):
    one = {"a.txt": "one\n", "old.txt": numbered()}
    notes = {"upgrade_notes/v2.0.0.md": "# v2.0.0\n\n## Changed\n\n- All is better.\n"}
    two = {"a.txt": "two\n", "new.txt": numbered(), **notes}
    pilot = make_pilot(tmp_path, one, two)
    edit(pilot, {"a.txt": "ours\n"})
    lines = upgrade(pilot, "--plan").out.splitlines()
    assert {"  ! a.txt (conflict)", "  > old.txt -> new.txt"} <= set(lines)
    at = lines.index("Notes on v2.0.0")
    assert lines[at : at + 4] == ["Notes on v2.0.0", "  ## Changed", "", "  - All is better."]
    branch = upgrade(pilot, "--branch", "next")
    assert (branch.code, "upgrade in the work tree to resolve them" in branch.out) == (1, True)
    assert "next" not in git(pilot, "for-each-ref")


def test_a_second_upgrade_says_already_at_version(pilot):
    assert upgrade(pilot, "-d", "colour=blue", "--commit").code == 0
    before = state(pilot)
    run = upgrade(pilot, "--commit")
    assert (run.code, run.out) == (0, "Already at v2.0.0; nothing to do.\n")
    assert state(pilot) == before
    release(pilot.parent / "catalog", {**TWO, "c.txt": "c\n"}, "v2.1.0")
    assert plan(pilot)["notes"] == []
