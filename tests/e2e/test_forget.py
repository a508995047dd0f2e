"""`forget` on what a real run left behind: killed anywhere, the next one finishes it, and all is counted once."""

import json
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# Forgets as of two years from now; ends like a killed process at the n-th file that goes, or never.
FORGET = """
import os, sys
from datetime import UTC, datetime, timedelta
from customer_call_list.bootstrap import build
from customer_call_list._platform.forget import forget

def stop(event, arguments, count=[int(sys.argv[1])]):
    if event in ("os.remove", "os.rename", "shutil.rmtree"):
        count[0] -= 1
        if not count[0]:
            os._exit(9)

parts = build()
sys.addaudithook(stop)
forget(parts.settings, parts.database, dry=False, now=datetime.now(UTC) + timedelta(days=800))
"""
KILLED = (1, 3, 8)  # of the files that go


def _evidence(pilot: Path) -> dict[str, int]:
    path = pilot / "governance" / "evidence" / "forgotten.jsonl"
    counts: dict[str, int] = {}
    for line in path.read_text().splitlines():
        for what, count in json.loads(line)["forgotten"].items():
            counts[what] = counts.get(what, 0) + count
    return counts


def test_a_killed_forget_is_finished_by_the_next_one(ran_pilot, run_in, run_pilot, tmp_path):
    pilot = ran_pilot.folder
    dry = run_pilot(pilot, "forget", "--dry-run")
    assert (dry.code, dry.out) == (0, "Nothing is past its day.\n"), dry.err
    whole = tmp_path / "whole"
    shutil.copytree(pilot, whole)
    assert run_in(whole, ["python", "-c", FORGET, "0"]).code == 0
    wanted = _evidence(whole)
    assert {"rows of call_lists", "rows of call_lists_in_force", "MLflow runs", "log files"} <= set(wanted)
    assert "model versions" not in wanted, "the only one is the champion"
    broken = []
    for number in KILLED:
        copy = tmp_path / str(number)
        shutil.copytree(pilot, copy)
        killed = run_in(copy, ["python", "-c", FORGET, str(number)])
        again = run_in(copy, ["python", "-c", FORGET, "0"])
        if (killed.code, again.code, _evidence(copy)) != (9, 0, wanted):
            broken.append((number, killed.code, again, _evidence(copy)))
    assert broken == []
    # The champion is in force still, so that the next list can be made.
    again = run_pilot(whole, "score", "--json")
    assert (again.code, json.loads(again.out)["scored"]["method"]) == (0, "expected_loss"), again.err
