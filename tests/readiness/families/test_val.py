from datetime import date

import pytest

from pilotline.readiness.engine import Proofs
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.origin import NoOrigin
from pilotline.readiness.view.pilot_view import Repository, open_pilot_view
from tests.helpers import build_file_tree, git
from tests.readiness.complete import complete, define_evidence, lines, measured
from tests.readiness.helpers import (
    TODAY,
    edited,
    example,
    find_check,
    pilot,
    remove,
    replace,
    run_one,
    set_value,
    write,
)

KPI = "governance/evidence/kpi.jsonl"
GATE = "governance/decisions/gate-pilot.md"
FAILING = {
    "VAL001 no file": ("VAL001", remove("kpis.yml"), "no KPI"),
    "VAL001 no YAML": ("VAL001", write("kpis.yml", "kpis: ["), "cannot be read"),
    "VAL001 no unit": ("VAL001", set_value("kpis.yml", "kpis", 0, "unit", None), "no unit"),
    "VAL001 no direction": ("VAL001", set_value("kpis.yml", "kpis", 0, "direction", "up"), "direction"),
    "VAL001 no baseline": ("VAL001", set_value("kpis.yml", "kpis", 0, "baseline", "value", None), "no baseline"),
    "VAL001 no source": ("VAL001", set_value("kpis.yml", "kpis", 0, "baseline", "source", ""), "no source"),
    "VAL001 no due date": ("VAL001", set_value("kpis.yml", "kpis", 0, "target", "due", "soon"), "due date"),
    "VAL001 no owner": ("VAL001", set_value("kpis.yml", "kpis", 0, "owner", None), "no owner"),
    "VAL001 no margin": ("VAL001", set_value("kpis.yml", "kpis", 0, "kind", "guardrail"), "without a margin"),
    "VAL001 not its form": ("VAL001", set_value("kpis.yml", "kpis", 0, "decision", None), "decision is missing"),
    "VAL002 never": ("VAL002", remove(KPI), "never measured"),
    "VAL002 one is missing": ("VAL002", write(KPI, lines(measured("minutes_per_request"))), "corrections_answered"),
    "VAL002 broken lines": ("VAL002", write(KPI, "{\n[]\n"), "never measured"),
    "VAL003 no number": ("VAL003", set_value("pilot.yml", "costs", "build", "a lot"), "build"),
    "VAL003 another currency": ("VAL003", set_value("pilot.yml", "costs", "currency", "EUR"), "this is in GBP"),
    "VAL003 no source": ("VAL003", set_value("pilot.yml", "costs", "source", "The example's estimate"), "example's"),
    "VAL004 no value": ("VAL004", set_value("kpis.yml", "kpis", 0, "value", None), "no value per unit"),
    "VAL004 no attribution": ("VAL004", set_value("kpis.yml", "kpis", 0, "attribution", "TODO"), "attributed"),
    "VAL004 no worth": ("VAL004", write(KPI, lines(measured("minutes_per_request", worth=None))), "worth"),
    "VAL004 another KPI": ("VAL004", set_value("pilot.yml", "evaluation", "offline_metric", "kpi", "x"), "linked"),
    "VAL005 no decision": ("VAL005", remove(GATE), GATE),
    "VAL005 no": ("VAL005", replace(GATE, "Decision: go", "Decision: no-go"), "no-go"),
    "VAL005 nobody": ("VAL005", replace(GATE, "ada@example.org", "TODO"), "who decided"),
    "VAL005 no date": ("VAL005", replace(GATE, "2026-11-20", "soon"), "who decided"),
    "VAL005 no answer": ("VAL005", replace(GATE, "Decision: go", "Decision: let us see"), "go or no-go"),
    "VAL006 no objective": ("VAL006", set_value("pilot.yml", "objective", "id", ""), "No objective"),
    "VAL006 an unknown one": ("VAL006", set_value("pilot.yml", "objective", "id", "be-cool"), "be-cool"),
    "VAL007 another formula": ("VAL007", set_value("kpis.yml", "kpis", 2, "formula", "my own"), "formula differs"),
    "VAL007 unknown": ("VAL007", set_value("kpis.yml", "kpis", 2, "uses", "x@7"), "no definition x@7"),
    "VAL010 a wrong unit": ("VAL010", set_value("kpis.yml", "kpis", 0, "measure", "unit", "h"), "measures is in h"),
    "VAL010 a wrong function": (
        "VAL010",
        set_value("kpis.yml", "kpis", 0, "measure", {"function": "money_reached"}),
        "is in minutes, and the function money_reached gives GBP per 100 calls",
    ),
    "VAL010 no unit": ("VAL010", set_value("kpis.yml", "kpis", 0, "measure", "unit", None), "does not say its unit"),
    "VAL010 pending": (
        "VAL010", set_value("kpis.yml", "kpis", 0, "measure", {"pending": "Write it."}), "not measured yet: Write it",
    ),
    "VAL010 no baseline": (
        "VAL010",
        set_value("kpis.yml", "kpis", 0, "baseline", {"value": None, "period": None, "source": "not measured yet"}),
        "not measured yet: its baseline is missing",
    ),
    "VAL002 said to be unmeasured": (
        "VAL002", write(KPI, lines(measured("minutes_per_request", verdict="not_measured_yet"))), "never measured",
    ),
    "VAL005 not yet": ("VAL005", write(GATE, "---\napproved: false\n---\n"), "is not approved yet"),
    "VAL005 no word": ("VAL005", write(GATE, "---\napproved: maybe\n---\n"), "neither yes nor no"),
    "VAL005 no YAML": ("VAL005", write(GATE, "---\napproved: [\n---\n"), "no YAML"),
    "VAL008 nobody approved": ("VAL008", remove(GATE), "Nobody approved"),
}  # fmt: skip


