"""What cannot be true together is refused when a pilot is made, and found where a team writes it into its files."""

import pytest

from pilotline.creation.new_pilot import plan_pilot
from pilotline.errors import AnswersError
from pilotline.template.answers import accept_answers
from tests.readiness.helpers import edited, example, remove, run_one, set_value, write

PRODUCTION = {"prepared_for": "production", "integrations": ["postgres"]}
SECRET = {"data_classification": "strictly_confidential"}
NEVER = "list no host for this data in production"
WORSE = "The target is worse than the baseline"
OTHER = {"currency": "CHF", "owner": "ada", "objective": "lower-cost-to-serve"}
KPI = ("kpis.yml", "kpis", 0)
ROWS = {
    "a host for data that no host may hold": (
        "ENG010",
        {**PRODUCTION, **SECRET},
        PRODUCTION,
        set_value("pilot.yml", "data", "classification", "strictly_confidential"),
        NEVER,
    ),
    "a target against the definition": (
        "VAL001",
        {"kpi_target": 40000},
        {},
        set_value(*KPI, "target", "value", 40000),
        f"{WORSE}: revenue_reached_per_100_calls@1 says that higher is better",
    ),
    "a direction against the definition": (
        "VAL001",
        {"start": "earlier", "kpi_target": 40000, "kpi_direction": "lower"},
        {"start": "earlier", "kpi_target": 70000},
        (set_value(*KPI, "target", "value", 40000), set_value(*KPI, "direction", "lower")),
        f"{WORSE}: revenue_reached_per_100_calls@1 says that higher is better",
    ),
    "money that is not the unit's": (
        "VAL001",
        {"currency": "EUR"},
        {},
        set_value(*KPI, "value", "currency", "EUR"),
        "GBP per 100 calls, and its money in EUR",
    ),
}


@pytest.mark.parametrize(("check", "answers", "before", "edit", "message"), ROWS.values(), ids=ROWS)
def test_the_same_contradiction_is_refused_at_new_and_found_by_check(builtin, check, answers, before, edit, message):
    with pytest.raises(AnswersError, match=message):
        plan_pilot(builtin, accept_answers(builtin, answers))
    files = example(**before)
    assert message not in run_one(check, files).message
    result = run_one(check, edited(files, *(edit if isinstance(edit, tuple) else (edit,))))
    assert message in " ".join(problem.message for problem in result.problems)
    assert result.problems[0].location.line > 0


@pytest.mark.parametrize(
    "answers",
    [
        {**SECRET, **PRODUCTION, "prepared_for": "pilot"},
        {**SECRET, **PRODUCTION, "integrations": []},
        {**PRODUCTION, "data_classification": "confidential", "ai_act_class": "high"},
        {"currency": "EUR", "kpi_unit": "EUR per 100 calls"},
        {"kpi": "Days until paid", "kpi_unit": "days", "kpi_baseline": 41, "kpi_target": 30, **OTHER},
        {"kpi": "Calls", "kpi_unit": "KPI points", "kpi_baseline": 41, "kpi_target": "-20 %", **OTHER},
    ],
)
def test_what_can_be_true_together_is_made(builtin, answers):
    assert plan_pilot(builtin, accept_answers(builtin, answers)).tree


@pytest.mark.parametrize(
    ("policies", "refused"),
    [
        ("data: {internal: {hosts: []}}", True),
        ('data: {internal: {hosts: ["*.a"]}}\nstages: {production: {hosts: []}}', True),
        ("data: {internal: {hosts: [db.a]}}\nstages: {production: {hosts: [db.b]}}", True),
        ('data: {internal: {hosts: [db.a]}}\nstages: {production: {hosts: ["*.a"]}}', False),
        ('data: {internal: {hosts: [db.a]}}\nrisk: {minimal: {hosts: ["*.b"]}}', True),
        ("data: {internal: {hosts: [db.a]}}\nrisk: {high: {hosts: []}}", False),
        ('data: {internal: {hosts: ["*.a"]}}\nstages: {pilot: {hosts: []}}', False),
        ("contact: nobody", True),
    ],
)
def test_the_rule_about_hosts_is_read_from_the_policies(policies, refused):
    path = next(path for path in example(**PRODUCTION) if path.endswith("_platform/organisation.yml"))
    result = run_one("ENG010", edited(example(**PRODUCTION), write(path, policies)))
    assert (NEVER in " ".join(problem.message for problem in result.problems)) == refused


def test_without_manifests_nothing_contradicts():
    files = edited(example(**PRODUCTION), remove("pilot.yml"), remove("kpis.yml"))
    assert WORSE not in run_one("VAL001", files).message
