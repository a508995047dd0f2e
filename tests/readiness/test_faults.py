"""Faults planted into a generated pilot, one for each check that it passes: each is found by exactly its check."""

import pytest

from pilotline.documents.schema import find_violations, read_schema
from pilotline.documents.section import parse_document
from pilotline.readiness.engine import Proofs
from pilotline.readiness.registry import builtin_checks
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.complete import complete
from tests.readiness.helpers import TODAY, edited, example, pilot, set_value, write

PRESENT = True
ANSWERED = ("ai_act", "prohibited_practices")
# What needs a lock file, a bill of materials, a budget's test, commits that evidence is of, and `derive`.
WITHOUT_A_REPOSITORY = {"ENG002", "ENG008", "MOD005", "TPL004"}
ONLY_PROVEN = {"ARC001", "ENG004", "ENG005", "ENG006", "ENG009", "OPS009", "OPS010", "VAL008"}
FAULTS = {
    "VAL001": set_value("kpis.yml", "kpis", 0, "direction", "up"),
    "VAL006": set_value("pilot.yml", "objective", "id", "be-cool"),
    "GOV001": set_value("pilot.yml", "ai_act", "class", "prohibited"),
    "GOV002": set_value("pilot.yml", *ANSWERED, "present", PRESENT),
    "ARC001": write("src/customer_call_list/domain/frames.py", "import pandas\n"),
    "DAT004": write("exports/customers.csv", "a,b\n1,2\n"),
    "GOV003": set_value("pilot.yml", "uses", "unsupported", []),
}


def blocked(files, stage="sandbox"):
    """Name the checks that keep a pilot from a stage."""
    results = run_checks(Repository.of(files, TODAY, CatalogOrigin()), builtin_checks(), proofs=Proofs())
    return {result.card.id for result in results if result.blocks() and result.stage.label == stage}


@pytest.mark.parametrize(("name", "edit"), FAULTS.items(), ids=FAULTS.keys())
def test_a_planted_fault_is_found_by_exactly_its_check(name, edit):
    assert blocked(edited(pilot("sandbox"), edit)) == {name}


def test_the_example_lacks_an_owner_numbers_of_its_own_a_screening_and_nothing_else():
    assert blocked(example()) == {"GOV002", "OWN002", "VAL006"}


@pytest.mark.parametrize("integrations", [[], ["postgres"], ["mlflow_server", "postgres"]], ids=str)
@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize("stage", ["sandbox", "pilot", "production"])
def test_a_pilot_with_real_answers_is_a_sandbox_at_once(stage, ci, integrations):
    assert blocked(pilot(stage, ci_provider=ci, integrations=integrations)) == set()


def test_who_follows_every_advice_has_only_commands_left_to_run():
    repo = Repository.of(complete(), TODAY, CatalogOrigin())
    left = {
        result.card.id: result.reason
        for result in run_checks(repo, builtin_checks(), proofs=Proofs())
        if result.is_open
    }
    assert {name for name, reason in left.items() if reason is None} == WITHOUT_A_REPOSITORY
    assert set(left) - WITHOUT_A_REPOSITORY == ONLY_PROVEN


def test_every_example_of_an_advice_has_the_form_of_the_manifest():
    schema = read_schema("pilot")
    manifest = Repository.of(complete(), TODAY).manifest.data
    assert isinstance(schema, dict)
    assert isinstance(manifest, dict)
    seen = 0
    for check in builtin_checks():
        example = parse_document("pilot.yml", check.card.example.encode()).data
        parts = example if isinstance(example, dict) and not check.card.example.startswith("{") else {}
        for name in parts.keys() & schema["properties"].keys() - {"format"}:
            old, new = manifest.get(name), parts[name]
            merged = {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new
            assert not [each.message for each in find_violations({**manifest, name: merged}, schema)], check.card.id
            seen += 1
    assert seen > 20
