"""A check that no fresh pilot passes keeps every team from its first stage, and is found before it is released."""

import pytest

from pilotline.authoring.fresh_pilots import find_never_passed
from pilotline.files.disk import write_tree
from pilotline.linting.catalog_under_test import Subject

CHECKS = "templates/_organisation/checks.yml"
NEVER = "{id: ACM001, title: A cost centre, advice: Ask, stage: sandbox, field: {file: pilot.yml, key: x_cost_centre}}"
SOMETIMES = """\
{id: ACM002, title: An address, advice: Ask, stage: sandbox, text: {file: pilot.yml, matches: "business: .*@.*[.]"}}"""
TOO_SLOW = NEVER.replace("sandbox", "pilot")
ADVICE = NEVER.replace("advice: Ask", "advice: Ask, severity: warning")
EXECUTED = "{id: ACM001, title: It runs, advice: Run it, stage: sandbox, command: ['false']}"


@pytest.fixture
def catalog(builtin, tmp_path):
    """Give a function that plants checks into the built-in catalog."""
    write_tree(builtin.tree, tmp_path)

    def plant(*checks):
        (tmp_path / CHECKS).write_text("\n".join(["lowered: []", "checks:", *(f"  - {check}" for check in checks)]))
        return Subject(tmp_path)

    return plant


def test_a_check_that_every_fresh_pilot_fails_is_found_at_its_line(catalog):
    planted = catalog(SOMETIMES, NEVER)
    found = list(find_never_passed(planted))
    assert {(each.path, each.line, each.rule) for each in found} == {(CHECKS, 4, "fresh-pilot-fails")}
    for architecture, each in zip(planted.architectures, found, strict=True):
        assert f"Every fresh pilot of {architecture} fails ACM001: " in each.message


@pytest.mark.parametrize("check", [SOMETIMES, TOO_SLOW, ADVICE, EXECUTED])
def test_what_a_team_can_answer_or_comes_later_is_no_problem(catalog, check):
    assert list(find_never_passed(catalog(check))) == []
