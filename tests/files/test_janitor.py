"""What a killed process cannot tidy up is tidied up after it, and nothing else."""

import os
import subprocess
import sys
import time

from tests.files.test_child_group import ends

KILLED = """\
import os, pathlib, sys
from pilotline.files.child_group import ChildGroup
from pilotline.files.janitor import Janitor
folder = pathlib.Path(sys.argv[1])
with Janitor(folder) as janitor:
    groups = [ChildGroup(["sleep", "600"], folder, os.environ, folder / str(number)) for number in range(2)]
    for group in groups:
        janitor.watch(group.number)
    groups[0].end()
    janitor.forget(groups[0].number)
    print(groups[1].number, flush=True)
    {then}
"""


def run_owner(folder, then):
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", KILLED.format(then=then), str(folder)], capture_output=True, text=True, check=False
    )
    return done.returncode, int(done.stdout)


def test_a_janitor_tidies_up_after_a_kill(tmp_path):
    code, number = run_owner(tmp_path / "room", "os.kill(os.getpid(), 9)")
    assert code == -9
    ends(number)
    deadline = time.monotonic() + 60
    while (tmp_path / "room").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_janitor_touches_nothing_where_its_owner_tidies_up_itself(tmp_path):
    code, number = run_owner(tmp_path / "room", "pass")
    assert code == 0
    assert (tmp_path / "room").is_dir()
    os.killpg(number, 0)  # it is still there
    os.killpg(number, 9)
