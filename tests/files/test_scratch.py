"""A folder to work in is gone afterwards, whatever meets its end."""

import os
import shutil
import signal

import pytest

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
