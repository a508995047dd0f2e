from dataclasses import replace
from datetime import date, timedelta

import pytest

from pilotline.documents.section import Location
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, ExecutedCheck, NotProvenError, Output
from pilotline.readiness.engine import Proofs, evaluate, reached_stage
from pilotline.readiness.evidence import Record, read_records, write_records
from pilotline.readiness.results import Effort, Grade, Problem, Severity
from pilotline.readiness.verdict import judge, run_checks
from pilotline.readiness.view.git_history import NoHistory
from pilotline.readiness.view.pilot_view import Repository

TODAY = date(2026, 11, 25)
MANIFEST = "stage: pilot\ncreated: 2026-01-01\n"


class Sample(Check):
    """It stands for any check."""

    id = "XXX001"
    title = "All is well"
    stage = Stage.PILOT
    source = "a test"
    effort = Effort.MINUTES
    advice = "Do it."
    found: tuple[Problem, ...] = ()

    def find(self, repo):
        assert repo.today
        return self.found


def sample(**attributes):
    return type("Made", (Sample,), {"__doc__": "It stands for any check.", **attributes})()


def repository(files=None, history=None):
    repo = Repository.of({"pilot.yml": MANIFEST, **(files or {})}, TODAY)
    return replace(repo, history=history) if history else repo


def verdict(*checks, files=None, lowered=(), stage=None):
    repo = repository(files)
    return judge(repo, run_checks(repo, checks, lowered, Proofs()), stage)


BAD = Problem("It is broken", Location("pilot.yml", 1))
LATE = Problem("It is late", calendar=True)


@pytest.mark.parametrize(
    ("attributes", "status", "level"),
    [
        ({}, "pass", "production"),
        ({"found": (BAD,)}, "fail", "sandbox"),
        ({"found": (BAD,), "stage": Stage.SANDBOX}, "fail", None),
        ({"found": (BAD._replace(stage=Stage.PRODUCTION),)}, "fail", "pilot"),
        ({"found": (BAD,), "severity": Severity.WARNING}, "warn", "production"),
        ({"found": (LATE,)}, "warn", "production"),
        ({"found": (LATE, BAD)}, "fail", "sandbox"),
        ({"not_applicable": lambda _, __: "no such thing here"}, "skip", "production"),
        ({"find": lambda _, __: 1 / 0}, "error", "sandbox"),
    ],
    ids=["pass", "fail", "first stage", "later stage", "warning", "calendar", "both", "not applicable", "raises"],
)
def test_how_a_check_ends_decides_the_level(attributes, status, level):
    result = verdict(sample(**attributes))
    assert result.results[0].status == status
    assert (result.level.label if result.level else None) == level


def test_one_broken_check_hides_no_other():
    results = verdict(sample(id="XXX001", find=lambda _, __: 1 / 0), sample(id="XXX002", found=(BAD,))).results
    assert [result.status for result in results] == ["error", "fail"]
    assert "ZeroDivisionError" in results[0].message


def test_every_check_is_evaluated_whatever_the_stage():
    results = verdict(sample(stage=Stage.SANDBOX, found=(BAD,)), sample(id="XXX002", stage=Stage.PRODUCTION)).results
    assert [result.status for result in results] == ["fail", "pass"]


def test_an_organisation_can_lower_a_check():
    result = verdict(sample(found=(BAD,)), lowered=["XXX001"])
    assert result.results[0].status == "warn"
    assert result.level is Stage.PRODUCTION


@pytest.mark.parametrize(
    ("law", "stage", "claimed_since", "status"),
    [
        ("2025-02-02", Stage.PILOT, "2026-01-01", "fail"),
        ("2026-08-02", Stage.PILOT, "2026-01-01", "warn"),
        ("2026-08-02", Stage.PILOT, "2026-09-01", "fail"),
        ("2026-08-02", Stage.PRODUCTION, "2026-01-01", "fail"),
        ("2027-12-02", Stage.PRODUCTION, "2026-01-01", "warn"),
    ],
    ids=["in force", "came since", "came before", "a stage to come", "to come"],
)
def test_a_law_turns_nothing_red_overnight(law, stage, claimed_since, status):
    history = f"format: 1\nhistory:\n  - {{stage: pilot, since: {claimed_since}}}\n"
    check = sample(stage=stage, applies_from=date.fromisoformat(law), found=(BAD,))
    result = verdict(check, files={"governance/stage_history.yml": history}).results[0]
    assert result.status == status
    assert result.blocks(strict=True)


