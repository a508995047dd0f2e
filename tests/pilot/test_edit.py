"""An edit of a pilot's files is whole or nothing, at whatever moment it ends."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pilotline.files.locks import try_lock
from pilotline.pilot import edit
from pilotline.pilot.edit import JOURNAL, edit_files
from pilotline.pilot.repository import PilotError
from tests.helpers import build_file_tree, files_below

OLD = {"pilot.yml": "stage: sandbox\n", "docs/a.md": "old\n", "own.txt": "mine\n"}
NEW = {"pilot.yml": b"stage: pilot\n", "docs/a.md": b"new\n", "governance/history.yml": b"- day one\n"}
AFTER = {name: content.encode() for name, content in OLD.items()} | NEW
BEFORE = {name: content.encode() for name, content in OLD.items()}

KILLED_AT = """
import os, signal, sys
from pathlib import Path
from pilotline.pilot import edit
folder, moment = Path(sys.argv[1]), int(sys.argv[2])
count = 0
def beat(*_):
    global count
    count += 1
    if count == moment:
        os.kill(os.getpid(), signal.SIGKILL)
def trace(frame, event, _):
    if frame.f_code.co_filename.endswith("pilot/edit.py"):
        beat()
    return trace
sys.settrace(trace)
new = {"pilot.yml": b"stage: pilot\\n", "docs/a.md": b"new\\n", "governance/history.yml": b"- day one\\n"}
edit.edit_files(folder, new)
sys.settrace(None)
print(count)
"""


@pytest.fixture
def folder(tmp_path):
    return build_file_tree(tmp_path / "pilot", OLD)


def contents(folder: Path) -> dict[str, bytes]:
    return dict(files_below(folder))


def killed_at(folder: Path, moment: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", KILLED_AT, str(folder), str(moment)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_all_files_are_written_and_nothing_else_is_left(folder):
    edit_files(folder, NEW)
    assert contents(folder) == AFTER
    edit_files(folder, {})
    assert contents(folder) == AFTER


def test_a_kill_at_any_moment_leaves_an_edit_that_the_next_one_finishes_or_forgets(tmp_path):
    moments = int(killed_at(build_file_tree(tmp_path / "whole", OLD), 0).stdout)
    assert moments > 50
    seen = set()
    for moment in range(1, moments + 1, 7):
        folder = build_file_tree(tmp_path / str(moment), OLD)
        assert killed_at(folder, moment).returncode == -signal.SIGKILL
        edit_files(folder, {"own.txt": b"later\n"})
        found = contents(folder)
        assert found in ({**BEFORE, "own.txt": b"later\n"}, {**AFTER, "own.txt": b"later\n"}), moment
        seen.add(found["pilot.yml"])
    assert seen == {BEFORE["pilot.yml"], AFTER["pilot.yml"]}


def test_what_somebody_wrote_after_a_kill_is_not_overwritten(folder, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(edit, "_rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        edit_files(folder, NEW)
    monkeypatch.undo()
    assert contents(folder)[JOURNAL].endswith(b"ready\n")
    (folder / "pilot.yml").write_text("stage: production\n")
    edit_files(folder, {"own.txt": b"later\n"})
    assert contents(folder) == {**AFTER, "pilot.yml": b"stage: production\n", "own.txt": b"later\n"}


def test_a_full_disk_changes_nothing_and_leaves_nothing(folder, monkeypatch):
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name.startswith(".history.yml"):
            write(path, content[:3])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(PilotError, match="No space left on device"):
        edit_files(folder, NEW)
    assert contents(folder) == BEFORE


def test_another_edit_at_the_same_time_is_refused(folder):
    lock = try_lock(folder / JOURNAL)
    assert lock is not None
    with pytest.raises(PilotError, match="Another command is editing"):
        edit_files(folder, NEW)
    lock.close()
    edit_files(folder, NEW)
    assert contents(folder) == AFTER


def test_a_link_out_of_the_pilot_is_not_followed(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "governance").symlink_to(elsewhere)
    with pytest.raises(PilotError, match="leads out of the pilot"):
        edit_files(folder, NEW)
    assert not any(elsewhere.iterdir())
    assert (folder / "pilot.yml").read_text() == OLD["pilot.yml"]


def test_a_journal_that_makes_no_sense_hinders_nothing(folder):
    (folder / JOURNAL).write_text('[["../../x", ')
    edit_files(folder, NEW)
    assert contents(folder) == AFTER


def test_a_journal_that_came_with_the_repository_moves_nothing_out_of_it(folder, tmp_path):
    (tmp_path / "..bashrc.01234567.new").write_text("evil\n")
    (folder / ".own.txt.01234567.new").write_text("evil\n")
    drafts = [["../.bashrc", "../..bashrc.01234567.new", ""], ["../x", ".own.txt.01234567.new", ""]]
    (folder / JOURNAL).write_text(f"{json.dumps(drafts)}\nready\n")
    edit_files(folder, NEW)
    assert not (tmp_path / ".bashrc").exists()
    assert not (tmp_path / "x").exists()
    assert contents(folder) == {**AFTER, ".own.txt.01234567.new": b"evil\n"}
