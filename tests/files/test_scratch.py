"""A folder to work in is gone afterwards, whatever meets its end."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pilotline.files import locks, scratch
from pilotline.files.scratch import scratch_folder


def test_it_is_gone_afterwards_with_all_that_is_in_it(tmp_path):
    with scratch_folder("work-", tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a/b").write_text("b")
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_while_it_is_taken_away_comes_afterwards(tmp_path, monkeypatch):
    take_away = shutil.rmtree

    def interrupted(*arguments, **options):
        os.kill(os.getpid(), signal.SIGINT)
        take_away(*arguments, **options)

    def work():
        with scratch_folder(beside=tmp_path) as folder:
            (folder / "a").write_text("a")

    monkeypatch.setattr("tempfile._shutil.rmtree", interrupted)
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
    finally:
        signal.signal(signal.SIGINT, heard)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def free(tmp_path, monkeypatch):
    """Nobody says where such folders lie, and this folder stands for the memory of the system."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "_ROOM", 1)
    return tmp_path


def where(*, brief: bool) -> Path:
    with scratch_folder(brief=brief) as folder:
        (folder / "a").mkdir()
    assert not folder.exists()
    return folder.parent


def test_one_for_a_moment_lies_in_memory_and_any_other_on_the_disk(free):
    assert where(brief=True) == free
    assert where(brief=False) == Path(tempfile.gettempdir()) != free


@pytest.mark.parametrize("reason", ["chosen", "full", "none", "not ours"])
def test_where_memory_is_not_to_be_had_it_lies_where_all_do(free, monkeypatch, reason):
    if reason == "chosen":
        monkeypatch.setenv("TMPDIR", str(free.parent))
    elif reason == "full":
        monkeypatch.setattr(scratch, "_ROOM", 2**80)
    elif reason == "none":
        monkeypatch.setattr(scratch, "_MEMORY", free / "nowhere")
    else:
        monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert where(brief=True) == Path(tempfile.gettempdir()) != free


KILLED = """
import os, signal, sys
from pathlib import Path
from pilotline.files import locks, scratch
scratch._MEMORY = Path(sys.argv[1])
scratch._ROOM = 1
with scratch.scratch_folder(brief=True) as folder:
    (folder / "file").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_in_memory_goes_with_the_next(tmp_path, monkeypatch):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "_ROOM", 1)
    (tmp_path / "pilotline-of-somebody-else").mkdir()
    with scratch_folder(brief=True) as living:
        (living / "file").write_text("x")
        subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
        assert len([*tmp_path.glob("*/file")]) == 2
        with scratch_folder(brief=True) as folder:
            assert [*folder.iterdir()] == []
            assert [*tmp_path.glob("*/file")] == [living / "file"], "what is in use stays"
    assert [path.name for path in tmp_path.iterdir()] == ["pilotline-of-somebody-else"]


def test_a_name_whose_lock_another_that_clears_took_first_is_left_to_it(free, monkeypatch):
    asked, take = [], locks.try_lock

    def sooner(path):
        asked.append(path.name.removesuffix(".lock"))
        return None if len(asked) == 1 else take(path)

    monkeypatch.setattr(scratch, "try_lock", sooner)
    with scratch_folder(brief=True) as folder:
        assert folder.name.startswith(asked[1])
        assert not folder.name.startswith(asked[0])
    assert [*free.iterdir()] == []


BUSY = """
import sys
from pathlib import Path
from pilotline.files import locks, scratch
scratch._MEMORY = Path(sys.argv[1])
scratch._ROOM = 1
for _ in range(400):
    with scratch.scratch_folder(brief=True) as folder:
        (folder / "file").write_text("x")
        assert (folder / "file").exists()
"""


def test_no_process_takes_away_what_another_is_just_making(tmp_path):
    around = {name: value for name, value in os.environ.items() if name not in {"TMPDIR", "TEMP", "TMP"}}
    command = [sys.executable, "-c", BUSY, str(tmp_path)]
    busy = [subprocess.Popen(command, env=around, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=120)[1] for process in busy] == [""] * 4
    assert [*tmp_path.iterdir()] == []
