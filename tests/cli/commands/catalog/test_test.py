"""`pilotline catalog test` as a catalog's owner meets it: a fault is found, kept and named; nothing else is left."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from pilotline.authoring.pilot_environment import prepare_environment
from tests.authoring.tiny_catalog import FAULT, plant_tiny
from tests.helpers import IDENTITY, build_file_tree, commit_all, pilotline

ONLY_TOGETHER = """\
{%- if ci_provider == 'gitlab' and prepared_for == 'sandbox' %}
print("gitlab lacks a sandbox")
raise SystemExit(7)
{%- endif %}
"""
"""A fault that neither shows in an architecture alone nor in one with everything."""
LISTENING = "from signal import *; signal(SIGINT, SIG_DFL); from pilotline.__main__ import main; main()"
"""Pilotline as a shell starts it, wherever these tests run."""
SLEEPS = """\
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
(pathlib.Path({place!r}) / f"{{child.pid}}.started").touch()
time.sleep(600)
"""


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """Make the environment of pilots that need nothing, once."""
    folder = tmp_path_factory.mktemp("environment") / "pilots"
    prepare_environment(folder, ())
    return folder


@pytest.fixture
def around(environment, tmp_path):
    """Give the variables of a run whose temporary files are all in one folder."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return {**IDENTITY, "PILOTLINE_PILOT_ENVIRONMENT": str(environment), "TMPDIR": str(scratch)}


@pytest.fixture
def catalog(tmp_path):
    return plant_tiny(tmp_path / "catalog")


def run(catalog, around, *arguments):
    return pilotline("catalog", "test", *arguments, cwd=catalog, environment=around)


def run_json(catalog, around, *arguments):
    return json.loads(run(catalog, around, "--json", *arguments).out)


def test_a_catalog_without_faults_passes_and_leaves_nothing(catalog, around, tmp_path):
    done = run(catalog, around)
    assert done.code == 0, done.out + done.err
    lines = done.out.splitlines()
    count = int(lines[0].split()[0])
    assert lines[0] == f"{count} combinations"
    assert sum(line.startswith("passed ") for line in lines) == count
    assert lines[-1].startswith(f"{count} of {count} passed in ")
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not (catalog / "build").exists()


def test_a_fault_that_takes_two_answers_is_found_by_the_pairs_alone(tmp_path, around):
    catalog = plant_tiny(tmp_path / "catalog", {FAULT: ONLY_TOGETHER, "templates/check.py": None})
    found = run_json(catalog, around)
    verdicts = {row["name"]: row["result"]["verdict"] for row in found["combinations"]}
    hit = {
        row["name"] for row in found["combinations"]
        if row["answers"].get("ci_provider") == "gitlab" and row["answers"].get("prepared_for") == "sandbox"
    }  # fmt: skip
    assert hit
    assert {name for name, verdict in verdicts.items() if verdict == "failed"} == hit
    assert all("pairs" in name for name in hit)


def test_a_failed_pilot_is_kept_with_what_its_checks_said(tmp_path, around):
    catalog = plant_tiny(tmp_path / "catalog", {FAULT: ONLY_TOGETHER, "templates/check.py": None})
    done = run(catalog, around)
    assert done.code == 1
    kept = catalog / "build" / "failed-pilots"
    failed = [line.split()[1] for line in done.out.splitlines() if line.startswith("failed ")]
    assert sorted(path.name for path in kept.iterdir() if path.is_dir()) == sorted(failed)
    assert (kept / failed[0] / ".git").is_dir()
    assert (kept / f"{failed[0]}.log").read_text() == (
        "$ python check.py\ngitlab lacks a sandbox\n\n$ python check.py --all\ngitlab lacks a sandbox\n"
    )
    assert f"The pilot: {kept / failed[0]}" in done.out
    assert "    $ python check.py  (exit code 7)\n    gitlab lacks a sandbox" in done.out
    assert subprocess.run(["git", "status", "--porcelain"], cwd=catalog, capture_output=True, check=True).stdout == b""

    again = run(catalog, around, *done.out.splitlines()[-1].partition(" test ")[2].split())
    assert again.code == 1, "the command that it names runs the failed ones again"
    build_file_tree(catalog, {FAULT: ""})
    assert run(catalog, around).code == 0
    assert not kept.exists(), "what failed in the run before is gone"


