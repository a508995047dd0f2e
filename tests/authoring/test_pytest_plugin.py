"""The plug-in as a catalog's owner uses it: pytest in a folder of its own, with nothing but what pilotline ships."""

import json
import os
import subprocess
import sys

import pytest

from tests.authoring.tiny_catalog import FAULT, plant_tiny
from tests.helpers import IDENTITY, build_file_tree, pilotline
from tests.linting.test_rules import BASE, GOOD, plant

TESTS = """\
import pytest

def test_rendered_in_memory(render_pilot):
    tree = render_pilot(name="It's", integrations=["db"])
    assert tree["manifest.yml"].content == b'name: "It\\'s"\\nsize: 5\\n'
    assert "integrations/db.py" in tree

def test_an_architecture(each_architecture, render_pilot):
    assert "code/main.py" in render_pilot(architecture=each_architecture)

def test_an_integration(each_integration, render_pilot):
    assert f"integrations/{each_integration}.py" in render_pilot(integrations=[each_integration])

def test_on_disk(make_pilot):
    pilot = make_pilot()
    assert (pilot / ".git").is_dir() and (pilot / "code/main.py").read_text() == "x = 1\\n"

def test_lint(catalog_problems):
    assert catalog_problems == ()

def test_checks(make_pilot, check_pilot):
    check_pilot(make_pilot(), (("python", "code/main.py"),))

def test_failing_checks(make_pilot, check_pilot):
    with pytest.raises(pytest.fail.Exception, match="(?s)python -c.*the reason"):
        check_pilot(make_pilot(), (("python", "-c", "raise SystemExit('the reason')"),))

def test_no_network(make_pilot, check_pilot):
    code = "import socket; socket.create_connection(('192.0.2.1', 9), 2)"
    with pytest.raises(pytest.fail.Exception, match="unreachable"):
        check_pilot(make_pilot(), (("python", "-c", code),))
"""


def run_pytest(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder, env={**os.environ, **IDENTITY}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("place", [".", "our/catalog"], ids=["the root", "a folder of its own"])
def test_a_catalog_is_tested_with_the_fixtures_alone(tmp_path, place):
    plant(tmp_path / place, GOOD)
    build_file_tree(
        tmp_path, {"pytest.ini": f"[pytest]\npilotline_catalog = {place}\n", "tests/test_catalog.py": TESTS}
    )
    done = run_pytest(tmp_path)
    assert "8 passed" in done.stdout, done.stdout


def test_a_faulty_catalog_fails_its_test_with_the_place(tmp_path):
    plant(tmp_path, {**GOOD, BASE + "a.txt": "{{ name }}"})
    build_file_tree(tmp_path, {"pytest.ini": "[pytest]\n", "test_it.py": TESTS})
    done = run_pytest(tmp_path, "-k", "lint")
    assert "1 failed" in done.stdout
    assert "leftover-syntax" in done.stdout


def test_a_folder_without_a_catalog_says_so(tmp_path):
    build_file_tree(tmp_path, {"pytest.ini": "[pytest]\n", "test_it.py": TESTS})
    done = run_pytest(tmp_path, "-k", "memory")
    assert "is no catalog: it has no copier.yml" in done.stdout


COMBINATIONS = """\
def test_a_pilot(each_combination, make_pilot, check_pilot):
    pilot = make_pilot(**each_combination.answers)
    assert f"architecture: {each_combination.answers['architecture']}\\n" in (pilot / ".copier-answers.yml").read_text()
    check_pilot(pilot)
"""
FAULTY = "{% if ci_provider == 'gitlab' and prepared_for == 'sandbox' %}raise SystemExit('no sandbox')\n{% endif %}"


def plant_tests(folder, changes):
    plant_tiny(folder, {"pytest.ini": "[pytest]\n", "tests/test_it.py": COMBINATIONS, **changes})
    return folder


def list_combinations(catalog, *options):
    return json.loads(pilotline("catalog", "test", "--list", "--json", *options, cwd=catalog).out)["combinations"]


def names_of(done):
    return [line.partition("[")[2].partition("]")[0] for line in done.stdout.splitlines() if "test_a_pilot[" in line]


def test_the_combinations_of_catalog_test_are_parameters(tmp_path):
    """The pilots' own checks are those that the catalog names; a fault of two answers fails in its pairs alone."""
    catalog = plant_tests(tmp_path, {FAULT: FAULTY, "templates/check.py": None})
    listed = list_combinations(catalog, "--seed", "2")
    done = run_pytest(catalog, "-vv", "--tb=short", "--pilotline-seed", "2")
    shown = [line for line in done.stdout.splitlines() if line.startswith("tests/test_it.py::test_a_pilot[")]
    assert [line.partition("[")[2].partition("]")[0] for line in shown] == [row["name"] for row in listed]
    failed = {line.partition("[")[2].partition("]")[0] for line in shown if " FAILED" in line}
    assert failed == {
        row["name"] for row in listed
        if (row["answers"].get("ci_provider"), row["answers"].get("prepared_for")) == ("gitlab", "sandbox")
    }  # fmt: skip
    assert failed
    assert "Failed: $ python check.py\nE   no sandbox" in done.stdout


def test_only_changed_combinations_are_parameters_where_that_is_asked_for(tmp_path):
    catalog = plant_tests(tmp_path, {})
    assert " skipped" in run_pytest(catalog, "--pilotline-changed").stdout, "no pilot is another one"
    build_file_tree(catalog, {"templates/{% if 'queue' in integrations %}queue.py{% endif %}": "x = 2\n"})
    listed = list_combinations(catalog, "--changed")
    for option in (["--pilotline-changed"], ["--pilotline-since", "v1.0.0"]):
        assert names_of(run_pytest(catalog, "--co", *option)) == [row["name"] for row in listed]


def test_a_version_that_there_is_not_is_an_error_of_usage(tmp_path):
    done = run_pytest(plant_tests(tmp_path, {}), "--pilotline-since", "v7.0.0")
    assert done.returncode != 0
    assert "has no version v7.0.0" in done.stdout + done.stderr
