"""A signal at any moment ends the processes that we started, also between the start and the handle."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pilotline.files.children import finishing, run_child

HERE = Path.cwd()
SLEEP = [sys.executable, "-c", "import sys, time; print('up', flush=True); time.sleep(60)"]


@pytest.fixture(autouse=True)
def listening():
    """Hear interrupts, also where the tests run in the background of a shell, which has them ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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
    assert started[0].returncode == -signal.SIGTERM
    assert signal.getsignal(signal.SIGINT) is before


def test_a_program_takes_its_lock_away_before_it_ends(tmp_path):
    """Git does, at a polite signal: what it left behind would refuse the next command."""
    lock = tmp_path / "HEAD.lock"
    script = f"trap 'rm -f {lock}; exit 1' TERM; : >{lock}; kill -INT $PPID; while :; do sleep 0.05; done"  # git's way
    with pytest.raises(KeyboardInterrupt):
        run_child(["sh", "-c", script], HERE)
    assert not lock.exists()


def test_a_program_that_stays_is_ended_all_the_same():
    deaf = "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.kill(os.getppid(), 2); time.sleep(60)"
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_child([sys.executable, "-c", deaf], HERE)
    assert time.monotonic() - begun < 30


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


def test_what_must_be_finished_is_and_the_interrupt_comes_then():
    done = []

    def finish():
        with finishing():
            os.kill(os.getpid(), signal.SIGINT)
            done.append(run_child([sys.executable, "-c", "print(6 * 7)"], HERE).stdout)

    with pytest.raises(KeyboardInterrupt):
        finish()
    assert done == [b"42\n"]


def test_who_asks_again_after_a_while_is_heard_at_once(monkeypatch):
    """Twice in a row is one interrupt, as impatient fingers press it."""
    done = []

    def finish():
        with finishing():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            done.append("went on")
            monkeypatch.setattr("pilotline.files.children._PATIENCE", 0)
            os.kill(os.getpid(), signal.SIGINT)
            done.append("and on")

    with pytest.raises(KeyboardInterrupt):
        finish()
    assert done == ["went on"]


def test_a_terminal_s_interrupt_does_not_reach_what_finishes():
    """A terminal sends it to a whole group, also to a program that has just been started."""
    interrupted = [sys.executable, "-c", "import os; os.kill(os.getpid(), 15); print('went on')"]
    with finishing():
        assert run_child(interrupted, HERE).stdout == b"went on\n"
    assert run_child(interrupted, HERE).returncode == -signal.SIGTERM
