"""A worker is asked many times, answers with values and errors, and is ended whatever it does."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from pilotline.files.tree import File, Tree
from pilotline.files.worker import Worker, WorkerDiedError, WorkerMemoryError, WorkerTimeoutError
from pilotline.files.worker_pool import end_all, start_ahead, work

HANGS = "__import__('re').search('(a|aa)+$', 'a' * 60 + 'b')"


def ask(function, *arguments):
    return work(function, *arguments, seconds=60, memory=2**30, prepare=bool)


def is_running(process: int) -> bool:
    """Tell whether a process lives; one that ended and that nobody asked about does not."""
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(") ")[2][0] != "Z"


def has_ended(process: int) -> bool:
    """Wait for the end of a process that was killed, or is about to end."""
    deadline = time.monotonic() + 60
    while is_running(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(process)


@pytest.fixture(autouse=True, params=["a copy", "a fresh process"])
def kind(request, monkeypatch):
    """Run every test with both kinds of worker."""
    end_all()
    if request.param == "a fresh process":
        monkeypatch.setattr("pilotline.files.worker.can_fork", lambda: False)
    yield
    end_all()


def test_a_copy_that_has_no_group_yet_can_be_ended(monkeypatch):
    """An interrupt may come before the new process leads a group of its own."""
    monkeypatch.setattr("pilotline.files.forked.os.setsid", lambda: time.sleep(3600))
    worker = Worker(fork=True)
    with ThreadPoolExecutor(1) as other:
        other.submit(worker.end).result(timeout=60)


def test_one_worker_does_it_all_one_after_the_other():
    assert ask(max, [3, 5]) == 5
    assert ask(os.getpid) == ask(os.getpid) != os.getpid()


def test_an_error_is_raised_here_and_says_where_it_arose():
    with pytest.raises(ValueError, match="invalid literal") as caught:
        ask(int, "x")
    assert "worker_process.py" in caught.value.__notes__[0]


@pytest.mark.parametrize("expression", ["__import__('time').sleep(60)", HANGS], ids=["sleeps", "holds the interpreter"])
def test_what_takes_too_long_is_killed_in_any_thread(expression):
    with Worker(fork=True) as worker, ThreadPoolExecutor(1) as pool:
        process = worker.work(os.getpid)
        with pytest.raises(WorkerTimeoutError):
            pool.submit(worker.work, eval, expression, seconds=0.2).result()
        assert has_ended(process)


def test_what_takes_too_much_memory_is_ended():
    with pytest.raises(WorkerMemoryError):
        work(bytearray, 2**31, seconds=60, memory=2**28, prepare=bool)
    assert ask(len, b"xx") == 2, "the next one asks another"


@pytest.mark.parametrize(
    ("expression", "code"),
    [("__import__('os')._exit(7)", 7), ("exit(0)", 0), ("__import__('os').kill(__import__('os').getpid(), 9)", -9)],
    ids=["leaves", "exits", "is killed"],
)
def test_a_process_that_ends_says_how(expression, code):
    with pytest.raises(WorkerDiedError) as caught:
        ask(eval, expression)
    assert caught.value.code == code


def test_one_that_ended_while_nobody_asked_is_replaced():
    process = ask(os.getpid)
    os.kill(process, signal.SIGKILL)
    while is_running(process):
        time.sleep(0.01)
    assert ask(os.getpid) != process


def test_one_that_was_started_ahead_is_the_one_that_works():
    start_ahead(os.getcwd)
    start_ahead(os.getcwd)
    assert ask(os.getpid) == ask(os.getpid) != os.getpid()


def test_the_clock_of_the_work_does_not_run_while_it_prepares():
    with Worker(fork=True, prepare=partial(time.sleep, 1.5)) as worker:
        assert worker.work(max, [3, 5], seconds=0.5) == 5


def test_one_that_cannot_prepare_itself_works_as_well_as_it_can():
    with Worker(fork=True, prepare=partial(int, "x")) as worker:
        assert worker.work(max, [3, 5]) == 5


def test_one_that_ends_while_it_prepares_itself_says_so_when_it_is_asked():
    with Worker(fork=True, prepare=partial(os._exit, 3)) as worker:
        with pytest.raises(WorkerDiedError) as caught:
            worker.work(max, [3, 5])
        assert caught.value.code == 3


def test_what_it_prints_spoils_nothing(capfd):
    assert ask(eval, "print('x') or __import__('os').write(1, b'y')") == 1
    assert capfd.readouterr() == ("", "")


def test_a_tree_goes_and_comes_and_goes_once():
    tree = Tree({"a": File(b"x" * 1000, executable=True)})
    assert dict(ask(Tree, tree)) == dict(tree)
    assert ask(len, tree) == 1


def test_what_was_started_in_it_ends_with_it():
    with Worker(fork=True) as worker:
        started = worker.work(eval, "__import__('subprocess').Popen(['sleep', '60']).pid")
        assert is_running(started)
    assert has_ended(started)


@pytest.mark.parametrize("expression", ["__import__('time').sleep(60)", "None"], ids=["at work", "idle"])
def test_nothing_outlives_its_owner(expression):
    code = (
        "import os, threading, time; from pilotline.files.worker import Worker\n"
        "worker = Worker(fork=True); print(worker.work(os.getpid), flush=True)\n"
        "threading.Timer(0.2, lambda: os.kill(os.getpid(), 9)).start()\n"
        f"worker.work(eval, {expression!r}, seconds=0.5); time.sleep(60)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert has_ended(int(done.stdout))