def test_the_report_lists_what_turns_red_within_a_year():
    soon = sample(id="XXX001", applies_from=TODAY + timedelta(days=365), found=(BAD,))
    later = sample(id="XXX002", applies_from=TODAY + timedelta(days=366), found=(BAD,))
    met = sample(id="XXX003", applies_from=TODAY + timedelta(days=1))
    assert [event.check for event in verdict(soon, later, met).events] == ["XXX001"]


def test_three_steps_what_blocks_first_then_by_effort():
    def open_check(number, **attributes):
        return sample(id=f"XXX00{number}", found=(BAD,), **attributes)

    steps = verdict(
        open_check(1, severity=Severity.WARNING),
        open_check(2, effort=Effort.DAYS),
        open_check(3, effort=Effort.HOURS),
        open_check(4, stage=Stage.PRODUCTION),
        open_check(5),
    ).next_steps
    assert [step.card.id for step in steps] == ["XXX005", "XXX003", "XXX002"]


def test_what_one_command_proves_is_one_step():
    unproven = [type(f"Made{n}", (Measuring,), {"__doc__": "x", "id": f"XXX00{n}"})() for n in (1, 2, 3)]
    result = verdict(*unproven, sample(id="XXX004", found=(BAD,), effort=Effort.DAYS))
    assert [step.card.id for step in result.next_steps] == ["XXX001", "XXX004"]
    assert len(result.to_do) == 4


def test_the_total_is_the_score_of_the_weakest_family():
    result = verdict(
        sample(id="AAA001", grade=Grade.EXECUTED),
        sample(id="BBB001", grade=Grade.ATTESTED),
        sample(id="BBB002", found=(BAD,)),
        sample(id="CCC001", not_applicable=lambda _, __: "not here"),
    )
    assert {score.family: score.score for score in result.scores} == {"AAA": 1.0, "BBB": 0.25, "CCC": None}
    assert result.total == 0.25
    assert result.scores[1].passed == {"attested": 1, "static": 0, "executed": 0}


class Measuring(ExecutedCheck):
    """It measures."""

    id = "XXX001"
    title = "It runs"
    stage = Stage.PILOT
    source = "a test"
    effort = Effort.HOURS
    advice = "Run it."

    def command(self, repo):
        return f"count {repo.today}"

    def measure(self, repo, tools):
        assert repo.today
        return {"count": int(tools.run(["count"]).out)}

    def judge(self, measured):
        return [BAD] if measured["count"] > 3 else []


class Counting:
    """Tools whose one command answers with a number, or is not installed."""

    offline = False
    place = "nowhere"

    def __init__(self, answer):
        self.answer = answer

    def run(self, command, *, seconds=600):
        assert (command, seconds) == (["count"], 600)
        if self.answer is None:
            raise NotProvenError("count is not installed", "Install count.")
        return Output(0, str(self.answer))


class Past(NoHistory):
    """A history of one commit, and of what differs from it now."""

    def __init__(self, differing):
        super().__init__("c0ffee")
        object.__setattr__(self, "now", frozenset(differing))

    def differing(self, commit):
        return vars(self)["now"] if commit == "c0ffee" else None


def line(commit="c0ffee", count=1):
    record = Record("XXX001", commit, "2026-11-25T00:00:00Z", "count", 1.0, {"count": count})
    return write_records({"XXX001": record}).decode()