@pytest.mark.parametrize("name", [f"VAL0{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11)])
def test_a_complete_pilot_passes(name):
    assert run_one(name, complete()).status == "pass", run_one(name, complete())


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(complete(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


def test_the_example_has_the_form_of_a_kpi_but_no_numbers_of_its_own():
    assert run_one("VAL001", example()).status == "pass"
    assert run_one("VAL006", example()).status == "fail"
    assert run_one("VAL007", example()).status == "pass"


def test_a_pilot_without_the_organisation_s_kpis_has_nothing_to_compare():
    own = [{"id": "minutes", "formula": "my own"}]
    assert run_one("VAL007", edited(complete(), set_value("kpis.yml", "kpis", own))).reason == "not_applicable"


def test_a_definition_that_the_pilot_does_not_carry_is_looked_up_in_its_catalog():
    without = set_value("src/customer_call_list/_platform/organisation.yml", "kpis", None)
    assert run_one("VAL007", edited(complete(), without)).status == "pass"
    changed = set_value("kpis.yml", "kpis", 2, "formula", "my own")
    assert run_one("VAL007", edited(complete(), without, changed)).status == "fail"


def test_a_definition_is_unknown_only_where_the_catalog_can_be_had():
    another = set_value("kpis.yml", "kpis", 2, "uses", "x@7")
    here = run_one("VAL007", edited(complete(), another))
    assert (here.status, here.message) == ("fail", "The organisation has no definition x@7")

    check, elsewhere = find_check("VAL007"), Repository.of(edited(complete(), another), TODAY)
    (result,) = run_checks(elsewhere, [check], proofs=Proofs())
    assert (result.status, result.reason) == ("skip", "not_proven")
    assert "no definition x@7, and its catalog cannot be had here" in result.message
    assert "pilotline diff" in result.advice

    changed = set_value("kpis.yml", "kpis", 1, "formula", "my own")
    both = Repository.of(edited(complete(), another, changed), TODAY)
    assert run_checks(both, [check], proofs=Proofs())[0].status == "fail"


@pytest.mark.parametrize(
    ("measure", "stage"),
    [
        pytest.param({"pending": "Write the query."}, "pilot", id="pending"),
        pytest.param({"sql": "select 1 as value", "unit": "hours"}, "sandbox", id="a wrong unit"),
        pytest.param({"sql": "select 1 as value"}, "production", id="no unit, as earlier files have it"),
        pytest.param({"function": "cases_reached"}, "sandbox", id="a function of another unit"),
    ],
)
def test_what_is_not_measured_yet_blocks_the_next_stage_and_a_wrong_number_every_stage(measure, stage):
    result = run_one("VAL010", edited(complete(), set_value("kpis.yml", "kpis", 0, "measure", measure)))
    assert (result.status, result.stage.label) == ("fail", stage)


def test_a_pilot_whose_code_registers_no_function_is_taken_at_its_word():
    asked = set_value("kpis.yml", "kpis", 0, "measure", {"function": "money_reached"})
    earlier = write("src/customer_call_list/pipelines/measure.py", "def money_reached(): ...\n")
    assert run_one("VAL010", edited(complete(), asked, earlier)).status == "pass"


def test_a_kpi_that_is_not_measured_yet_has_the_form_of_one():
    nothing = {"value": None, "period": None, "source": "not measured yet"}
    target = {"change_percent": -20, "due": "2027-05-24"}
    edits = [
        set_value("kpis.yml", "kpis", 0, name, value) for name, value in (("baseline", nothing), ("target", target))
    ]
    assert run_one("VAL001", edited(complete(), *edits)).status == "pass"


def test_an_unstated_source_of_the_baseline_blocks_only_the_next_stage():
    result = run_one("VAL001", pilot("sandbox"))
    assert (result.status, result.stage.label) == ("fail", "pilot")


@pytest.mark.parametrize(
    ("name", "day"), [("VAL002", date(2027, 3, 1)), ("VAL009", date(2027, 6, 1))], ids=["stale", "too long"]
)
def test_what_only_time_made_wrong_warns(name, day):
    result = run_one(name, complete(), today=day)
    assert (result.status, result.calendar) == ("warn", True)


def test_too_long_in_a_stage_says_how_long_and_what_it_waits_for():
    waiting = {
        "whom nobody has asked yet": remove(GATE),
        f"the decision of ada@example.org on {GATE}": write(GATE, "---\napproved: false\n---\n"),
        "`pilotline promote --to pilot`: the decision of ada@example.org is there": lambda _: None,
    }
    for words, edit in waiting.items():
        message = run_one("VAL009", edited(complete(), edit), today=date(2027, 6, 1)).message
        assert message.startswith("188 days in sandbox, and the experiment ended on 2027-05-24: it waits for")
        assert words in message


def test_a_retired_pilot_does_not_stall():
    retired = set_value("pilot.yml", "retired", {"since": "2026-12-01", "by": "a", "because": "b", "lesson": "c"})
    assert run_one("VAL009", edited(complete(), retired), today=date(2027, 6, 1)).reason == "not_applicable"


@pytest.mark.parametrize(
    ("verdict", "stage"),
    [("worse", "pilot"), ("undecided", "production"), ("better", "")],
    ids=["worse", "not shown yet", "shown"],
)
def test_a_kpi_that_does_not_show_what_is_asked_counts_in_a_promotion_and_does_not_turn_a_branch_red(verdict, stage):
    found = measured("minutes_per_request", verdict=verdict, sentence="It is so.")
    others = (measured(name) for name in ("lapsing_customers_per_100_calls", "corrections_answered"))
    told = write(KPI, lines(found, *others))
    result = run_one("VAL011", edited(complete(), told, define_evidence))
    if stage:
        assert (result.status, result.calendar, result.stage.label) == ("warn", True, stage)
        assert "minutes_per_request does not show what is asked (better): It is so." in result.message
    else:
        assert result.status == "pass"


def test_evidence_on_an_earlier_definition_shows_nothing():
    moved = set_value("kpis.yml", "kpis", 0, "formula", "minutes, counted otherwise")
    assert "not measured as kpis.yml defines it now" in run_one("VAL011", edited(complete(), moved)).message


def test_without_a_history_nobody_can_tell_who_approved():
    assert run_one("VAL008", complete()).reason == "not_proven"


def commit_as(folder, name, message):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message, f"--author={name} <{name}@example.org>")


@pytest.mark.parametrize(
    ("approver", "promoter", "message"),
    [
        ("ada", "grace", ""),
        ("grace", "ada", "not among those who may approve"),
        ("ada", "ada", "both promoted to pilot and approved it"),
    ],
    ids=["another one approves", "without the right", "approves oneself"],
)
def test_who_approves_needs_the_right_and_is_not_the_promoter(tmp_path, approver, promoter, message):
    files = complete()
    gates = {path: files.pop(path) for path in list(files) if "gate-" in path}
    git(tmp_path, "init", "-q")
    build_file_tree(tmp_path, files)
    commit_as(tmp_path, "grace", "Generate")
    build_file_tree(tmp_path, gates)
    commit_as(tmp_path, approver, "Approve")
    history = tmp_path / "governance/stage_history.yml"
    history.write_text(f"{history.read_text()}  - stage: pilot\n    since: '2026-11-21'\n")
    commit_as(tmp_path, promoter, "Promote")

    repo = open_pilot_view(tmp_path, TODAY, NoOrigin())
    result = run_checks(repo, [find_check("VAL008")], proofs=Proofs())[0]

    assert result.status == ("fail" if message else "warn"), result
    assert (message or "typed address alone") in result.message
