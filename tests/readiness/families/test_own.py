from datetime import date

import pytest
import yaml

from pilotline.rules.references import is_code_owner, is_entity_reference
from tests.readiness.helpers import TODAY, edited, example, pilot, remove, replace, run_one, set_value, write

FAILING = {
    "OWN001 no manifest": ("OWN001", remove("pilot.yml"), "no pilot.yml"),
    "OWN001 no YAML": ("OWN001", write("pilot.yml", "a: [1"), "cannot be read"),
    "OWN001 a section is missing": ("OWN001", set_value("pilot.yml", "owners", None), "owners is missing"),
    "OWN001 a wrong type": ("OWN001", set_value("pilot.yml", "data", "personal", "perhaps"), "data.personal"),
    "OWN001 a typing error": (
        "OWN001", set_value("pilot.yml", "data", "retention_dayz", 30), "did you mean retention_days?",
    ),
    "OWN001 a field of nobody": (
        "OWN001", set_value("pilot.yml", "cost_centre", "4711"), "A field of your own begins with x_",
    ),
    "OWN001 an unknown stage": ("OWN001", set_value("pilot.yml", "stage", "beta"), "sandbox"),
    "OWN002 nobody": ("OWN002", set_value("pilot.yml", "owners", "business", ""), "No business owner"),
    "OWN002 a placeholder": ("OWN002", set_value("pilot.yml", "owners", "technical", "TODO"), "technical owner"),
    "OWN002 the example's": (
        "OWN002", set_value("pilot.yml", "owners", "business", "example-head-of-sales"), "still the example's",
    ),
    "OWN003 no stage": ("OWN003", set_value("pilot.yml", "stage", None), "No stage"),
    "OWN003 no date": ("OWN003", set_value("pilot.yml", "review_by", "soon"), "No date"),
    "OWN004 no entity": ("OWN004", remove("catalog-info.yaml"), "no catalog-info.yaml"),
    "OWN004 another owner": ("OWN004", set_value("catalog-info.yaml", "spec", "owner", "grace"), "grace"),
    "OWN004 a name as people write it": (
        "OWN004", set_value("catalog-info.yaml", "spec", "owner", "Head of Sales"), "nobody as Head of Sales",
    ),
    "OWN004 a handle": (
        "OWN004", set_value("catalog-info.yaml", "spec", "owner", "@acme/analytics"), "nobody as @acme/analytics",
    ),
    "OWN004 nobody yet": (
        "OWN004", set_value("catalog-info.yaml", "spec", "owner", "unknown"), "nobody as unknown",
    ),
    "OWN004 another lifecycle": (
        "OWN004", set_value("catalog-info.yaml", "spec", "lifecycle", "production"), "experimental",
    ),
    "OWN004 no CODEOWNERS": ("OWN004", remove(".github/CODEOWNERS"), "no CODEOWNERS"),
    "OWN004 a stranger": ("OWN004", write(".github/CODEOWNERS", "* @someone-else\n"), "@someone-else"),
    "OWN004 no rule": ("OWN004", replace(".github/CODEOWNERS", "*  ", "# no handle yet: *"), "no rule"),
    "OWN005 no date": ("OWN005", set_value("pilot.yml", "exit", "by", ""), "No day"),
    "OWN005 no steps": ("OWN005", set_value("pilot.yml", "exit", "steps", ["TODO"]), "steps"),
}  # fmt: skip


@pytest.mark.parametrize("name", [f"OWN00{number}" for number in range(1, 6)])
def test_a_pilot_with_real_answers_passes(name):
    named = set_value("pilot.yml", "references", "backstage", "group:default/analytics")
    derived = set_value("catalog-info.yaml", "spec", "owner", "group:default/analytics")
    assert run_one(name, edited(pilot(), named, derived)).status == "pass"


@pytest.mark.parametrize(
    "owner",
    [
        "analytics", "group:default/team-a", "Head of Sales", "Köln", "@acme/analytics", "@acme/", "jane@acme.example",
        "o'neil+x@acme.example", "jane@localhost", "-analytics", "a" * 63, "a" * 64, "user:Jane.Doe", "A/b", "@a b",
    ],
)  # fmt: skip
def test_a_new_manifest_names_the_owner_where_the_rules_read_one(owner):
    """The template has its own patterns, because Copier renders it: both have to tell the same names apart."""
    manifest = yaml.safe_load(pilot(technical_owner=owner)["pilot.yml"])
    found = manifest["references"]
    assert (found["backstage"] is not None, found["code_owners"] is not None) == (
        is_entity_reference(owner),
        is_code_owner(owner),
    )


def test_a_field_of_ones_own_begins_with_x():
    files = edited(pilot(), set_value("pilot.yml", "x_cost_centre", "4711"))
    assert run_one("OWN001", edited(files, set_value("pilot.yml", "data", "x_steward", {"name": "a"}))).status == "pass"


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(pilot(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


def test_the_example_has_its_form_but_no_owner():
    assert run_one("OWN001", example()).status == "pass"
    assert run_one("OWN002", example()).status == "fail"


@pytest.mark.parametrize(("name", "day"), [("OWN003", date(2027, 3, 1)), ("OWN005", date(2027, 6, 1))])
def test_a_day_that_went_by_only_warns(name, day):
    result = run_one(name, pilot(), today=day)
    assert (result.status, result.calendar, result.blocks(), result.blocks(strict=True)) == ("warn", True, False, True)
    assert "2027-" in result.message


def test_a_problem_says_in_which_line_it_is():
    files = edited(pilot(), replace("pilot.yml", 'business: "ada@example.org"', 'business: "TBD"'))
    result = run_one("OWN002", files)
    line = str(files["pilot.yml"]).splitlines()[result.location.line - 1]
    assert line.strip().startswith("business:")


def test_following_the_advice_makes_the_example_s_owner_a_real_one():
    files = edited(
        example(),
        set_value("pilot.yml", "owners", {"business": "head-of-sales", "technical": "@acme/analytics"}),
    )
    assert run_one("OWN002", files, TODAY).status == "pass"


def test_a_list_that_outlived_the_example_counts_only_where_its_values_are_not_known():
    listed = edited(pilot(), set_value("pilot.yml", "example", ["owner"]))
    assert run_one("OWN002", listed, TODAY).status == "pass"
    organisation = next(path for path in listed if path.endswith("_platform/organisation.yml"))
    result = run_one("OWN002", edited(listed, set_value(organisation, "example", None)), TODAY)
    assert "lists `owner`" in result.message
