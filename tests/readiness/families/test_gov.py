from datetime import date

import pytest

from pilotline.pilot.stages import Stage
from pilotline.readiness.view.pilot_view import Repository
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.readiness.complete import complete
from tests.readiness.helpers import (
    edited,
    example,
    find_check,
    find_executed,
    pilot,
    remove,
    replace,
    run_one,
    set_value,
    write,
)

PRESENT = True
NOTICE = "governance/transparency_notice.md"
REGISTER = "governance/risk_assessment.md"
GENERATIVE = set_value("pilot.yml", "ai_act", "generative", PRESENT)
HIGH = set_value("pilot.yml", "ai_act", "class", "high")
PROVIDER = set_value("pilot.yml", "ai_act", "role", "provider")
ANNEX = set_value("pilot.yml", "ai_act", "annex", "III")
VENDOR = {"name": "House", "does": "Hosts it", "terms": "https://contracts.example.org/1", "dpa": "not personal"}
TRAINED = {"role": "Users", "what": "Real rows", "on": "2026-11-20", "by": "team-analytics"}
FAILING = {
    "GOV001 no class": ("GOV001", set_value("pilot.yml", "ai_act", "class", None), "missing"),
    "GOV001 prohibited": ("GOV001", set_value("pilot.yml", "ai_act", "class", "prohibited"), "must not be built"),
    "GOV001 no role": ("GOV001", set_value("pilot.yml", "ai_act", "role", "bystander"), "provider nor deployer"),
    "GOV001 no reason": ("GOV001", set_value("pilot.yml", "ai_act", "reason", ""), "no reason"),
    "GOV002 no answer": ("GOV002", set_value("pilot.yml", "ai_act", "prohibited_practices", None), "No answer"),
    "GOV002 nobody": (
        "GOV002", set_value("pilot.yml", "ai_act", "prohibited_practices", "screened_by", "TODO"), "Nobody",
    ),
    "GOV002 in the future": (
        "GOV002", set_value("pilot.yml", "ai_act", "prohibited_practices", "screened_on", "2030-01-01"), "No answer",
    ),
    "GOV002 present": (
        "GOV002", set_value("pilot.yml", "ai_act", "prohibited_practices", "present", PRESENT), "is present",
    ),
    "GOV003 no limit": ("GOV003", set_value("pilot.yml", "uses", "unsupported", []), "unsupported"),
    "GOV003 a placeholder": ("GOV003", set_value("pilot.yml", "uses", "intended", ["TODO"]), "intended"),
    "GOV006 none": ("GOV006", set_value("pilot.yml", "impact", None), "No impact assessment"),
    "GOV006 nobody": ("GOV006", set_value("pilot.yml", "impact", "approved_by", ""), "approved_by"),
    "GOV006 for nobody": ("GOV006", set_value("pilot.yml", "impact", "affected", []), "whom it affects"),
    "GOV006 no day": ("GOV006", set_value("pilot.yml", "impact", "approved_on", "soon"), "no day"),
    "GOV008 no stop": ("GOV008", set_value("pilot.yml", "oversight", "stop", ""), "how it is stopped"),
    "GOV009 nobody accepted": ("GOV009", set_value("pilot.yml", "risks", 0, "accepted_by", None), "accepted_by"),
    "GOV009 on no day": ("GOV009", set_value("pilot.yml", "risks", 0, "accepted_on", "soon"), "no day"),
    "GOV011 no agreement": ("GOV011", set_value("pilot.yml", "vendors", [{**VENDOR, "dpa": ""}]), "processing"),
    "GOV012 nobody": ("GOV012", set_value("pilot.yml", "people", "trained", []), "No measure"),
    "GOV012 no day": ("GOV012", set_value("pilot.yml", "people", "trained", [{**TRAINED, "on": "2031-01-01"}]), "day"),
    "GOV013 forbidden": ("GOV013", set_value("pilot.yml", "uses", "case", "judge-staff"), "forbids it (Judge, rank or"),
    "GOV013 unknown": ("GOV013", set_value("pilot.yml", "uses", "case", "guess"), "none of the organisation's"),
    "GOV013 no condition": (
        "GOV013", set_value("pilot.yml", "uses", "case", "decide-about-people"), "how it is met: Those concerned",
    ),
}  # fmt: skip
ALWAYS = [f"GOV00{number}" for number in (1, 2, 3, 6, 8, 9)] + ["GOV012"]


