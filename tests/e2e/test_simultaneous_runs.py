"""Several commands of one pilot at once: each waits for the other, and a list is written once."""

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import surroundings

pytestmark = pytest.mark.slow

HOLD = """
import sys, time
from pathlib import Path
from customer_call_list._platform.exclusive import one_at_a_time

with one_at_a_time(Path("var/run.lock"), lambda _: None):
    print("held", flush=True)
    time.sleep(600)
"""


def test_runs_at_once_end_well_and_write_a_list_once(pilot, run_pilot):
    with ThreadPoolExecutor(2) as at_once:
        runs = list(at_once.map(lambda _: run_pilot(pilot, "run", "--json"), range(2)))
    assert [run.code for run in runs] == [0, 0], [run.err[-400:] for run in runs]
    results = [json.loads(run.out) for run in runs]
    assert sorted(result["trained"]["version"] for result in results) == [1, 2]
    assert all(result["trained"]["version"] == result["evaluated"]["version"] for result in results)
    written = sorted(result["scored"]["written"] for result in results)
    assert written[0] == 0 < written[1]
    assert sum("another command of this pilot is at work" in run.err for run in runs) == 1


def test_a_lock_ends_with_its_process(pilot, pilot_environment, run_pilot):
    around = surroundings([pilot_environment], {"PYTHONPATH": str(pilot / "src")})
    command = ["python", "-c", HOLD]
    with (
        subprocess.Popen(command, cwd=pilot, env=around, stdout=subprocess.PIPE, text=True) as holder,
        ThreadPoolExecutor(1) as waiting,
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        run = waiting.submit(run_pilot, pilot, "train")
        time.sleep(1)
        assert not run.done()
        os.kill(holder.pid, signal.SIGKILL)
        assert run.result().code == 0, run.result().err
