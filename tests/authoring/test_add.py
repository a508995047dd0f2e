"""What is added works at once, and becomes a real one with a few lines."""

import difflib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pilotline.linting.run import lint_catalog
from tests.e2e.test_docs import ELSEWHERE, commands_of
from tests.helpers import IDENTITY, ROOT, build_file_tree, commit_all, files_below, git, pilotline
from tests.linting.test_rules import GOOD, QUESTIONS, plant


@pytest.fixture
def small(tmp_path):
    folder = plant(tmp_path / "catalog", GOOD)
    commit_all(folder, "one", tag="v1.0.0")
    return folder


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """Give the catalog of the how-to: its commands, as they are written there, run in an empty folder.

    So the page is followed here, and not once more in `tests/e2e/test_docs.py`.
    """
    folder = tmp_path_factory.mktemp("ours")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands_of(ROOT / "docs" / ELSEWHERE)],
        cwd=folder, env={**os.environ, **IDENTITY, "PATH": path, "PYTHONPATH": ""}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "our-catalog"


def test_the_choice_and_the_layer_are_added_and_nothing_else_changes(small):
    commented = "# Ours.\n" + QUESTIONS.replace("choices: [db]", "choices:  # the systems\n    Database: db  # ours")
    commit_all(build_file_tree(small, {"copier.yml": commented}), "comments")
    done = pilotline("catalog", "add", "integration", "queue", "--title", "Message queue", cwd=small)
    assert done.code == 0, done.err
    changed = git(small, "diff", "--unified=0", "copier.yml").splitlines()
    assert [line for line in changed if line.startswith(("+ ", "- "))] == [
        "+    Message queue: queue",
        "+    queue: \"{{ '.' if 'queue' in integrations else '' }}\"",
    ]
    assert yaml.safe_load((small / "copier.yml").read_text())["integrations"]["choices"]["Message queue"] == "queue"


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ("choices: [batch]", ["batch", "x2"]),
        ("choices: [batch]  # one", ["batch", "x2"]),
        ("choices:\n    - batch", ["batch", "x2"]),
        ("choices: {Batch: batch}", {"Batch": "batch", "X two": "x2"}),
        ("choices:\n    Batch: batch\n  # more to come", {"Batch": "batch", "X two": "x2"}),
        (
            "choices:\n    Batch:\n      value: batch\n      validator: ''\n\n  # more to come",
            {"Batch": {"value": "batch", "validator": ""}, "X two": "x2"},
        ),
    ],
    ids=["flow list", "with a comment", "block list", "flow mapping", "block mapping", "with a validator"],
)
def test_choices_are_extended_in_the_form_they_have(small, choices, expected):
    build_file_tree(small, {"copier.yml": QUESTIONS.replace("choices: [batch]", choices)})
    done = pilotline("catalog", "add", "architecture", "x2", "--title", "X two", cwd=small)
    assert done.code == 0, done.err
    assert yaml.safe_load((small / "copier.yml").read_text())["architecture"]["choices"] == expected
    assert lint_catalog(small).problems == ()


def test_an_architecture_begins_as_another_one(small):
    done = pilotline("catalog", "add", "architecture", "stream", "--json", cwd=small)
    assert json.loads(done.out)["files"] == [
        "reference_architectures/stream/architecture.yml",
        "templates/{{ layer.stream }}/code/main.py",
    ]
    assert lint_catalog(small).problems == ()


def test_where_layers_follow_from_the_answers_a_new_architecture_is_two_folders_and_one_line(tmp_path):
    """As in the built-in catalog: whoever adds one touches nothing that another architecture has."""
    catalog = tmp_path / "catalog"
    assert pilotline("catalog", "init", str(catalog), environment=IDENTITY).code == 0
    before = files_below(catalog)

    assert pilotline("catalog", "add", "architecture", "twin", "--like", "batch_scoring", cwd=catalog).code == 0

    after = files_below(catalog)
    changed = [path for path in before if after[path] != before[path]]
    new = {path.split("/twin")[0].split("/src")[0].split("/docs")[0] for path in after.keys() - before.keys()}
    assert changed == ["copier.yml"]
    old, new_lines = (each["copier.yml"].decode().splitlines() for each in (before, after))
    assert [line for line in difflib.unified_diff(old, new_lines, n=0) if line[0] in "+-"][2:] == ["+    Twin: twin"]
    assert {path.split("/")[0] for path in new} <= {"templates", "reference_architectures", "changelog.d"}
    twin = [path for path in after.keys() - before.keys() if path.startswith("templates/")]
    assert twin
    assert all(path.startswith("templates/{{ layer.twin }}/") for path in twin)
    assert lint_catalog(catalog).problems == ()


