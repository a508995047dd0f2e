"""JUnit XML, for every CI that shows tests: a suite per family, a case per check.

JUnit knows no warning and no "later": what does not block the asked stage is skipped with its reason.
"""

import re
from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pilotline.readiness.registry import FAMILIES
from pilotline.readiness.results import Result, Status
from pilotline.readiness.verdict import Verdict

_FORBIDDEN: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(verdict: Verdict) -> str:
    """Write a verdict as JUnit XML."""
    families: dict[str, list[Result]] = {}
    for result in verdict.results:
        families.setdefault(result.card.family, []).append(result)
    root = Element("testsuites", {"name": "pilotline check", **_counts(verdict, verdict.results)})
    for family, results in families.items():
        name = FAMILIES.get(family, family)
        suite = SubElement(root, "testsuite", {"name": name, **_counts(verdict, results)})
        for result in results:
            _case(suite, verdict, result)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _kind(verdict: Verdict, result: Result) -> str:
    if result.status is Status.PASS:
        return "passed"
    if verdict.weight(result) == "error":
        return "error" if result.status is Status.ERROR else "failure"
    return "skipped"


def _counts(verdict: Verdict, results: Iterable[Result]) -> dict[str, str]:
    members = list(results)
    kinds = [_kind(verdict, result) for result in members]
    return {
        "tests": str(len(members)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
        "time": f"{sum(result.seconds for result in members):.3f}",
    }


def _case(suite: Element, verdict: Verdict, result: Result) -> None:
    attributes = {
        "name": _clean(f"{result.card.id} {result.card.title}"),
        "classname": f"pilotline.{result.card.family}",
        "time": f"{result.seconds:.3f}",
    }
    case = SubElement(suite, "testcase", attributes)
    kind = _kind(verdict, result)
    if kind == "passed":
        return
    reason = result.reason.value if result.reason else result.status.value
    outcome = SubElement(case, kind, {"message": _clean(result.message), "type": reason})
    if kind != "skipped":
        outcome.text = _clean("\n".join([*_problems(result), "", result.advice]))


def _problems(result: Result) -> list[str]:
    return [f"{problem.message} ({problem.location})".replace(" ()", "") for problem in result.problems]


def _clean(text: str) -> str:
    """Leave out what XML cannot hold."""
    return _FORBIDDEN.sub("?", text)