@pytest.mark.parametrize("name", ALWAYS)
def test_a_complete_pilot_passes(name):
    assert run_one(name, complete()).status == "pass", run_one(name, complete())


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(complete(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


def test_nobody_is_said_to_have_screened_a_new_pilot():
    result = run_one("GOV002", example())
    assert result.status == "fail"
    assert any("Nobody is named" in problem.message for problem in result.problems)


@pytest.mark.parametrize(
    ("answers", "said"), [({}, "not screened yet"), ({"screened_by": "ada"}, "screened by ada on")]
)
def test_the_risk_assessment_names_whoever_screened_it_and_nobody_else(builtin, answers, said):
    tree = render(builtin, accept_answers(builtin, {"prepared_for": "pilot", **answers}))
    lines = tree[REGISTER].content.decode().splitlines()
    assert said in next(line for line in lines if "(Article 5)" in line)


@pytest.mark.parametrize("name", ["GOV001", "GOV003"])
def test_the_example_answers_what_was_asked_at_its_start(name):
    assert run_one(name, example()).status == "pass"


@pytest.mark.parametrize("name", ["GOV004", "GOV005", "GOV007", "GOV010", "GOV011"])
def test_duties_of_others_do_not_apply(name):
    assert run_one(name, complete()).reason == "not_applicable"


def test_a_restricted_use_is_built_under_its_condition():
    restricted = set_value("pilot.yml", "uses", "case", "decide-about-people")
    for said, status in (("not stated yet", "fail"), ("The letter tells of it", "pass")):
        met = set_value("pilot.yml", "uses", "condition_met", said)
        assert run_one("GOV013", edited(complete(), restricted, met)).status == status


def test_a_pilot_of_before_says_its_use_by_the_next_stage():
    result = run_one("GOV013", edited(complete(), set_value("pilot.yml", "uses", "case", None)))
    assert (result.status, result.stage) == ("fail", Stage.PILOT), result


def test_policies_without_uses_ask_for_none():
    silent = set_value("src/customer_call_list/_platform/organisation.yml", "acceptable_use", None)
    assert run_one("GOV013", edited(complete(), silent)).reason == "not_applicable"


def test_a_class_without_a_reason_blocks_only_the_next_stage():
    result = run_one("GOV001", pilot("sandbox"))
    assert (result.status, result.stage.label) == ("fail", "pilot")


def test_a_high_risk_pilot_says_by_which_annex_before_the_next_stage():
    result = run_one("GOV001", edited(complete(), HIGH))
    assert (result.status, result.stage.label) == ("fail", "pilot")
    assert run_one("GOV001", edited(complete(), HIGH, ANNEX)).status == "pass"


def test_content_needs_a_new_look_when_article_5_gets_new_points():
    files = edited(complete(), GENERATIVE)
    assert run_one("GOV002", files, today=date(2026, 12, 1)).status == "pass"
    result = run_one("GOV002", files, today=date(2026, 12, 2))
    assert (result.status, result.calendar) == ("warn", True)


def test_an_impact_assessment_ages():
    result = run_one("GOV006", complete(), today=date(2027, 11, 22))
    assert (result.status, result.calendar) == ("warn", True)


def test_people_are_told_where_they_meet_it():
    shown = write("tests/unit/test_page.py", "def test_the_notice_is_shown():\n    pass\n")
    told = edited(complete(), set_value("pilot.yml", "ai_act", "class", "limited"), shown)
    assert run_one("GOV004", told).status == "pass"
    assert "No notice" in run_one("GOV004", edited(told, remove(NOTICE))).message
    assert "not finished" in run_one("GOV004", edited(told, replace(NOTICE, "A computer", "TODO A computer"))).message
    assert "No test" in run_one("GOV004", edited(told, remove("tests/unit/test_page.py"))).message


def test_the_mark_is_proven_by_a_test():
    files = edited(complete(), GENERATIVE)
    assert "No test" in run_one("GOV005", files).message
    with_test = edited(files, write("tests/unit/test_marking.py", "def test_marking_is_read():\n    pass\n"))
    assert run_one("GOV005", with_test).reason == "not_proven"
    judge = find_executed("GOV005").judge
    assert not list(judge({"passed": 1, "code": 0}))
    assert list(judge({"passed": 0, "code": 0}))
    assert list(judge({"passed": 1, "code": 1}))


@pytest.mark.parametrize(
    ("created", "law"), [("2026-07-01", date(2026, 12, 2)), ("2026-09-01", date(2026, 8, 2))], ids=["older", "newer"]
)
def test_an_older_system_has_longer_to_mark_its_output(created, law):
    files = edited(complete(), GENERATIVE, set_value("pilot.yml", "created", created))
    assert find_check("GOV005").law(Repository.of(files, date(2026, 11, 25))) == law


def test_high_risk_asks_for_assessments_from_its_day_on():
    files = edited(complete(), HIGH, ANNEX)
    early = run_one("GOV007", files)
    assert (early.status, early.calendar) == ("warn", True)
    late = run_one("GOV007", files, today=date(2027, 12, 3))
    assert (late.status, late.stage.label) == ("fail", "production")
    linked = edited(
        files,
        set_value("pilot.yml", "ai_act", "fria", "https://records.example.org/fria-7"),
        set_value("pilot.yml", "ai_act", "fria_notified_on", "2027-11-15"),
    )
    assert run_one("GOV007", linked, today=date(2027, 12, 3)).status == "pass"


def test_the_provider_of_a_high_risk_system_keeps_the_whole_documentation():
    files = edited(complete(), HIGH, ANNEX, PROVIDER)
    day = date(2027, 12, 3)
    assert len(run_one("GOV010", files, today=day).problems) == 11
    pack = [write(f"governance/annex_iv/{number}-point.md", "# Done\n") for number in range(1, 10)]
    named = [set_value("pilot.yml", "ai_act", key, "entry 4711") for key in ("declaration", "registration")]
    full = edited(files, *pack, *named)
    assert run_one("GOV010", full, today=day).status == "pass"
    open_point = edited(full, write("governance/annex_iv/5-risks.md", "TODO"))
    assert "not finished" in run_one("GOV010", open_point, today=day).message
    assert run_one("GOV010", edited(files, set_value("pilot.yml", "ai_act", "role", "deployer")), today=day).reason


def test_the_register_may_stand_in_the_risk_assessment():
    files = edited(complete(), set_value("pilot.yml", "risks", None))
    assert run_one("GOV009", files).status == "pass"
    result = run_one("GOV009", pilot())
    assert len(result.problems) == 7
    assert result.location.line
    assert "no risk register" in run_one("GOV009", edited(files, remove(REGISTER))).message


def test_a_vendor_is_recorded_with_terms_and_agreement():
    assert run_one("GOV011", edited(complete(), set_value("pilot.yml", "vendors", [VENDOR]))).status == "pass"
    unnamed = edited(complete(), set_value("pilot.yml", "llm", {"limits": {}}))
    assert "no vendor is listed" in run_one("GOV011", unnamed).message
