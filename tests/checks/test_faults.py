"""Faults planted into a generated pilot, one for each check that it passes: each is found by exactly its check."""

import pytest

from pilotline.checks.engine import Proofs
from pilotline.checks.origin import CatalogOrigin
from pilotline.checks.registry import builtin_checks
from pilotline.checks.repository import Repository
from pilotline.checks.verdict import run_checks
from tests.checks.helpers import TODAY, edited, example, pilot, set_value, write

PRESENT = True
ANSWERED = ("ai_act", "prohibited_practices")
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


def test_the_example_lacks_an_owner_and_numbers_of_its_own_and_nothing_else():
    assert blocked(example()) == {"OWN002", "VAL006"}


@pytest.mark.parametrize("integrations", [[], ["postgres"], ["mlflow_server", "postgres"]], ids=str)
@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize("stage", ["sandbox", "pilot", "production"])
def test_a_pilot_with_real_answers_is_a_sandbox_at_once(stage, ci, integrations):
    assert blocked(pilot(stage, ci_provider=ci, integrations=integrations)) == set()
