"""Proof by the pilot's own tests: running some of them, and judging what came out."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pilotline.checks.base import Measured, NotProvenError, Tools
from pilotline.checks.model import Problem

_PASSED: Final = re.compile(r"\b(\d+) passed\b")
_COULD_NOT_RUN: Final = frozenset({2, 3, 4})
"""What pytest ends with when it was interrupted, broke, or was called in a way that it does not know."""


def measure_tests(tools: Tools, paths: Sequence[str], names: str) -> Measured:
    """Run the tests of some files that are named by one of several words, in the pilot's environment.

    Raises:
        NotProvenError: They could not be run.
    """
    output = tools.run(
        ["python", "-m", "pytest", "-q", "-k", names.replace("|", " or "), *paths],
        seconds=300,
    )
    text = f"{output.out}\n{output.err}"
    if "No module named pytest" in text:
        raise NotProvenError("pytest is not installed in the pilot's environment")
    if output.code in _COULD_NOT_RUN:
        said = next((line for line in reversed(text.splitlines()) if "error" in line.lower()), "it ended with an error")
        raise NotProvenError(f"pytest could not run the tests: {said.strip()}")
    passed = _PASSED.search(text)
    return {"passed": int(passed[1]) if passed else 0, "code": output.code}


def judge_tests(measured: Measured) -> Iterable[Problem]:
    """Ask that tests ran and all of them passed."""
    if measured.get("code") != 0:
        return [Problem("The tests that prove it fail")]
    return () if measured.get("passed") else [Problem("No test ran that would prove it")]
