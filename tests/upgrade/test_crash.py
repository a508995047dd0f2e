"""A move that is killed at any step: HEAD and refs are old or finished, and the next command finishes or undoes it."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pilotline.pilot.pilot import open_pilot
from pilotline.upgrade import undo
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline
from tests.killing import run_killed, some

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
ONE = {
    "copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [seed.txt]\nname: ada\n",
    ANSWERS: "{{ _copier_answers | to_nice_yaml }}",
    "changed.txt": "".join(f"line {number}\n" for number in range(30)),
    "clash.txt": "one\n",
    "folder": "a file where a folder will be\n",
    "gone/for/ever.txt": "gone\n",
    "moved.txt": "".join(f"moved {number}\n" for number in range(30)),
    "run.sh": "#!/bin/sh\n",
}
TWO = {
    **{path: text for path, text in ONE.items() if path not in {"folder", "gone/for/ever.txt", "moved.txt"}},
    "changed.txt": ONE["changed.txt"].replace("line 3\n", "line three\n"),
    "clash.txt": "two\n",
    "folder/new.txt": "new\n" * 500,
    "sub/moved.txt": ONE["moved.txt"],
    "seed.txt": "seed\n",
    **{f"many/{number}.txt": f"{number}\n" for number in range(5)},
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """Give two pilots that can be upgraded, one cleanly and one with a conflict, with untracked files in them."""
    folder = tmp_path_factory.mktemp("crash")
    catalog = build_file_tree(folder / "catalog", ONE)
    commit_all(catalog, "one", tag="v1.0.0")
    for path in files_below(catalog):
        (catalog / path).unlink()
    shutil.rmtree(catalog / "gone")
    build_file_tree(catalog, TWO)
    (catalog / "run.sh").chmod(0o755)
    commit_all(catalog, "two", tag="v2.0.0")
    for name, edits in {"clean": {}, "conflict": {"clash.txt": "of the team\n"}}.items():
        made = pilotline("new", folder / name, "--defaults", "--catalog", f"{catalog}@v1.0.0", environment=IDENTITY)
        assert made.code == 0, made.err
        text = ONE["changed.txt"].replace("line 20\n", "line twenty of the team\n")
        build_file_tree(folder / name, {"changed.txt": text, "team.txt": "ours\n", **edits})
        commit_all(folder / name, "our work")
        build_file_tree(folder / name, {"many/notes.txt": "untracked\n", "notes.txt": "untracked\n"})
    return folder


def upgrade_killed(pilot: Path, at: int, when: str, *arguments: str) -> list[str]:
    return run_killed(pilot.parent / "bin", pilot, ["upgrade", *arguments], at, when)


def everything(pilot: Path) -> tuple[object, ...]:
    executable = {path for path in files_below(pilot) if os.access(pilot / path, os.X_OK)}
    return (
        files_below(pilot), executable, git(pilot, "ls-files", "-s"), git(pilot, "rev-parse", "HEAD^{tree}"),
        git(pilot, "for-each-ref", "--format=%(refname)"), git(pilot, "status", "--porcelain"),
    )  # fmt: skip


def writing_steps(original: Path, scratch: Path, *arguments: str) -> range:
    """Number the calls of git from the one on that writes first."""
    calls = upgrade_killed(shutil.copytree(original, scratch / "pilot", symlinks=True), 0, "never", *arguments)
    first = next(number for number, call in enumerate(calls, start=1) if "pack-objects" in call)
    return range(first, len(calls) + 1)


KINDS = {
    "commit": ("clean", ("--commit",), 0),
    "ready": ("clean", (), 0),
    "conflict": ("conflict", (), 1),
    "branch": ("clean", ("--branch", "catalog-two"), 0),
}


@pytest.mark.parametrize("when", ["before", "within", "after"])
@pytest.mark.parametrize("name", KINDS)
def test_killed_at_some_calls_of_git(originals, tmp_path, name, when):
    look(originals, tmp_path, name, when, lambda steps: some(steps, 1, f"{name} {when}"))


@pytest.mark.combinations
@pytest.mark.parametrize("when", ["before", "within", "after"])
@pytest.mark.parametrize("name", KINDS)
def test_killed_at_every_call_of_git(originals, tmp_path, name, when):
    look(originals, tmp_path, name, when, list)


def look(originals, tmp_path, name, when, choose):
    kind, arguments, code = KINDS[name]
    original = originals / kind
    before, head = everything(original), git(original, "rev-parse", "HEAD")
    finished = shutil.copytree(original, tmp_path / "finished" / "pilot", symlinks=True)
    assert pilotline("upgrade", *arguments, cwd=finished, environment=IDENTITY).code == code
    expected = everything(finished)

    for step in choose(writing_steps(original, tmp_path / "counted", *arguments)):
        pilot = shutil.copytree(original, tmp_path / str(step) / "pilot", symlinks=True)
        upgrade_killed(pilot, step, when, *arguments)
        moved = git(pilot, "rev-parse", "HEAD") != head
        if moved or "catalog-two" in git(pilot, "for-each-ref"):
            assert everything(pilot) == expected, f"step {step}"
            continue
        twin = shutil.copytree(pilot, tmp_path / str(step) / "twin", symlinks=True)

        undone = pilotline("upgrade", "--abort", cwd=twin)
        assert (undone.code, everything(twin)) == (0, before), f"step {step}: {undone.err}"

        again = pilotline("upgrade", *arguments, cwd=pilot, environment=IDENTITY)
        if "is not finished here" in again.err:
            assert everything(pilot) == expected, f"step {step}: complete, and waits for a commit"
        else:
            assert (again.code, everything(pilot)) == (code, expected), f"step {step}: {again.err}"


@pytest.mark.parametrize("number", [1, 2, 4, 6, 9])
def test_killed_between_two_files(originals, tmp_path, number):
    """Git itself is killed while it writes the work tree: a filter of the pilot kills it at its n-th file."""
    pilot = shutil.copytree(originals / "clean", tmp_path / "pilot", symlinks=True)
    count = tmp_path / "count"
    script = build_file_tree(tmp_path, {"count": "0", "smudge": (
        f'n=$(($(cat {count}) + 1)); echo $n >{count}; '
        f'[ $n = "$KILL_AT" ] && kill -9 $(cat {tmp_path}/pilotline.pid) $PPID; cat\n'
    )}) / "smudge"  # fmt: skip
    build_file_tree(pilot, {".git/info/attributes": "* filter=killer\n"})
    git(pilot, "config", "filter.killer.smudge", f"sh {script}")
    git(pilot, "config", "filter.killer.clean", "cat")
    before = everything(pilot)
    code = (
        f"import os, pathlib; pathlib.Path({str(tmp_path / 'pilotline.pid')!r}).write_text(str(os.getpid()));"
        "from pilotline.cli.main import main; main()"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, "upgrade", "--commit"], cwd=pilot, check=False, capture_output=True,
        env={**os.environ, **IDENTITY, "KILL_AT": str(number)}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert killed.returncode == -9, killed.stderr
    time.sleep(0.3)  # git is killed right after pilotline
    assert files_below(pilot) != before[0] or number == 1

    twin = shutil.copytree(pilot, tmp_path / "twin", symlinks=True)
    undone = pilotline("upgrade", "--abort", cwd=twin)
    assert (undone.code, everything(twin)) == (0, before), undone.err
    again = pilotline("upgrade", "--commit", cwd=pilot, environment=IDENTITY)
    assert again.code == 0, again.err
    assert "it is undone now" in again.err
    assert (pilot / "many/notes.txt").read_text() == "untracked\n"
    assert git(pilot, "status", "--porcelain") == "?? many/notes.txt\n?? notes.txt"


def test_work_that_is_done_after_a_kill_is_never_lost(originals, tmp_path):
    pilot = shutil.copytree(originals / "clean", tmp_path / "pilot", symlinks=True)
    calls = upgrade_killed(pilot, 0, "never")
    journal = pilot / ".git/pilotline-upgrade.json"
    data = json.loads(journal.read_text())
    assert data["complete"] is True
    assert calls
    journal.write_text(json.dumps({**data, "complete": False, "process": 2**22 - 1}))  # as if killed before its end
    build_file_tree(pilot, {"changed.txt": "rewritten since\n", "many/0.txt": "mine now\n", "team.txt": "and this\n"})

    undone = pilotline("upgrade", "--abort", cwd=pilot)

    assert undone.code == 0, undone.err
    assert (pilot / ".git/pilotline-saved/changed.txt").read_text() == "rewritten since\n"
    assert (pilot / ".git/pilotline-saved/many/0.txt").read_text() == "mine now\n"
    assert "that content is kept in" in undone.err
    assert (pilot / "team.txt").read_text() == "and this\n", "what the move did not touch stays"
    assert "line twenty of the team" in (pilot / "changed.txt").read_text()


@pytest.mark.parametrize("number", [1, os.getpid()], ids=["of a container", "lives again"])
def test_a_process_number_that_means_another_process_now_blocks_nothing(originals, tmp_path, number):
    pilot = shutil.copytree(originals / "clean", tmp_path / "pilot", symlinks=True)
    before = everything(pilot)
    upgrade_killed(pilot, writing_steps(originals / "clean", tmp_path / "counted")[-1], "before")
    journal = pilot / ".git/pilotline-upgrade.json"
    journal.write_text(json.dumps({**json.loads(journal.read_text()), "process": number}))
    undone = pilotline("upgrade", "--abort", cwd=pilot)
    assert (undone.code, everything(pilot)) == (0, before), undone.err


def test_whoever_writes_holds_a_lock_and_others_wait(originals, tmp_path):
    pilot = shutil.copytree(originals / "clean", tmp_path / "pilot", symlinks=True)
    upgrade_killed(pilot, writing_steps(originals / "clean", tmp_path / "counted")[-1], "before")
    with (pilot / ".git/pilotline-upgrade.lock").open("a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (("upgrade", "--abort"), ("upgrade", "--commit")):
            run = pilotline(*command, cwd=pilot)
            assert (run.code, "is being written here" in run.err) == (2, True), run.err
    assert pilotline("upgrade", "--commit", cwd=pilot, environment=IDENTITY).code == 0


def test_two_upgrades_at_once_do_not_mix(originals, tmp_path):
    pilot = shutil.copytree(originals / "clean", tmp_path / "pilot", symlinks=True)
    command = [sys.executable, "-m", "pilotline", "upgrade", "--commit"]
    pair = [
        subprocess.Popen(command, cwd=pilot, env={**os.environ, **IDENTITY}, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    for process in pair:
        process.communicate(timeout=120)
    assert min(process.returncode for process in pair) == 0
    assert git(pilot, "rev-list", "--count", "HEAD") == "3"
    assert git(pilot, "status", "--porcelain") == "?? many/notes.txt\n?? notes.txt"


@pytest.mark.parametrize("step", ["_entries", "_remove_arrived", "_restore", "drop_journal"])
def test_an_interrupted_abort_is_finished_first(originals, tmp_path, monkeypatch, step):
    """Nothing was left half done, it says; and a terminal interrupts what it started as well."""
    pilot = shutil.copytree(originals / "clean", tmp_path / "pilot", symlinks=True)
    before = everything(pilot)
    assert pilotline("upgrade", cwd=pilot, environment=IDENTITY).code == 0
    assert everything(pilot) != before
    goes_on = getattr(undo, step)

    def interrupted(*arguments):
        os.kill(os.getpid(), signal.SIGINT)
        return goes_on(*arguments)

    monkeypatch.setattr(undo, step, interrupted)
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            undo.abort_move(open_pilot(pilot))
    finally:
        signal.signal(signal.SIGINT, heard)
    assert everything(pilot) == before
    assert not list((pilot / ".git").glob("pilotline-*"))
