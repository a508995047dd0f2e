"""Options that contradict each other, or that would be left aside in silence, are refused before anything is done."""

import pytest

from tests.helpers import git, pilotline
from tests.upgrade.helpers import edit, make_pilot, numbered, state, upgrade

ONE = {"owned.txt": numbered()}
TWO = {"owned.txt": numbered(n3="the catalog's")}
MOVES = {
    "upgrade": ("upgrade",),
    "add": ("add", "postgres"),
    "remove": ("remove", "postgres"),
    "prepare": ("prepare", "pilot"),
    "answers": ("answers", "-d", "name=eve"),
    "move": ("move", "--catalog", "../catalog"),
    "adopt": ("adopt",),
    "adopt --take": ("adopt", "--take", "owned.txt"),
}
ENDS = {
    "plan and commit": (("--plan", "--commit"), "--plan and --commit are different ends of one move"),
    "plan and branch": (("--plan", "--branch", "b"), "--plan and --branch are different ends"),
    "commit and branch": (("--commit", "--branch", "b"), "--commit and --branch are different ends"),
    "branch and conflicts": (("--branch", "b", "--conflicts", "keep"), "--branch takes no conflicts"),
}
IDLE = {
    "abort and plan": (("upgrade", "--abort", "--plan"), "--plan would do nothing beside --abort."),
    "abort and more": (
        ("upgrade", "--abort", "--to", "v2.0.0", "--conflicts", "fail"),
        "--to and --conflicts would do nothing beside --abort.",
    ),
    "answers without one": (("answers", "--commit"), "--commit would do nothing without -d KEY=VALUE."),
    "take and answers": (
        ("adopt", "--take", "owned.txt", "--defaults", "-d", "name=eve"),
        "--data and --defaults would do nothing beside --take.",
    ),
    "adopt and an answers file": (("adopt", "--answers-file", "x.yml"), "--answers-file would do nothing"),
    "no version": (("upgrade", "--to", ""), "the version is empty."),
}


@pytest.fixture(scope="module")
def pilot(tmp_path_factory):
    return make_pilot(tmp_path_factory.mktemp("made"), ONE, TWO)


@pytest.mark.parametrize("command", MOVES.values(), ids=MOVES.keys())
@pytest.mark.parametrize(("options", "message"), ENDS.values(), ids=ENDS.keys())
def test_every_move_has_one_end(pilot, command, options, message):
    refused(pilot, (*command, *options), message)


@pytest.mark.parametrize(("command", "message"), IDLE.values(), ids=IDLE.keys())
def test_nothing_is_left_aside_in_silence(pilot, command, message):
    refused(pilot, command, message)


def refused(pilot, command, message):
    before = state(pilot)
    run = pilotline(*command, cwd=pilot)
    assert (run.code, run.out) == (2, ""), run
    assert message in run.err
    assert f"pilotline {command[0]} --help` shows how it is meant." in run.err
    assert state(pilot) == before


def test_answers_from_a_file_are_not_taken_for_an_answers_file(pilot, tmp_path):
    (tmp_path / "answers.yml").write_text("name: eve\n")
    assert "managed by a catalog already" in pilotline("adopt", "--answers", tmp_path / "answers.yml", cwd=pilot).err


def test_what_means_the_same_may_stand_together(tmp_path):
    pilot = make_pilot(tmp_path, ONE, TWO)
    assert upgrade(pilot, "--branch", "new", "--conflicts", "fail").code == 0
    assert "the catalog's" in git(pilot, "show", "new:owned.txt")
    assert upgrade(pilot, "--plan", "--conflicts", "fail").code == 0
    assert upgrade(pilot, "--conflicts", "keep", "--commit").code == 0
    edit(pilot, {"owned.txt": numbered(n3="ours")})
    assert pilotline("upgrade", "--abort", "--json", cwd=pilot).code == 0
