"""Proof by the pilot's own tests: running some of them, and judging what came out."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pilotline.readiness.base import Measured, NotProvenError, Output, Tools
from pilotline.readiness.results import Problem

_PASSED: Final = re.compile(r"\b(\d+) passed\b")
_INTERRUPTED: Final = 2
"""What pytest ends with when it was interrupted; by tests that cannot be loaded, above all."""
_COULD_NOT_RUN: Final = frozenset({3, 4})
"""What pytest ends with when it broke, or was called in a way that it does not know."""
_ABSENT: Final = re.compile(r"No module named '?([\w.]+)'?|unrecognized arguments: (--cov)\b")
_MAKE: Final = (
    "Make the pilot's environment (`python -m venv .venv`, then `.venv/bin/python -m pip install -e . --group dev`), "
    "then `pilotline check --run`."
)


def run_pytest(tools: Tools, arguments: Sequence[str], *, seconds: float) -> Output:
    """Run pytest in the pilot's environment.

    Raises:
        NotProvenError: The tests could not be run, which says nothing about them.
    """
    output = tools.run(["python", "-m", "pytest", "-q", *arguments], seconds=seconds)
    text = f"{output.out}\n{output.err}"
    absent = _ABSENT.search(text)
    if absent and (output.code in {_INTERRUPTED, *_COULD_NOT_RUN} or (output.code and not output.out.strip())):
        missing = "pytest-cov" if absent[2] else absent[1]
        raise NotProvenError(f"The tests cannot be run in {tools.place}: {missing} is not installed there", _MAKE)
    if output.code in _COULD_NOT_RUN:
        raise NotProvenError(f"pytest could not run the tests in {tools.place}: {_last_error(text)}")
    return output


def measure_tests(tools: Tools, paths: Sequence[str], names: str) -> Measured:
    """Run the tests of some files that are named by one of several words, in the pilot's environment.

    Raises:
        NotProvenError: They could not be run.
    """
    output = run_pytest(tools, ["-k", names.replace("|", " or "), *paths], seconds=300)
    if output.code == _INTERRUPTED:
        raise NotProvenError(f"pytest could not run the tests in {tools.place}: {_last_error(output.out)}")
    passed = _PASSED.search(output.out)
    return {"passed": int(passed[1]) if passed else 0, "code": output.code}


def _last_error(text: str) -> str:
    errors = (line for line in reversed(text.splitlines()) if "error" in line.lower())
    return next(errors, "it ended with an error").strip()


def judge_tests(measured: Measured) -> Iterable[Problem]:
    """Ask that tests ran and all of them passed."""
    if measured.get("code") != 0:
        return [Problem("The tests that prove it fail")]
    return () if measured.get("passed") else [Problem("No test ran that would prove it")]
