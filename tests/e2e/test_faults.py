"""What goes wrong around a pilot is one sentence with an exit code, never a traceback, and a run can be repeated."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.helpers import git

pytestmark = pytest.mark.slow

MODULE = "import sys; from customer_call_list.entrypoints import main; sys.argv[0] = 'customer-call-list'; main()"
EVIDENCE = ("docs/kpis.md", "governance/evidence/", "governance/wins.jsonl")
# A disk of a few megabytes in a namespace of its own: full for this process alone.
SMALL_DISK = 'mkdir -p var && mount -t tmpfs -o "$1" tmpfs var && shift && exec "$@"'


@pytest.fixture
def environment(pilot, pilot_environment):
    path = f"{pilot_environment}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(pilot / "src")}


def run_on_disk(pilot, environment, options):
    command = ["unshare", "-rnm", "sh", "-c", SMALL_DISK, "sh", options, "python", "-c", MODULE, "run"]
    return subprocess.run(command, cwd=pilot, env=environment, capture_output=True, text=True, check=False)


def assert_one_sentence(done, code):
    assert done.returncode == code, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    assert len(re.findall("^error: ", done.stderr, re.MULTILINE)) == 1, done.stderr[-3000:]


@pytest.mark.parametrize(
    "options", ["size=2m", "size=6600k", pytest.param("size=7200k", marks=pytest.mark.combinations), "ro"]
)
def test_a_disk_that_takes_no_more_is_one_sentence(pilot, environment, options):
    done = run_on_disk(pilot, environment, options)

    assert_one_sentence(done, 2)
    assert re.search("room|can be written", done.stderr), done.stderr[-2000:]


def wait_for_libraries(process):
    """Wait until the first of the large libraries is being loaded."""
    while process.poll() is None and "numpy" not in Path(f"/proc/{process.pid}/maps").read_text():
        time.sleep(0.005)


# In continuous integration once before anything is done, and once when a model is stored and not yet registered.
@pytest.mark.parametrize(
    "moment",
    [
        "while libraries load",
        "Judging",
        *(
            pytest.param(each, marks=pytest.mark.combinations)
            for each in ("Reading", "Training", "Ranking", "Measuring")
        ),
    ],
)
def test_an_interrupt_is_one_sentence_and_the_next_run_is_whole(pilot, environment, run_pilot, moment):
    process = subprocess.Popen(
        ["python", "-c", MODULE, "run"], cwd=pilot, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    if moment == "while libraries load":
        wait_for_libraries(process)
    else:
        assert process.stderr is not None
        assert any(line.startswith(moment) for line in process.stderr)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert_one_sentence(subprocess.CompletedProcess([], process.returncode, stderr=said), 130)
    again = run_pilot(pilot, "run", "--json")
    assert again.code == 0, again.err
    assert json.loads(again.out)["scored"]["active"] > 0
    kept = [line for line in git(pilot, "status", "--porcelain").splitlines() if not line.endswith(EVIDENCE)]
    assert kept == [], "nothing but what a measurement leaves to commit"
