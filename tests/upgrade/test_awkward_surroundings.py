"""What goes wrong around a pilot ends in one sentence, and the pilot is as it was, or can be made so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import IDENTITY, files_below, git, pilotline
from tests.upgrade.helpers import edit, make_pilot, numbered, state, upgrade

ONE = {"owned.txt": numbered(), "sub/a.txt": numbered("a"), "gone.txt": numbered("g")}
TWO = {"owned.txt": numbered(n3="the catalog's"), "sub/a.txt": numbered("a", n5="the catalog's"), "zzz.bin": "new\n"}


@pytest.fixture
def pilot(tmp_path):
    return make_pilot(tmp_path, ONE, TWO)


def journals(pilot):
    return [path.name for path in (pilot / ".git").glob("pilotline*")]


def look(pilot):
    return git(pilot, "rev-parse", "HEAD"), git(pilot, "status", "--porcelain"), files_below(pilot), journals(pilot)


def test_a_lock_of_another_process_is_respected(pilot):
    lock = pilot / ".git/index.lock"
    lock.write_text("")
    before = state(pilot)
    run = upgrade(pilot, "--commit")
    assert (run.code, "Another process of git is at work" in run.err, str(lock) in run.err) == (2, True, True)
    assert (lock.exists(), state(pilot)) == (True, before)
    lock.unlink()
    assert upgrade(pilot).code == 0
    lock.write_text("")
    assert (upgrade(pilot, "--abort").code, lock.exists()) == (2, True)


def test_a_filter_that_fails_on_what_arrives_changes_nothing(pilot):
    edit(pilot, {".gitattributes": "*.bin filter=broken\n"})
    git(pilot, "config", "filter.broken.smudge", "false")
    git(pilot, "config", "filter.broken.required", "true")
    before = look(pilot)
    run = upgrade(pilot, "--commit")
    assert (run.code, "external filter" in run.err) == (2, True)
    assert look(pilot) == before


def test_a_filter_that_fails_on_what_was_there_is_told_and_can_be_taken_back_later(pilot):
    edit(pilot, {".gitattributes": "*.txt filter=broken\n"})
    before = look(pilot)
    for name, value in {"smudge": "false", "clean": "cat", "required": "true"}.items():
        git(pilot, "config", f"filter.broken.{name}", value)
    run = upgrade(pilot, "--commit")
    assert (run.code, "could not be taken back" in run.err, "--abort" in run.err) == (2, True, True)
    git(pilot, "config", "filter.broken.smudge", "cat")
    assert upgrade(pilot, "--abort").code == 0
    assert look(pilot) == before


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("path", ["owned.txt", "gone.txt"])
def test_work_that_git_was_told_not_to_look_at_is_never_overwritten(pilot, mark, path):
    git(pilot, "update-index", mark, path)
    (pilot / path).write_text("local\n")
    before = files_below(pilot)
    run = upgrade(pilot, "--commit")
    assert (run.code, f"Entry '{path}' not uptodate" in run.err) == (2, True)
    assert (files_below(pilot), journals(pilot)) == (before, [])


@pytest.mark.parametrize("form", ["openpgp", "ssh"])
def test_signing_without_a_key_changes_nothing(pilot, form):
    for name, value in {"commit.gpgSign": "true", "gpg.format": form, "user.signingKey": "/none"}.items():
        git(pilot, "config", name, value)
    before = look(pilot)
    for ending in (("--commit",), ("--branch", "new")):
        run = upgrade(pilot, *ending)
        assert (run.code, "git commit-tree failed" in run.err) == (2, True)
        assert look(pilot) == before
    assert upgrade(pilot).code == 0


def test_git_s_own_variables_lead_nowhere_else(pilot, tmp_path):
    other = make_pilot(tmp_path / "other", ONE, TWO)
    before = state(other)
    folder = str(other / ".git")
    names = {"GIT_DIR": folder, "GIT_WORK_TREE": str(other), "GIT_INDEX_FILE": f"{folder}/index"}
    assert upgrade(pilot, "--commit", **names, GIT_OBJECT_DIRECTORY=f"{folder}/objects").code == 0
    assert state(other) == before
    assert (pilot / "zzz.bin").exists()


def test_a_repository_that_git_does_not_read_is_told_in_git_s_words(pilot):
    config = pilot / ".git/config"
    config.write_text(f"{config.read_text()}[broken\n")
    run = upgrade(pilot)
    assert (run.code, "bad config line" in run.err) == (2, True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a folder away")
def test_a_repository_of_somebody_else_is_told_so(pilot):
    for place in (pilot, pilot / ".git"):
        os.chown(place, 65534, 65534)
    run = upgrade(pilot)
    assert (run.code, "dubious ownership" in run.err, "safe.directory" in run.err) == (2, True, True)


def test_a_name_that_is_no_utf_8_is_valid_json(pilot):
    (pilot / "sub").rename(pilot / os.fsdecode(b"s\xffb"))
    edit(pilot, {})
    done = subprocess.run(
        [sys.executable, "-m", "pilotline", "upgrade", "--json"],
        cwd=pilot, env={**os.environ, **IDENTITY}, capture_output=True, check=True,
    )  # fmt: skip
    paths = [change["path"] for change in json.loads(done.stdout.decode("utf-8"))["changes"]]
    assert os.fsdecode(b"s\xffb/a.txt") in paths
    assert upgrade(pilot, "--abort").code == 0
    assert git(pilot, "status", "--porcelain") == ""


OUTPUTS = {"closed": (">&-", 0, ""), "on a full disk": (">/dev/full", 2, "The output could not be written")}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(("where", "code", "message"), OUTPUTS.values(), ids=OUTPUTS.keys())
def test_an_output_that_takes_nothing_is_no_fault_of_ours(pilot, where, code, message):
    command = f'"{sys.executable}" -m pilotline upgrade --commit {where}'
    done = subprocess.run(
        command, shell=True, cwd=pilot, env={**os.environ, **IDENTITY}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, message in done.stderr, "fault" in done.stderr) == (code, True, False)
    assert (pilot / "zzz.bin").exists(), "the work itself is done"


def test_a_current_folder_that_is_gone_is_one_sentence(tmp_path):
    (tmp_path / "gone").mkdir()
    done = subprocess.run(
        f'rmdir "{tmp_path}/gone"; "{sys.executable}" -m pilotline upgrade',
        shell=True, cwd=tmp_path / "gone", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "The current folder is gone." in done.stderr) == (2, True)


def test_many_upgrades_at_once_give_one_result_and_none_undoes_another(pilot):
    command = [sys.executable, "-m", "pilotline", "upgrade", "--commit"]
    environment = {**os.environ, **IDENTITY}
    running = [
        subprocess.Popen(command, cwd=pilot, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    ended = [(process.communicate(), process.returncode) for process in running]
    assert {code for _, code in ended} <= {0, 2}
    assert [code for _, code in ended].count(0) >= 1
    assert [said for said, _ in ended if "killed" in said[1]] == []
    assert (git(pilot, "status", "--porcelain"), journals(pilot)) == ("", [])
    assert upgrade(pilot).out == "Already at v2.0.0; nothing to do.\n"


def test_a_pilot_below_a_folder_with_a_line_break_in_its_name(tmp_path):
    odd = tmp_path / 'a "b"\nc\\d @1'
    odd.mkdir()
    pilot = make_pilot(odd, ONE, TWO)
    edit(pilot, {"owned.txt": numbered(n20="ours")})
    assert upgrade(pilot, "--commit").code == 0
    assert (pilot / "owned.txt").read_text() == numbered(n3="the catalog's", n20="ours")
    moved = pilotline("move", "--catalog", odd / "catalog", "--plan", cwd=pilot)
    assert "Already at v2.0.0" in moved.out, "an @ in the name of a folder is no version"