@pytest.mark.parametrize(
    ("text", "differing", "status"),
    [
        ("", (), "skip"),
        (line(), (), "pass"),
        (line(count=9), (), "fail"),
        (line(), ("governance/waivers.yml", "governance/evidence/checks.jsonl"), "pass"),
        (line(), ("src/a.py",), "skip"),
        (line("another"), (), "skip"),
        ("no JSON\n[]\n{}\n", (), "skip"),
    ],
    ids=["none", "passes", "fails", "only decisions since", "code since", "unknown commit", "damaged"],
)
def test_evidence_counts_while_nothing_that_matters_has_changed(text, differing, status):
    repo = repository({"governance/evidence/checks.jsonl": text}, Past(differing))
    result = run_checks(repo, [Measuring()])[0]
    assert result.status == status
    assert (result.reason == "not_proven") == (status == "skip")
    assert reached_stage([result]) == (Stage.PRODUCTION if status == "pass" else Stage.SANDBOX)


@pytest.mark.parametrize(("answer", "status"), [(2, "pass"), (7, "fail"), (None, "skip")])
def test_a_run_proves_or_says_what_is_missing(answer, status):
    proofs = Proofs(tools=Counting(answer))
    result = evaluate([Measuring()], repository(), proofs)[0]
    assert result.status == status
    assert ("not installed" in result.message) == (answer is None)
    assert (result.advice == "Install count.") == (answer is None)
    assert [record.measured for record in proofs.added.values()] == ([] if answer is None else [{"count": answer}])


def test_offline_nothing_that_needs_the_network_runs():
    tools = Counting(2)
    tools.offline = True
    check = type("Online", (Measuring,), {"__doc__": "It asks the network.", "needs_network": True})()
    result = evaluate([check], repository(), Proofs(tools=tools))[0]
    assert (result.status, result.reason) == ("skip", "not_proven")


def test_what_is_recorded_is_read_again():
    record = Record("XXX001", "c0ffee", "2026-11-25T00:00:00Z", "a b", 1.2, {"a": [1, "ö"]})
    repo = repository({"governance/evidence/checks.jsonl": write_records({"XXX001": record})})
    assert read_records(repo) == {"XXX001": record}


def waiver(**changes):
    entry = {
        "check": "XXX001", "reason": "The tool arrives in January", "owner": "grace", "approver": "ada",
        "created": "2026-11-01", "expires": "2027-03-01",
    } | changes  # fmt: skip
    body = "".join(f"    {key}: {value}\n" for key, value in entry.items() if value)
    return {"governance/waivers.yml": f"format: 1\nwaivers:\n  -\n{body}"}


@pytest.mark.parametrize(
    ("changes", "found", "status", "notice"),
    [
        ({}, (BAD,), "waived", ""),
        ({"expires": "2026-12-20"}, (BAD,), "waived", "ends on 2026-12-20"),
        ({"expires": "2026-11-25"}, (BAD,), "waived", "ends on"),
        ({"expires": "2026-11-24"}, (BAD,), "warn", ""),
        ({"created": "2026-12-01"}, (BAD,), "fail", ""),
        ({}, (), "pass", "can go"),
        ({"reason": "TODO"}, (BAD,), "fail", "reason is missing"),
        ({"approver": ""}, (BAD,), "fail", "approver is missing"),
        ({"approver": "grace"}, (BAD,), "fail", "the same"),
        ({"expires": "2027-08-01"}, (BAD,), "fail", "180 days"),
        ({"expires": "soon"}, (BAD,), "fail", "no date"),
    ],
    ids=[
        "holds",
        "ends soon",
        "last day",
        "ended",
        "not yet",
        "not needed",
        "no reason",
        "nobody",
        "self",
        "long",
        "-",
    ],
)
def test_a_waiver_holds_as_long_as_it_says(changes, found, status, notice):
    result = verdict(sample(found=found), files=waiver(**changes))
    assert result.results[0].status == status
    assert notice in " ".join(entry.message for entry in result.notices)
    assert bool(result.notices) == bool(notice)
    assert result.is_reached == (status != "fail")


def test_a_waiver_that_ended_counts_again_in_a_promotion():
    result = verdict(sample(found=(BAD,)), files=waiver(expires="2026-11-24"))
    assert (result.level, reached_stage(result.results, strict=True)) == (Stage.PRODUCTION, Stage.SANDBOX)
