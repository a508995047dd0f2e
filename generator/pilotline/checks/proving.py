"""Proof by the pilot's own tests: running some of them, and judging what came out."""

import re
from collections.abc import Iterable, Sequence

from pilotline.checks.base import Measured, NotProvenError, Tools
from pilotline.checks.model import Problem

_PASSED = re.compile(r"\b(\d+) passed\b")


def measure_tests(tools: Tools, arguments: Sequence[str]) -> Measured:
    """Run some tests in the pilot's environment.

    Raises:
        NotProvenError: They could not be run.
    """
    output = tools.run(["python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments], seconds=300)
    text = f"{output.out}\n{output.err}"
    if "No module named pytest" in text:
        raise NotProvenError("pytest is not installed in the pilot's environment")
    passed = _PASSED.search(text)
    return {"passed": int(passed[1]) if passed else 0, "code": output.code}


def judge_tests(measured: Measured) -> Iterable[Problem]:
    """Ask that tests ran and all of them passed."""
    if measured.get("code") != 0:
        return [Problem("The tests that prove it fail")]
    return () if measured.get("passed") else [Problem("No test ran that would prove it")]
