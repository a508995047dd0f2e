"""A lock ends with its holder, leaves no file, and is never held twice."""

import os
import signal
import subprocess
import sys

from pilotline.files.locks import free_lock, try_lock

HOLDER = "import sys, time\nfrom pathlib import Path\nfrom pilotline.files.locks import try_lock\n"
HOLDER += "held = try_lock(Path(sys.argv[1]))\nprint('held' if held else 'taken', flush=True)\ntime.sleep(60)\n"


def test_a_lock_is_held_once_and_ends_with_its_process(tmp_path):
    path = tmp_path / "a.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert try_lock(path) is None
        holder.send_signal(signal.SIGKILL)
    lock = try_lock(path)
    assert lock is not None
    assert try_lock(path) is None
    free_lock(path, lock)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - names are all that is asked


def test_a_lock_whose_file_was_taken_away_is_none(tmp_path):
    path = tmp_path / "a.lock"
    first = try_lock(path)
    assert first is not None
    path.unlink()
    second = try_lock(path)
    assert second is not None, "another file of the name has a lock of its own"
    free_lock(path, second)
    first.close()
