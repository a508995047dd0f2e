"""A program and what it starts end together, however that comes."""

import os
import sys
import time
from pathlib import Path

import pytest

from pilotline.files.child_group import ChildGroup

FAMILY = """\
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
"""
STAYS = FAMILY + "import time; time.sleep(600)\n"
DEAF = (
    FAMILY
    + "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)\n"
)


@pytest.fixture
def start(tmp_path):
    """Give a function that starts a Python program, and end what is left of them."""
    started = []

    def begin(program):
        started.append(ChildGroup([sys.executable, "-c", program], tmp_path, os.environ, tmp_path / "said"))
        return started[-1]

    yield begin
    for group in started:
        group.end()


def said(tmp_path, lines=1):
    deadline = time.monotonic() + 60
    while len(told := (tmp_path / "said").read_text().splitlines()) < lines:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return told


def ends(number):
    deadline = time.monotonic() + 60
    while Path(f"/proc/{number}").exists() and b") Z" not in Path(f"/proc/{number}/stat").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def result_of(group):
    deadline = time.monotonic() + 60
    while group.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return group.poll()


def test_it_says_how_it_ended_and_what_it_said(start, tmp_path):
    group = start("import sys; print('out'); print('err', file=sys.stderr); raise SystemExit(3)")
    assert result_of(group) == 3
    assert sorted((tmp_path / "said").read_text().split()) == ["err", "out"]


def test_what_it_left_running_ends_with_it(start, tmp_path):
    group = start(FAMILY)
    assert result_of(group) == 0
    ends(int(said(tmp_path)[0]))


@pytest.mark.parametrize(("program", "lines"), [(STAYS, 1), (DEAF, 2)], ids=["polite", "deaf"])
def test_it_can_be_ended_with_what_it_started(start, tmp_path, program, lines):
    group = start(program)
    child = int(said(tmp_path, lines)[0])
    group.end()
    assert group.poll() is not None
    ends(child)
    group.end()


def test_a_program_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        ChildGroup(["no-such-program"], tmp_path, os.environ, tmp_path / "said")
