"""Processes that die are replaced, what hangs is stopped, and nothing of either is left behind."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from pilotline.files.scratch import scratch_folder
from pilotline.files.supervised import SupervisedExecutor
from pilotline.files.worker import WorkerDiedError, WorkerTimeoutError
from tests.files.test_worker import has_ended, is_running
from tests.helpers import ROOT

SEED = 20261130
PIECES = 80


@pytest.fixture(autouse=True, params=["copies", "fresh processes"])
def kind(request, monkeypatch):
    if request.param == "fresh processes":
        monkeypatch.setattr("pilotline.files.worker.can_fork", lambda: False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Give the folder in which everything of this test has its scratch."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


def workers_in(folder: Path) -> set[int]:
    """Name the processes that have worked."""
    return {int(line) for path in folder.iterdir() for line in path.read_text().splitlines()}


def note(folder: Path, name: str) -> int:
    """Say that a piece of work was begun, by which process, and take a while for it."""
    with scratch_folder(brief=True) as place, (folder / name).open("a") as file:
        (place / "half done").write_text("x")
        file.write(f"{os.getpid()}\n")
        file.flush()
        time.sleep(0.05)
    return int(name)


def die_once(marker: Path) -> str:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def test_work_is_shared_and_answers_and_errors_arrive(tmp_path):
    with SupervisedExecutor(2, 60) as executor:
        assert list(executor.map(abs, range(-20, 0))) == [*range(20, 0, -1)]
        pids = {executor.submit(note, tmp_path, str(n)).result() or (tmp_path / str(n)).read_text() for n in range(4)}
        assert pids
        with pytest.raises(ValueError, match="invalid literal"):
            executor.submit(int, "x").result()


def test_killed_at_any_moment_all_is_done_and_only_the_unfinished_again(tmp_path, scratch):
    chance, noted = random.Random(SEED), tmp_path / "noted"
    noted.mkdir()
    with SupervisedExecutor(3, 60) as executor:
        assert len([*scratch.glob("pilotline-workers-*/*")]) == 3
        futures = [executor.submit(note, noted, str(n)) for n in range(PIECES)]
        killed = set[int]()
        while len(killed) < 6:
            time.sleep(chance.uniform(0.02, 0.15))
            at_work = sorted(workers_in(noted) & {*executor.processes} - killed)
            if at_work:
                victim = chance.choice(at_work)
                os.kill(victim, signal.SIGKILL)
                killed.add(victim)
        results = [future.exception(timeout=60) or future.result() for future in futures]
        begun = [len((noted / str(n)).read_text().splitlines()) for n in range(PIECES)]
    given_up = [n for n, result in enumerate(results) if result != n]
    assert all(isinstance(results[n], WorkerDiedError) for n in given_up), "chance met it twice"
    assert len(given_up) <= 3
    assert max(begun) <= 2
    assert sum(begun) <= PIECES + 6
    assert [*scratch.iterdir()] == []


def test_what_dies_once_is_done_again_and_what_dies_twice_is_given_up(tmp_path):
    with SupervisedExecutor(1, 60) as executor:
        assert executor.submit(die_once, tmp_path / "marker").result() == "done"
        fatal = executor.submit(eval, "__import__('os').kill(__import__('os').getpid(), 9)")
        following = executor.submit(abs, -1)
        with pytest.raises(WorkerDiedError) as caught:
            fatal.result()
        assert caught.value.code == -signal.SIGKILL
        assert following.result() == 1


def test_what_takes_too_long_is_stopped_and_not_tried_again(tmp_path):
    with SupervisedExecutor(1, 0.5) as executor:
        code = f"open({str(tmp_path / 'begun')!r}, 'a').write('x') and __import__('time').sleep(60)"
        with pytest.raises(WorkerTimeoutError):
            executor.submit(eval, code).result()
        assert (tmp_path / "begun").read_text() == "x"
        assert executor.submit(abs, -1).result() == 1


def test_it_ends_at_once_when_it_is_given_up():
    with SupervisedExecutor(2, 60) as executor:
        workers = executor.processes
        futures = [executor.submit(eval, "__import__('time').sleep(60)") for _ in range(6)]
        while not any(future.running() for future in futures):
            time.sleep(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 10
    assert all(map(has_ended, workers))
    for future in futures:
        with pytest.raises((CancelledError, WorkerDiedError, OSError, ValueError)):
            future.result()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("supervisor")]


def test_an_interrupt_leaves_neither_process_nor_scratch(tmp_path, scratch):
    code = (
        "from pathlib import Path; from pilotline.files.supervised import SupervisedExecutor\n"
        "from tests.files.test_supervised import note\n"
        "with SupervisedExecutor(2, 60) as executor:\n"
        "    print(*executor.processes, flush=True)\n"
        f"    for n in range(1000): executor.submit(note, Path({str(tmp_path)!r}), str(n))\n"
        "    while True: __import__('time').sleep(0.5)\n"  # Python does not hear a signal as it begins to sleep
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first, second = process.stdout.readline().split()
    while not (tmp_path / "3").exists():
        time.sleep(0.01)
    assert [*scratch.glob("pilotline-workers-*")]
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=60)[1]
    assert not is_running(int(first))
    assert not is_running(int(second))
    assert [*scratch.iterdir()] == []