def test_a_folder_of_somebody_else_is_left_alone(catalog, around):
    build_file_tree(catalog, {"build/failed-pilots/mine.txt": "x"})
    done = run(catalog, around)
    assert (done.code, (catalog / "build/failed-pilots/mine.txt").read_text()) == (2, "x")
    assert "holds something else than failed pilots" in done.err


def test_quick_leaves_the_tests_out(tmp_path, around):
    slow = "import sys\nraise SystemExit('--all' in sys.argv)\n"
    catalog = plant_tiny(tmp_path / "catalog", {"templates/check.py": slow})
    assert run(catalog, around, "--quick", "-k", "batch-alone").code == 0
    assert run(catalog, around, "-k", "batch-alone").code == 1


def test_the_first_failure_ends_it_where_that_is_asked_for(tmp_path, around):
    catalog = plant_tiny(tmp_path / "catalog", {"templates/check.py": "raise SystemExit(1)\n"})
    found = run_json(catalog, around, "--fail-fast", "--jobs", "1")
    verdicts = [row["result"]["verdict"] for row in found["combinations"]]
    assert verdicts == ["failed", *["not_run"] * (len(verdicts) - 1)]


def test_a_check_that_takes_too_long_is_ended(tmp_path, around):
    catalog = plant_tiny(tmp_path / "catalog", {"templates/check.py": "import time; time.sleep(600)\n"})
    done = run(catalog, around, "--timeout", "1", "--quick", "-k", "batch-alone")
    assert done.code == 1
    assert "It took longer than 1 seconds, and was ended." in done.out


def test_what_cannot_be_made_or_started_is_told_of_that_combination(tmp_path, around):
    broken = "{% if audited %}{{ 1 / 0 }}{% endif %}"
    catalog = plant_tiny(tmp_path / "catalog", {FAULT: broken, "templates/check.py": None})
    found = run_json(catalog, around, "--quick")
    failed = [row for row in found["combinations"] if row["result"]["verdict"] == "failed"]
    assert {row["answers"].get("audited") for row in failed} == {True}
    assert all("division by zero" in row["result"]["problem"] for row in failed)
    copier = (catalog / "copier.yml").read_text().replace("python check.py --all", "no-such-program")
    build_file_tree(catalog, {"copier.yml": copier, FAULT: ""})
    done = run(catalog, around, "-k", "batch-alone")
    assert done.code == 1
    assert "It cannot be started" in done.out or "not found" in done.out


def test_the_list_is_all_that_is_shown_where_it_is_asked_for(catalog, around, tmp_path):
    around["PILOTLINE_PILOT_ENVIRONMENT"] = str(tmp_path / "none")
    done = run(catalog, around, "--list", "-k", "alone", "-k", "everything")
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()[1:5]] == [
        "batch-alone", "batch-everything", "stream-alone", "stream-everything"
    ]  # fmt: skip
    assert "architecture=batch with table=wide" in done.out
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-k", "no-such"], "no combination has no-such in its name or answers; --list shows them"),
        (["nowhere"], "nowhere is no folder"),
        (["--since", "v9.9.9"], "has no version v9.9.9"),
        (["--jobs", "0"], "0 is not in the range"),
    ],
)
def test_what_cannot_be_meant_is_refused(catalog, around, arguments, said):
    done = run(catalog, around, *arguments)
    assert done.code == 2
    assert said in done.err


def chosen(found):
    return {row["name"]: row["touched"] for row in found["combinations"]}


