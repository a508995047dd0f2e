import sys

import pytest

from pilotline.readiness.base import NotProvenError
from pilotline.readiness.pytest_proof import judge_tests, measure_tests
from pilotline.readiness.tools import PilotTools
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.helpers import build_file_tree

PASSES = "def test_switch():\n    pass\n\n\ndef test_other():\n    assert False\n"


@pytest.fixture(autouse=True)
def this_environment(monkeypatch):
    """Run pytest from the environment of these tests, whatever `python` is on the path."""
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


@pytest.mark.parametrize(
    ("text", "passed", "wrong"),
    [(PASSES, 1, []), ("def test_switch():\n    assert False\n", 0, ["The tests that prove it fail"])],
    ids=["passes", "fails"],
)
def test_only_the_named_tests_prove_it(tmp_path, text, passed, wrong):
    build_file_tree(tmp_path, {"tests/test_a.py": text})
    measured = measure_tests(PilotTools(tmp_path), ["tests/test_a.py"], "switch|kill")
    assert measured["passed"] == passed
    assert [problem.message for problem in judge_tests(measured)] == wrong


def test_tests_that_cannot_be_loaded_prove_nothing(tmp_path):
    build_file_tree(tmp_path, {"tests/test_a.py": "import no_such_module\n\n\ndef test_switch():\n    pass\n"})
    with pytest.raises(NotProvenError, match="no_such_module is not installed there"):
        measure_tests(PilotTools(tmp_path), ["tests/test_a.py"], "switch")

    build_file_tree(tmp_path, {"tests/test_a.py": "def test_switch(:\n"})
    with pytest.raises(NotProvenError, match="could not run"):
        measure_tests(PilotTools(tmp_path), ["tests/test_a.py"], "switch")


def test_the_strict_configuration_of_a_generated_pilot_is_no_obstacle(tmp_path, builtin):
    tree = render(builtin, accept_answers(builtin, {"created_on": "2026-01-01"}))
    settings = strict_part(tree["pyproject.toml"].content)
    build_file_tree(tmp_path, {"pyproject.toml": settings, "tests/test_a.py": PASSES})
    assert measure_tests(PilotTools(tmp_path), ["tests/test_a.py"], "switch") == {"passed": 1, "code": 0}


def strict_part(content):
    """The pilot's settings without the warnings of packages that are not installed here."""
    settings = "[tool.pytest]" + content.decode().partition("[tool.pytest]")[2].partition("filterwarnings")[0]
    assert "--strict-config" in settings
    assert "cache_dir" in settings
    return settings


def test_why_pytest_could_not_start_is_said(tmp_path):
    build_file_tree(
        tmp_path, {"pytest.ini": "[pytest]\naddopts = --strict-config\nodd = 1\n", "tests/test_a.py": PASSES}
    )
    with pytest.raises(NotProvenError, match="Unknown config option: odd"):
        measure_tests(PilotTools(tmp_path), ["tests/test_a.py"], "switch")
