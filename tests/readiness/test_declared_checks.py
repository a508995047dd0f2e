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
    "src/shop/a.yml": "kept: 30.6\n",
    "labs.yml": json.dumps(
        {
            "done": [{"who": "all", "on": f"{TODAY - timedelta(days=40)}"}, {"who": "TODO", "on": f"{TODAY}"}],
            "next": f"{TODAY + timedelta(days=10)}", "never": [], "vendors": {"a": {"until": "soon"}},
            "risk": "high", "levels": ["low", "high"], "seen": True, "share": 80, "none": 0,
            "steps": ["one", "TODO", "not stated yet"], "open": "The board, to be confirmed",
            "first": f"{TODAY + timedelta(days=1)}", "last": f"{TODAY}",
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
    (asked("open"), "pass", ""),
    (asked("open", answer="settled"), "fail", "open in labs.yml is no answer yet (The board, to be confirmed)"),
    (asked("done.1.who", answer="written"), "pass", ""),
    (asked("seen", **{"is": "yes_or_no"}), "pass", ""),
    (asked("risk", **{"is": "yes_or_no"}), "fail", "risk in labs.yml is neither true nor false"),
    (asked("share", **{"is": "text"}), "pass", ""),
    (asked("seen", **{"is": "text"}), "fail", "seen in labs.yml is missing"),
    (asked("none", **{"is": "number"}), "pass", ""),
    (asked("none", **{"is": "amount"}), "fail", "none in labs.yml is no amount"),
    (asked("risk", **{"is": "number"}), "fail", "risk in labs.yml is no number"),
    (asked("share", **{"is": "number"}, at_least=80, above=79, at_most=80), "pass", ""),
    (asked("share", **{"is": "number"}, at_least=81), "fail", "share in labs.yml is 80, less than 81"),
    (asked("share", **{"is": "amount"}, above=80), "fail", "share in labs.yml is 80, not more than 80"),
    (asked("share", **{"is": "number"}, at_most=79.5), "fail", "share in labs.yml is 80, more than 79.5"),
    (asked("steps", at_least=2), "pass", ""),
    (asked("done", at_least=2), "pass", ""),
    (asked("steps", at_least=3), "fail", "steps in labs.yml has 2 of 3 answers"),
    (asked("steps", at_least=2, answer="settled"), "fail", "steps in labs.yml has 1 of 2 answers"),
    (asked("risk", at_least=1), "fail", "risk in labs.yml has 0 of 1 answers"),
    (asked("risk", one_of=["low", "high"], none_of=["minimal"]), "pass", ""),
    (asked("risk", one_of=["low"]), "fail", "risk in labs.yml is high; it may be low"),
    (asked("risk", none_of=["high"]), "fail", "risk in labs.yml is high, which it may not be"),
    (
        asked("gone", when={"risk": "high", "seen": True}),
        "fail",
        "gone in labs.yml is missing",
    ),
    (asked("gone", when={"risk": "high", "seen": False}), "pass", ""),
    (asked("gone", when={"seen": "true"}), "pass", ""),
    (asked("done", **{"is": "list"}), "pass", ""),
    (asked("risk", **{"is": "list"}), "fail", "risk in labs.yml has no item"),
    (asked("done.*", has=["on"]), "pass", ""),
    (asked("done.*", has=["who", "seal", "why"], missing="It lacks {lacks}"), "fail", "It lacks seal, why"),
    (asked("done.*", has=["seal"]), "fail", "done.0 in labs.yml lacks seal"),
    (asked("done.*.seal", named="who", missing="{name} has none"), "fail", "all has none"),
    (asked("done.*.seal", named="rank", unnamed="One", missing="{name} has none"), "fail", "One has none"),
    (asked("done.*", has=["seal"], named="who", missing="{name} lacks {lacks}"), "fail", "all lacks seal"),
    (asked("done.*.seal", when={".who": "nobody"}), "pass", ""),
    (asked("done.*.seal", when={".who": "all"}), "fail", "done.0.seal in labs.yml is missing"),
    (asked("gone", unless=["never", "risk"]), "pass", ""),
    (asked("gone", unless=["never"]), "fail", "gone in labs.yml is missing"),
    (asked("risk", one_of_fields=["never", "steps", "levels"]), "pass", ""),
    (asked("risk", one_of_fields=["steps"]), "fail", "risk in labs.yml is high, which stands in none of steps"),
    (asked("gone", missing="{value}, {day}, {number}"), "fail", "missing, ,"),
    (asked("risk", one_of=["low"], wrong="Not {value}"), "fail", "Not high"),
    (asked("risk", one_of=["low"], missing="Low, not {value}"), "fail", "Low, not high"),
    (asked("first", date="past", wrong="In {days}: {day}"), "fail", f"In 1 day: {TODAY + timedelta(days=1)}"),
    (asked("done.0.on", date="ahead", passed="{days} late"), "warn", "40 days late"),
    (asked("done.0.on", date="past", at_most_days=9, passed="{days} ago"), "warn", "40 days ago"),
    (asked("last", date="ahead", at_most_days=0, passed="never said"), "pass", ""),
    (
        {"field": {"file": "{package}/a.yml", "key": "kept", "is": "number", "at_least": 31, "wrong": "{number} days"}},
        "fail",
        "31 days",
    ),
]


@pytest.mark.parametrize(("rule", "status", "message"), RULES, ids=[str(row[0]) for row in RULES])
def test_each_kind_of_rule_passes_and_fails(rule, status, message):
    results, _ = run({**COMMON, **rule})
    assert results[0].status == status
    assert message in results[0].message


def test_a_check_asks_for_several_fields_and_names_each_once():
    entry = {
        **COMMON,
        "fields": [
            {"file": "labs.yml", "key": "risk", "none_of": ["high"], "wrong": "Too high", "stage": "pilot"},
            {"file": "labs.yml", "key": "risk", "one_of": ["low"]},
            {"file": "labs.yml", "key": "lost"},
            {"file": "labs.yml", "key": "lost.name"},
            {"file": "labs.yml", "key": "vendors.*.name", "missing": "A vendor has no name"},
            {"file": "pilot.yml", "key": "lost", "when": {"package": "shop"}},
        ],
    }
    results, _ = run(entry)
    said = [(problem.message, problem.stage and problem.stage.label) for problem in results[0].problems]
    assert said == [
        ("Too high", "pilot"),
        ("lost in labs.yml is missing", None),
        ("A vendor has no name", None),
        ("lost in pilot.yml is missing", None),
    ]


def test_what_a_field_holds_is_never_read_as_words_of_the_check():
    results, _ = run(
        {**COMMON, **asked("a", one_of=["b"], wrong="It is {value}")}, files={"labs.yml": "a: '{day} {value}'"}
    )
    assert results[0].message == "It is {day} {value}"


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
    ({"file": "", "fields": []}, "exactly one rule"),
    ({"file": "", "fields": {"file": "a", "key": "b"}}, "fields is a list"),
    ({"file": "", "fields": [{"file": "a", "key": "b"}, {"file": "a"}]}, "field needs file and key"),
    ({"file": "", **asked("a"), "fields": [asked("a")["field"]]}, "it needs exactly one rule"),
    ({"file": "", **asked("a", **{"is": "sum"})}, "is is sum; it may be text, number, amount, yes_or_no, list"),
    ({"file": "", **asked("a", answer="some")}, "answer is some; it may be written, real, settled"),
    ({"file": "", **asked("a", stage="beta")}, "stage is beta; it may be sandbox, pilot, production"),
    ({"file": "", **asked("a", at_least="two")}, "at_least is a number"),
    ({"file": "", **asked("a", at_most=3)}, "at_most needs is: number or amount"),
    ({"file": "", **asked("a", **{"is": "text"}, above=3)}, "above needs is: number or amount"),
    ({"file": "", **asked("a", one_of="high")}, "one_of is a list of texts"),
    ({"file": "", **asked("a", none_of=[])}, "none_of is a list of texts"),
    ({"file": "", **asked("a", has="b")}, "has is a list of texts"),
    ({"file": "", **asked("a", unless={})}, "unless is a list of texts"),
    ({"file": "", **asked("a", one_of_fields="b")}, "one_of_fields is a list of texts"),
    ({"file": "", **asked("a", when="b")}, "when names fields of the file"),
    ({"file": "", **asked("a", when={"b": ["c"]})}, "when names fields of the file"),
    ({"file": "", **asked("a", passed="Late")}, "passed needs date"),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES, ids=[row[1] for row in MISTAKES])
def test_a_declaration_that_is_wrong_is_an_error_that_blocks(change, message):
    results, repo = run({**COMMON, "file": "README.md", **change})
    assert results[0].status == "error"
    assert message in results[0].message
    assert judge(repo, results, None).level is None