def test_only_what_a_change_touches_is_chosen_and_it_is_told_why(catalog, around):
    every = {row["name"]: row["answers"] for row in run_json(catalog, around, "--list")["combinations"]}
    assert chosen(run_json(catalog, around, "--list", "--changed")) == {}
    build_file_tree(catalog, {"CHANGELOG.md": "# Other\n"})
    assert "0 of " in run(catalog, around, "--changed").out
    queue = "templates/{% if 'queue' in integrations %}queue.py{% endif %}"
    build_file_tree(catalog, {queue: "x = 2\n"})
    found = run_json(catalog, around, "--list", "--changed")
    assert set(chosen(found)) == {name for name, answers in every.items() if "queue" in answers.get("integrations", ())}
    assert next(iter(chosen(found).values())) == {
        "reason": "1 file differs (queue.py)", "paths": ["queue.py"], "sources": [queue],
    }  # fmt: skip
    assert (found["since"], found["changed_files"]) == ("v1.0.0", ["CHANGELOG.md", queue])

    commit_all(catalog, "A new queue")
    assert chosen(run_json(catalog, around, "--list", "--changed")) == chosen(found), (
        "the release counts, not the commit"
    )
    assert chosen(run_json(catalog, around, "--list", "--since", "HEAD")) == {}
    ran = run(catalog, around, "--changed")
    assert ran.code == 0
    assert "2 files of the catalog have changed since v1.0.0" in ran.out


def test_a_new_answer_and_new_checks_touch_what_has_them(catalog, around):
    copier = (catalog / "copier.yml").read_text()
    build_file_tree(
        catalog, {"copier.yml": copier.replace("choices: [github, gitlab]", "choices: [github, gitlab, own]")}
    )
    found = chosen(run_json(catalog, around, "--list", "--changed"))
    assert found
    assert all("could not be made before" in touched["reason"] for touched in found.values())
    build_file_tree(catalog, {"copier.yml": copier.replace("python check.py --all", "python check.py --most")})
    found = chosen(run_json(catalog, around, "--list", "--changed"))
    assert {touched["reason"] for touched in found.values()} == {"its checks differ"}


def test_what_was_never_released_has_nothing_to_be_compared_with(tmp_path, around):
    catalog = plant_tiny(tmp_path / "catalog", tag="")
    done = run(catalog, around, "--changed")
    assert done.code == 2
    assert "no released version to compare with" in done.err


def test_the_seed_decides_and_is_stable(catalog, around):
    first, second, other = (run_json(catalog, around, "--list", "--seed", seed) for seed in ("3", "3", "4"))
    assert first == second
    assert first["combinations"] != other["combinations"]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
def test_whatever_ends_it_nothing_runs_on_and_nothing_is_left(tmp_path, around, sent):
    """Not even what a check had started itself."""
    marks = tmp_path / "marks"
    marks.mkdir()
    catalog = plant_tiny(tmp_path / "catalog", {"templates/check.py": SLEEPS.format(place=str(marks))})
    running = subprocess.Popen(
        [sys.executable, "-c", LISTENING, "catalog", "test", "--jobs", "2"],
        cwd=catalog, env={**os.environ, **around}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for(lambda: len(list(marks.iterdir())) == 2)
    running.send_signal(sent)
    said = running.communicate(timeout=60)[1]
    assert running.returncode == (-9 if sent is signal.SIGKILL else 130)
    if sent is not signal.SIGKILL:
        assert "Interrupted; nothing was left half done." in said
    wait_for(lambda: not any(is_alive(int(mark.stem)) for mark in marks.iterdir()))
    wait_for(lambda: not list((tmp_path / "scratch").glob("pilotline-test-*")))
    assert not (catalog / "build").exists()


def wait_for(met):
    deadline = time.monotonic() + 60
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(number):
    try:
        with open(f"/proc/{number}/stat", encoding="ascii") as file:  # noqa: PTH123 - of the system
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
