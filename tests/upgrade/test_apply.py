"""A move that is interrupted, or meets a full disk, loses nothing: HEAD is old or finished, and undoing is exact."""

import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.creation.test_new_pilot import needs_namespaces
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline

MANY = {f"d{number % 7}/f{number}.txt": f"file {number}\n" * 40 for number in range(300)}
ONE = {
    "copier.yml": "_exclude: [copier.yml]\nname: ada\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    **MANY,
}
TWO = {
    **{path: text.replace("file", "changed file") if "f1" in path else text for path, text in ONE.items()},
    **{f"new/n{number}.txt": f"new {number}\n" * 40 for number in range(200)},
}
LOST = "d0/f0.txt"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Give a pilot that can be upgraded, with work of its team in it."""
    folder = tmp_path_factory.mktemp("crash")
    catalog = build_file_tree(folder / "catalog", ONE)
    commit_all(catalog, "one", tag="v1.0.0")
    build_file_tree(catalog, TWO)
    commit_all(catalog, "two", tag="v2.0.0")
    made = pilotline("new", folder / "pilot", "--defaults", "--catalog", f"{catalog}@v1.0.0", environment=IDENTITY)
    assert made.code == 0, made.err
    build_file_tree(folder / "pilot", {LOST: "work of the team\n"})
    commit_all(folder / "pilot", "our work")
    return folder / "pilot"


@pytest.fixture
def pilot(original, tmp_path):
    return shutil.copytree(original, tmp_path / "pilot", symlinks=True)


@pytest.fixture(scope="module")
def duration(original, tmp_path_factory):
    copy = shutil.copytree(original, tmp_path_factory.mktemp("timed") / "pilot")
    start = time.monotonic()
    run = pilotline("upgrade", "--commit", cwd=copy, environment=IDENTITY)
    assert run.code == 0, run.err
    return time.monotonic() - start


@pytest.mark.parametrize("share", [0.5, 0.7, 0.8, 0.9])
def test_an_interrupted_upgrade_is_undone_exactly_or_finished(pilot, duration, share):
    old_head, before = git(pilot, "rev-parse", "HEAD"), files_below(pilot)
    process = subprocess.Popen(
        [sys.executable, "-m", "pilotline", "upgrade", "--commit"],
        cwd=pilot, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    time.sleep(duration * share)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)

    undone = pilotline("upgrade", "--abort", cwd=pilot)

    assert undone.code == 0, undone.err
    assert (pilot / LOST).read_text() == "work of the team\n"
    assert git(pilot, "status", "--porcelain") == ""
    if git(pilot, "rev-parse", "HEAD") == old_head:
        assert files_below(pilot) == before
    else:
        assert git(pilot, "rev-parse", "HEAD~1") == old_head
    again = pilotline("upgrade", "--commit", cwd=pilot, environment=IDENTITY)
    assert again.code == 0, again.err
    assert len(files_below(pilot)) == len(MANY) + 200 + 1


@needs_namespaces
@pytest.mark.parametrize("left", [0, 100, 300, 500])
def test_a_full_disk_changes_nothing(original, tmp_path, left):
    """The disk is filled up but for some KiB, which are used up at different moments of the upgrade."""
    script = f"""
        mount -t tmpfs -o size=32m tmpfs {tmp_path} && cp -a {original} {tmp_path}/pilot && cd {tmp_path}/pilot
        git status >/dev/null
        dd if=/dev/zero of=../filler bs=1k 2>/dev/null; truncate -s -{left}k ../filler
        {sys.executable} -m pilotline upgrade --commit; code=$?
        git status --porcelain | sed s/^/LEFT:/; echo COMMITS:$(git log --oneline | wc -l); cat {LOST}; exit $code
    """
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "LEFT:" not in done.stdout
    assert done.stdout.endswith("COMMITS:2\nwork of the team\n")
    assert "Traceback" not in done.stderr
