"""The plug-in as a catalog's owner uses it: pytest in a folder of its own, with nothing but what pilotline ships."""

import os
import subprocess
import sys

import pytest

from tests.helpers import IDENTITY, build_file_tree
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
