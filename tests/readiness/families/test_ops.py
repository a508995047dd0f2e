from datetime import date

import pytest

from tests.readiness.complete import complete, drilled, lines
from tests.readiness.helpers import edited, find_executed, pilot, remove, replace, run_one, set_value, write

DRILLS = "governance/evidence/drills.jsonl"
RULES = "ops/kpi/rules.yml"
RUNBOOK = "ops/runbook.md"
POLICIES = "src/customer_call_list/_platform/organisation.yml"
PLATFORM = "src/customer_call_list/_platform/monitoring.py"
BUDGET = write("tests/e2e/test_latency.py", "def test_latency_of_the_main_job():\n    pass\n")
FAILING = {
    "OPS001 no structure": ("OPS001", replace(PLATFORM, "JSONRenderer", "KeyValueRenderer"), "not structured"),
    "OPS001 no test": ("OPS001", remove("tests/platform/test_monitoring.py"), "No test"),
    "OPS001 no prompt version": ("OPS001", set_value("pilot.yml", "llm", {"self_hosted": "yes"}), "prompt's version"),
    "OPS002 too short": ("OPS002", set_value(POLICIES, "retention", "logs_days", 30), "30 days"),
    "OPS002 not stated": ("OPS002", set_value(POLICIES, "retention", None), "not stated"),
    "OPS003 nobody": ("OPS003", set_value("pilot.yml", "operation", "on_call", "TODO"), "on call"),
    "OPS003 no promise": ("OPS003", set_value("pilot.yml", "operation", "slos", []), "No service level"),
    "OPS003 no alert": ("OPS003", set_value("pilot.yml", "operation", "slos", 0, "alert", "X"), "guarded by no alert"),
    "OPS004 no alert": ("OPS004", remove(RULES), "No alert"),
    "OPS005 no metric": ("OPS005", remove(RULES), "No metric"),
    "OPS005 no channel": ("OPS005", set_value("pilot.yml", "operation", "feedback", ""), "no place to object"),
    "OPS006 no budget": ("OPS006", set_value("pilot.yml", "budget", None), "No budget"),
    "OPS006 too late": ("OPS006", set_value("pilot.yml", "budget", "alert_at_percent", 120), "before it is spent"),
    "OPS006 nobody": ("OPS006", set_value("pilot.yml", "budget", "alert_to", "TODO"), "Nobody is told"),
    "OPS007 none": ("OPS007", remove(RUNBOOK), "no runbook"),
    "OPS007 no incident": ("OPS007", replace(RUNBOOK, "## Serious incident", "## Other"), "serious incidents"),
    "OPS007 open": ("OPS007", replace(RUNBOOK, "## Alerts", "## Alerts\n\nTODO"), "not filled in"),
    "OPS008 at once": ("OPS008", set_value("pilot.yml", "operation", "rollout", "steps", ["all"]), "two steps"),
    "OPS008 never tried": ("OPS008", set_value("pilot.yml", "operation", "rollout", "drilled_on", ""), "never tried"),
    "OPS008 no way": ("OPS008", set_value("pilot.yml", "operation", "rollout", "rollback", ""), "No way back"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*(f"OPS00{number}" for number in range(1, 9)), "OPS012"])
def test_a_complete_pilot_passes(name):
    assert run_one(name, complete()).status == "pass", run_one(name, complete())


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(complete(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


def test_a_drill_ages():
    result = run_one("OPS008", complete(), today=date(2027, 12, 1))
    assert (result.status, result.calendar) == ("warn", True)


def test_the_kill_switch_is_proven_by_the_pilot_s_own_tests():
    assert run_one("OPS009", pilot()).reason == "not_proven"
    without = edited(pilot(), remove("tests/e2e/test_run.py"), remove("tests/platform/test_switch.py"))
    assert "No test switches" in run_one("OPS009", without).message


def test_latency_is_held_against_a_budget_by_a_test():
    without = edited(pilot(), remove("tests/platform/test_latency.py"))
    assert "No test holds" in run_one("OPS010", without).message
    assert run_one("OPS010", edited(without, BUDGET)).reason == "not_proven"
    assert run_one("OPS010", pilot()).reason == "not_proven", "the production stage brings one"


@pytest.mark.parametrize("name", ["OPS009", "OPS010"])
@pytest.mark.parametrize(
    ("measured", "count"),
    [({"passed": 3, "code": 0}, 0), ({"passed": 0, "code": 0}, 1), ({"passed": 3, "code": 1}, 1), ({}, 1)],
    ids=["passed", "none ran", "failed", "unknown"],
)
def test_what_tests_showed_is_judged(name, measured, count):
    assert len(list(find_executed(name).judge(measured))) == count


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (remove(DRILLS), "The drill rollback was never done"),
        (write(DRILLS, lines(drilled("rollback"), drilled("switch"), drilled("restore"))), "The drill model was never"),
        (write(DRILLS, lines(drilled("restore"), drilled("restore", passed=False, said="It differs"))), "It differs"),
        (write(DRILLS, lines(drilled("switch", at="2025-01-01T00:00:00Z"))), "was done last on 2025-01-01"),
        (write(DRILLS, lines(drilled("switch", at="soon"))), "names no day"),
    ],
    ids=["none", "one is left out", "the newest failed", "long ago", "no day"],
)  # fmt: skip
def test_what_was_not_drilled_warns_and_holds_a_promotion(edit, message):
    result = run_one("OPS012", edited(complete(), edit))
    assert (result.status, result.calendar) == ("warn", True)
    assert any(message in problem.message for problem in result.problems), result.problems


def test_whoever_depends_on_a_vendor_drills_without_one():
    none = lines(*(drilled(name) for name in ("rollback", "model", "switch", "restore")))
    alone = edited(complete(), write(DRILLS, none))
    assert run_one("OPS012", alone).status == "pass"
    held_outside = set_value("pilot.yml", "vendors", [{"name": "A house", "does": "Hosts it"}])
    result = run_one("OPS012", edited(alone, held_outside))
    assert [problem.message for problem in result.problems] == ["The drill vendor was never done"]
