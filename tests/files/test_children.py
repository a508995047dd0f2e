"""A signal at any moment ends the processes that we started, also between the start and the handle."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pilotline.files.children import run_child

HERE = Path.cwd()
SLEEP = [sys.executable, "-c", "import sys, time; print('up', flush=True); time.sleep(60)"]


@pytest.fixture
def started(monkeypatch):
    """Remember each process; a signal arrives in the very moment in which it is there and nobody holds it yet."""
    known, begin = [], subprocess.Popen.__init__

    def begin_and_be_hit(self, *arguments, **options):
        begin(self, *arguments, **options)
        known.append(self)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(subprocess.Popen, "__init__", begin_and_be_hit)
    return known


def test_a_signal_before_the_handle_is_held_ends_the_process(started):
    before = signal.getsignal(signal.SIGINT)
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_child(SLEEP, HERE)
    assert time.monotonic() - begun < 30
    assert started[0].returncode == -signal.SIGKILL
    assert signal.getsignal(signal.SIGINT) is before


def test_what_is_ignored_stays_ignored(started):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = run_child([sys.executable, "-c", "print(input())"], HERE, stdin=b"said\n")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (done.returncode, done.stdout) == (0, b"said\n")
    assert started[0].returncode == 0


def test_a_program_that_is_not_there_leaves_the_handlers_as_they_were():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(OSError, match="no-such-program"):
        run_child(["no-such-program"], HERE)
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_start_processes_as_well():
    found = []
    thread = threading.Thread(target=lambda: found.append(run_child([sys.executable, "-c", ""], HERE)))
    thread.start()
    thread.join()
    assert found[0].returncode == 0
