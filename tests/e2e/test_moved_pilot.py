"""A pilot whose folder was moved goes on with its models; a clone begins empty; a kill leaves old or new."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers import git

pytestmark = pytest.mark.slow

FOLLOW = """
import os, signal, sqlite3, sys
from pathlib import Path
from customer_call_list._platform import moved_store

connect, last = sqlite3.connect, sys.argv[3]

def watched(*arguments, **options):
    store = connect(*arguments, **options)
    store.set_trace_callback(lambda said: os.kill(os.getpid(), signal.SIGKILL) if said.startswith(last) else None)
    return store

moved_store.sqlite3.connect = watched
moved_store.follow(Path(sys.argv[1]), sys.argv[2])
"""


def addresses(database: Path) -> set[str]:
    """Read every address of artifacts that the store holds."""
    with closing(sqlite3.connect(database)) as store:
        rows = store.execute(
            "select artifact_location from experiments union select artifact_uri from runs "
            "union select artifact_location from logged_models union select storage_location from model_versions"
        ).fetchall()
    return {str(address) for (address,) in rows}


def test_a_moved_pilot_goes_on_and_a_clone_begins_empty_and_says_so(pilot, run_in, run_pilot, tmp_path):
    assert run_pilot(pilot, "run").code == 0
    git(pilot, "add", "--all")
    git(pilot, "commit", "--quiet", "--message", "evidence")
    old, moved, clone = str(pilot), tmp_path / "elsewhere", tmp_path / "clone"
    pilot.rename(moved)
    database = moved / "var" / "mlflow.db"
    new = (moved / "var" / "mlruns").as_uri()
    for last in ("UPDATE runs", "UPDATE model_versions", "COMMIT"):
        killed = run_in(moved, ["python", "-c", FOLLOW, str(database), new, last])
        assert killed.code == -9, killed.err
        assert {old in address for address in addresses(database)} == {True}, last

    shown = run_pilot(moved, "score", "--json")

    assert shown.code == 0, shown.err
    assert "goes on with its artifacts" in shown.err
    assert '"written": 0' in shown.out, "the champion of before decides as before"
    assert {address.startswith(new) for address in addresses(database)} == {True}
    git(tmp_path, "clone", "--quiet", str(moved), str(clone))
    trained = run_pilot(clone, "train", "--json")
    assert trained.code == 0, trained.err
    assert "begins empty here" in trained.err
    assert '"version": 1' in trained.out