def test_what_a_killed_one_left_is_finished_and_what_is_somebody_s_stays(small, tmp_path):
    command = ("catalog", "add", "architecture", "stream")
    whole = shutil.copytree(small, tmp_path / "whole")
    assert pilotline(*command, cwd=whole).code == 0
    expected = files_below(whole)
    first, last = "reference_architectures/stream/architecture.yml", "templates/{{ layer.stream }}/code/main.py"
    build_file_tree(small, {first: expected[first], last: expected[last][:5]})
    assert pilotline(*command, cwd=small).code == 0
    assert files_below(small) == expected
    other = build_file_tree(shutil.copytree(whole, tmp_path / "other"), {"copier.yml": QUESTIONS, last: "mine\n"})
    refused = pilotline(*command, cwd=other)
    assert (refused.code, f"{last} is there already" in refused.err) == (2, True)
    assert (other / last).read_text() == "mine\n"


def test_of_two_different_ones_at_once_both_arrive_or_one_says_to_wait(small):
    """The second to write would take the first one's choice and layer out of the questions again."""
    for turn in range(3):
        names = [f"{kind}{turn}" for kind in ("queue", "store")]
        command = [sys.executable, "-m", "pilotline", "catalog", "add", "integration"]
        pair = [subprocess.Popen([*command, name], cwd=small, stderr=subprocess.PIPE, text=True) for name in names]
        said = [each.communicate(timeout=60)[1] for each in pair]
        arrived = [name for name, each in zip(names, pair, strict=True) if each.returncode == 0]
        assert arrived, said
        assert all(each.returncode == 0 or "is writing in this catalog" in text
                   for each, text in zip(pair, said, strict=True)), said  # fmt: skip
        questions = yaml.safe_load((small / "copier.yml").read_text())
        assert [name for name in names if name in questions["integrations"]["choices"]] == arrived
        assert [name for name in names if f"{name}:" in questions["layer"]["default"]] == arrived


def test_whoever_adds_waits_for_nobody(small):
    """What is held by another process is said at once."""
    with (small / ".git/pilotline-catalog.lock").open("a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = files_below(small)
        refused = pilotline("catalog", "add", "integration", "queue", cwd=small)
        assert (refused.code, "Another pilotline is writing in this catalog." in refused.err) == (2, True)
        assert files_below(small) == before
    assert pilotline("catalog", "add", "integration", "queue", cwd=small).code == 0
    assert not (small / ".git/pilotline-catalog.lock").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("integration", "db"), "db is there already"),
        (("architecture", "batch"), "batch is there already"),
        (("integration", "base"), "base is there already"),
        (("integration", "../x"), "cannot be a name"),
        (("integration", "x", "--title", "a: b"), "cannot be a name"),
        (("integration", "xy", "--title", 'a: "b'), "cannot be a title"),
        (("architecture", "stream", "--like", "nope"), "no architecture nope"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_added_is_refused_and_changes_nothing(small, arguments, message):
    before = files_below(small)
    done = pilotline("catalog", "add", *arguments, cwd=small)
    assert done.code == 2
    assert message in done.err
    assert files_below(small) == before


def test_a_folder_without_a_catalog_is_refused(tmp_path):
    done = pilotline("catalog", "add", "integration", "queue", cwd=tmp_path)
    assert (done.code, files_below(tmp_path)) == (2, {})


@pytest.mark.parametrize("message", ["The warehouse is a PostgreSQL", "Begin with gradient boosting"])
def test_a_real_one_takes_at_most_three_files_and_sixty_lines(ours, message):
    commit = git(ours, "log", "--format=%H", "--fixed-strings", f"--grep={message}")
    rows = [line.split("\t") for line in git(ours, "show", "--format=", "--numstat", commit).splitlines()]
    assert 0 < len(rows) <= 3
    assert 0 < sum(int(added) for added, _, _ in rows) <= 60


CHECKED = """\
from pilotline.authoring.pilot_environment import CHECKS

NEW = ("pytest", "-q", "tests/unit", "tests/contract", "tests/e2e", "tests/platform/test_warehouse.py")


def test_both(make_pilot, check_pilot):
    pilot = make_pilot(architecture="boosted_scoring", integrations=["warehouse"], prepared_for="production")
    check_pilot(pilot, {checks})
"""
# A skeleton is lines of the built-in catalog, but for what tests its integration; the real one passes all tests.
CHECKS_OF = {"skeleton": "(*CHECKS[:-1], NEW)", "real": "CHECKS"}


@pytest.mark.slow
@pytest.mark.parametrize("state", ["skeleton", pytest.param("real", marks=pytest.mark.combinations)])
def test_skeleton_and_real_one_pass_their_pilot_s_own_checks(ours, pilot_environment, tmp_path, state):
    folder = tmp_path / "catalog"
    git(tmp_path, "clone", "--quiet", str(ours), str(folder))
    if state == "skeleton":
        last = git(folder, "log", "--format=%H", "--grep=Begin with gradient", "--grep=The warehouse is").split()
        git(folder, "revert", "--no-edit", *last)
    build_file_tree(folder, {"tests/test_additions.py": CHECKED.format(checks=CHECKS_OF[state])})
    around = {**os.environ, **IDENTITY, "PILOTLINE_PILOT_ENVIRONMENT": str(pilot_environment.parent)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_additions.py"],
        cwd=folder, env=around, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert lint_catalog(folder).problems == ()
