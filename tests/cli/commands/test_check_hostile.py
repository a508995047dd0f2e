"""Manifests that cannot be read, folders that cannot be written: one sentence and an exit code, no traceback."""

import json
import subprocess
import sys

import pytest

from pilotline.pilot.paths import CHECK_EVIDENCE
from tests.helpers import git, pilotline

BROKEN = {
    "half a mapping": b"kpis: [a: {b",
    "no text": b"\xff\xfe\x00bad",
    "an object": b"a: !!python/object:os.system x",
    "a list": b"- 1\n- 2\n",
    "nothing": b"",
    "a bomb": b"a: " + b"[" * 5000,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "pilot"
    assert pilotline("new", folder, "--defaults", "-d", "owner=ada@example.org", "-d", "start=example").code == 0
    return folder


@pytest.fixture
def pilot(made, tmp_path):
    git(made, "clone", "--quiet", made, tmp_path / "pilot")
    return tmp_path / "pilot"


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("manifest", ["pilot.yml", "kpis.yml"])
def test_a_manifest_that_cannot_be_read_is_one_finding_and_no_status(pilot, manifest, content):
    (pilot / manifest).write_bytes(content)
    checked = pilotline("check", pilot, "--json")
    status = {check["id"]: check["status"] for check in json.loads(checked.out)["checks"]}
    assert (checked.code, status["OWN001" if manifest == "pilot.yml" else "VAL001"]) == (1, "fail")
    assert "error" not in status.values()
    for command in ("status", "kpi"):
        run = pilotline(command, pilot) if command == "status" else pilotline(command, cwd=pilot)
        assert (run.code, run.out) == (2, ""), run
        assert manifest in run.err
        assert "Traceback" not in run.err


@pytest.mark.parametrize(
    "waivers",
    ["waivers: 3\n", "waivers: {{{", "waivers: [1, {check: X}, null]\n"],
    ids=["no list", "no YAML", "no waivers"],
)
def test_waivers_that_are_none_are_said(pilot, waivers):
    (pilot / "governance/waivers.yml").write_text(waivers)
    assert "Not accepted as a waiver" in pilotline("check", pilot).out


READ_ONLY = 'mount --bind . . && mount -o remount,bind,ro . && cd "$PWD" && exec "$@"'
FULL = """
mkdir -p governance/evidence && mount -t tmpfs -o size=4k tmpfs governance/evidence
head -c 4096 /dev/zero > governance/evidence/full && exec "$@"
"""


def check_there(pilot, mounts, *options):
    command = ["unshare", "-rm", "sh", "-c", mounts, "sh", sys.executable, "-m", "pilotline", "check", *options]
    done = subprocess.run(command, cwd=pilot, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


def test_what_cannot_be_mended_in_a_folder_that_cannot_be_written_is_said(pilot):
    (pilot / "governance/answers.lock").unlink()
    done = check_there(pilot, READ_ONLY, "--fix", "--select", "TPL006")
    assert done.returncode == 2
    assert "governance/answers.lock cannot be written: Read-only file system" in done.stderr


@pytest.mark.parametrize(
    ("mounts", "why"), [(READ_ONLY, "Read-only file system"), (FULL, "No space left")], ids=["read only", "full"]
)
def test_evidence_that_cannot_be_kept_leaves_the_verdict(pilot, mounts, why):
    done = check_there(pilot, mounts, "--run", "--select", "ENG005")
    assert (done.returncode, done.stdout.startswith("No level")) == (0, True)
    assert f"The evidence was not kept: {CHECK_EVIDENCE} cannot be written: {why}" in done.stderr


def test_links_in_circles_and_files_of_any_size_and_encoding_are_passed_by(pilot):
    (pilot / "loop").symlink_to(".")
    (pilot / "first").symlink_to("second")
    (pilot / "second").symlink_to("first")
    (pilot / "src/customer_call_list/domain/latin.py").write_bytes(b'x = "\xe9\xff"\n')
    (pilot / "notes.txt").write_text("x" * 10_000_000)
    report = json.loads(pilotline("check", pilot, "--json").out)
    assert "error" not in {check["status"] for check in report["checks"]}
