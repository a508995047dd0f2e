"""A folder to work in is gone afterwards, whatever meets its end."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from pilotline.files import scratch
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
