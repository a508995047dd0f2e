import pytest

from pilotline.checks.base import NotProvenError
from pilotline.checks.proving import judge_tests, measure_tests
from pilotline.checks.tools import PilotTools
from tests.helpers import build_file_tree

PASSES = "def test_switch():\n    pass\n\n\ndef test_other():\n    assert False\n"


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
    with pytest.raises(NotProvenError, match="could not run"):
        measure_tests(PilotTools(tmp_path), ["tests/test_a.py"], "switch")
