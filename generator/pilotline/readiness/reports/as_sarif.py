"""SARIF 2.1.0, for code scanning: one rule per check, one result per open or waived check."""

import json
import re
from typing import Final

from packaging.version import Version

from pilotline.about import DOCUMENTATION, __version__
from pilotline.documents.section import Location
from pilotline.pilot.paths import MANIFEST
from pilotline.readiness.registry import FAMILIES
from pilotline.readiness.results import Card, Result, Severity, Status
from pilotline.readiness.verdict import Verdict

_WORDS: Final = re.compile(r"[^\W_]+")
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(verdict: Verdict) -> str:
    """Write a verdict as SARIF."""
    rules = [_rule(result.card) for result in verdict.results]
    index = {result.card.id: number for number, result in enumerate(verdict.results)}
    reported = [result for result in verdict.results if result.is_open or result.status is Status.WAIVED]
    results = [_result(verdict, result, index[result.card.id]) for result in reported]
    driver = {
        "name": "pilotline",
        "version": __version__,
        "semanticVersion": semantic_version(__version__),
        "rules": rules,
    }
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def semantic_version(version: str) -> str:
    """Write a version of Python's kind as SemVer 2 has it: `1.2.0rc1` is `1.2.0-rc.1`."""
    known = Version(version)
    core = ".".join(map(str, (known.major, known.minor, known.micro)))
    before = [*(known.pre or ()), *(("dev", known.dev) if known.is_devrelease else ())]
    return f"{core}-{'.'.join(map(str, before))}" if before else core


def rule_name(title: str) -> str:
    """Make one word of a title, as names of rules are written, and lose none of its words."""
    return "".join(word[:1].upper() + word[1:] for word in _WORDS.findall(title))


def _rule(card: Card) -> dict[str, object]:
    return {
        "id": card.id,
        "name": rule_name(card.title),
        "shortDescription": {"text": card.title},
        "fullDescription": {"text": card.why},
        "help": {"text": "\n\n".join(part for part in (card.advice, card.example, f"Source: {card.source}") if part)},
        **_help_address(card),
        "defaultConfiguration": {"level": "error" if card.severity is Severity.ERROR else "warning"},
        "properties": {"tags": [card.family, card.stage.label, card.grade.value]},
    }


def _help_address(card: Card) -> dict[str, str]:
    """Give the section of our own checks in the documentation; others say in their text what they mean."""
    known = card.family in FAMILIES
    return {"helpUri": f"{DOCUMENTATION}/reference/checks.html#{card.id.lower()}"} if known else {}


def _result(verdict: Verdict, result: Result, rule: int) -> dict[str, object]:
    data: dict[str, object] = {
        "ruleId": result.card.id,
        "ruleIndex": rule,
        "level": verdict.weight(result),
        "message": {"text": f"{result.message}. {result.advice}"},
        "locations": [_location(verdict.prefix, location) for location in _places(result)],
        "partialFingerprints": {"pilotline/v1": f"{result.card.id}:{result.location.path}"},
        "properties": {"status": result.status.value, "stage": result.stage.label, "effort": result.effort.value},
    }
    if result.status is Status.WAIVED:
        data["suppressions"] = [{"kind": "external", "justification": result.message}]
    return data


def _places(result: Result) -> list[Location]:
    """Give each place once; what is nowhere in particular stands at the manifest, because readers ask for a place."""
    places = [problem.location for problem in result.problems if problem.location.path]
    return list(dict.fromkeys(places))[:10] or [Location(MANIFEST)]


def _location(prefix: str, location: Location) -> dict[str, object]:
    region = {"region": {"startLine": location.line}} if location.line else {}
    uri = f"{prefix}{location.path}".replace("%", "%25").replace(" ", "%20")
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, **region}}
