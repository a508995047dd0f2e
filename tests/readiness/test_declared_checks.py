import json
import sys
from datetime import timedelta

import pytest

from pilotline.readiness.declared_checks import declared_checks
from pilotline.readiness.engine import Proofs
from pilotline.readiness.tools import PilotTools
from pilotline.readiness.verdict import judge, run_checks
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.helpers import TODAY

ORGANISATION = "src/shop/_platform/organisation.yml"
COMMON = {"id": "ACM001", "title": "The cost centre is named", "advice": "Write it into pilot.yml."}
FILES = {
    "pilot.yml": "package: shop\ncosts: {centre: 4711, empty: '', later: TODO, none: false}\n",
    "README.md": "# Shop\n",
    "labs.yml": json.dumps(
        {
            "done": [{"who": "all", "on": f"{TODAY - timedelta(days=40)}"}, {"who": "TODO", "on": f"{TODAY}"}],
            "next": f"{TODAY + timedelta(days=10)}", "never": [], "vendors": {"a": {"until": "soon"}},
        }
    ),
}  # fmt: skip


def run(*entries, files=None, tools=None):
    text = json.dumps({"checks": list(entries)})
    repo = Repository.of({ORGANISATION: text, **FILES, **(files or {})}, TODAY)
    return run_checks(repo, declared_checks(repo), (), Proofs(tools=tools)), repo


def asked(key, **more):
    return {"field": {"file": "labs.yml", "key": key, **more}}


RULES = [
    ({"file": "docs/*.md"}, "fail", "There is no docs/*.md"),
    ({"file": "READ*.md"}, "pass", ""),
    ({"field": {"file": "pilot.yml", "key": "costs.centre"}}, "pass", ""),
    ({"field": {"file": "pilot.yml", "key": "costs.none"}}, "pass", ""),
    ({"field": {"file": "pilot.yml", "key": "costs.empty"}}, "fail", "costs.empty in pilot.yml is missing"),
    ({"field": {"file": "pilot.yml", "key": "costs.later"}}, "fail", "no answer yet (TODO)"),
    ({"field": {"file": "gone.yml", "key": "a"}}, "fail", "missing"),
    ({"text": {"file": "README.md", "matches": "^# "}}, "pass", ""),
    ({"text": {"file": "README.md", "matches": "Licence"}}, "fail", "does not say Licence"),
    ({"text": {"file": "*.md", "forbids": "S.op"}}, "fail", "README.md holds Shop"),
    ({"text": {"file": "*.md", "forbids": "secret"}}, "pass", ""),
    ({"command": ["true"]}, "skip", "Not proven yet"),
    (asked("done.*.on"), "pass", ""),
    (asked("done.*.who"), "fail", "done.1.who in labs.yml is no answer yet (TODO)"),
    (asked("done.0.who"), "pass", ""),
    (asked("done.*.what"), "fail", "done.0.what in labs.yml is missing"),
    (asked("never.*.what"), "pass", ""),
    (asked("never"), "fail", "never in labs.yml is missing"),
    (asked("done.*.on", date="past"), "pass", ""),
    (asked("done.*.on", date="past", at_most_days=40), "pass", ""),
    (asked("done.*.on", date="past", at_most_days=39), "warn", "done.0.on in labs.yml is 40 days ago"),
    (asked("next", date="past"), "fail", "next in labs.yml lies ahead"),
    (asked("next", date="ahead", at_most_days=10), "pass", ""),
    (asked("next", date="ahead", at_most_days=9), "fail", "next in labs.yml is 10 days ahead"),
    (asked("done.*.on", date="ahead"), "warn", "done.0.on in labs.yml has passed"),
    (
        asked("vendors.*.until", date="ahead"),
        "fail",
        "vendors.a.until in labs.yml is no day, written YYYY-MM-DD",
    ),
]


@pytest.mark.parametrize(("rule", "status", "message"), RULES, ids=[str(row[0]) for row in RULES])
def test_each_kind_of_rule_passes_and_fails(rule, status, message):
    results, _ = run({**COMMON, **rule})
    assert results[0].status == status
    assert message in results[0].message


def test_a_pattern_that_would_search_for_ever_ends_and_hides_no_other_check(monkeypatch):
    monkeypatch.setattr("pilotline.readiness.declared_checks._SECONDS", 0.2)
    endless = {"text": {"file": "README.md", "matches": "^(a|aa)+$"}}
    other = {**COMMON, "id": "ACM002", "file": "README.md"}
    results, _ = run({**COMMON, **endless}, other, files={"README.md": "a" * 200 + "!"})
    assert [result.status for result in results] == ["error", "pass"]
    assert "Looking for the text of ACM001 takes longer than 0.2 seconds" in results[0].message


@pytest.mark.parametrize(("code", "status"), [(0, "pass"), (3, "fail")])
def test_a_command_proves_by_its_exit_code(tmp_path, code, status):
    command = [sys.executable, "-c", f"print('so it is'); raise SystemExit({code})"]
    results, _ = run({**COMMON, "command": command}, tools=PilotTools(tmp_path))
    assert (results[0].status, results[0].grade) == (status, "executed")
    assert ("so it is" in results[0].message) == bool(code)


def test_a_declared_check_has_stage_severity_and_words_of_its_own():
    entry = {
        **COMMON,
        "file": "x",
        "stage": "production",
        "severity": "warning",
        "effort": "days",
        "why": "Finance asks.",
    }
    results, _ = run(entry)
    card = results[0].card
    assert (card.stage.label, card.severity, card.effort, card.why) == (
        "production",
        "warning",
        "days",
        "Finance asks.",
    )
    assert results[0].status == "warn"


MISTAKES = [
    ({"id": "acme1"}, "three capital letters"),
    ({"id": "OWN009"}, "built in"),
    ({"title": ""}, "title is missing"),
    ({"stage": "beta"}, "stage is beta"),
    ({"file": ""}, "exactly one rule"),
    ({"command": ["true"]}, "exactly one rule"),
    ({"file": "", "text": {"file": "a", "matches": "("}}, "the pattern ( is none"),
    ({"file": "", "text": {"file": "a"}}, "either matches or forbids"),
    ({"file": "", "field": {"file": "a"}}, "file and key"),
    ({"file": "", "command": "true"}, "list of words"),
    ({"file": "", **asked("a", date="soon")}, "date is soon; it may be past, ahead"),
    ({"file": "", **asked("a", date="past", at_most_days="many")}, "at_most_days is a number of days"),
    ({"file": "", **asked("a", at_most_days=3)}, "at_most_days needs date"),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES, ids=[row[1] for row in MISTAKES])
def test_a_declaration_that_is_wrong_is_an_error_that_blocks(change, message):
    results, repo = run({**COMMON, "file": "README.md", **change})
    assert results[0].status == "error"
    assert message in results[0].message
    assert judge(repo, results, None).level is None
