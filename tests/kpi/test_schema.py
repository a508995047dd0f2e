"""The published schema of kpis.yml is the one that pilots carry; it accepts what is generated and names mistakes."""

import json

import jsonschema
import pytest
import yaml
from hypothesis import example, given, settings

from pilotline.documents.schema import find_violations, read_schema
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.e2e.test_judges import AWKWARD
from tests.helpers import ROOT
from tests.template.test_copier_parity import VALID_ANSWERS

PUBLISHED = ROOT / "generator/pilotline/documents/schemas/kpis.schema.json"
CARRIED = ROOT / "templates/{{ layer.base }}/src/{{ package_name }}/_platform/kpis.schema.json"


@pytest.fixture(scope="module")
def judge():
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture
def manifest(builtin):
    return yaml.safe_load(render(builtin, accept_answers(builtin, {}))["kpis.yml"].content)


def test_pilots_carry_the_published_schema():
    assert CARRIED.read_bytes() == PUBLISHED.read_bytes()


@settings(max_examples=40, deadline=None)
@example(answers={})
@example(answers=AWKWARD)
@given(answers=VALID_ANSWERS)
def test_what_is_generated_is_valid(builtin, judge, answers):
    text = render(builtin, accept_answers(builtin, answers))["kpis.yml"].content
    assert [error.message for error in judge.iter_errors(yaml.safe_load(text))] == []
    assert find_violations(yaml.safe_load(text), read_schema("kpis")) == ()


MISTAKES = {
    "no owner": (lambda kpi: kpi.pop("owner"), "kpis[0].owner is missing"),
    "no formula": (lambda kpi: kpi.pop("formula"), "kpis[0].formula is missing"),
    "a typing mistake": (lambda kpi: kpi.update(basline=1), "kpis[0].basline is not known here"),
    "two ways to measure": (lambda kpi: kpi["measure"].update(sql="select 1"), "kpis[0].measure.sql is not known here"),
    "no way to measure": (lambda kpi: kpi["measure"].clear(), "kpis[0].measure.function is missing"),
    "a value and data": (lambda kpi: kpi["baseline"].update(data="a.csv"), "kpis[0].baseline.data is not known here"),
    "no currency": (
        lambda kpi: kpi["value"].update(currency="Euro"),
        'kpis[0].value.currency is "Euro"; it is to be ISO',
    ),
    "worth nothing": (lambda kpi: kpi["value"].update(per_unit=0), "kpis[0].value.per_unit is 0; it is to be above 0"),
    "no assumption": (lambda kpi: kpi["value"].update(assumptions=[]), "kpis[0].value.assumptions has 0 entries"),
    "a guardrail without margin": (lambda kpi: kpi.update(kind="guardrail"), "kpis[0].margin is missing"),
    "no version": (lambda kpi: kpi.update(uses="revenue@latest"), 'kpis[0].uses is "revenue@latest"; it is to be'),
    "blank text": (lambda kpi: kpi.update(attribution=" "), 'kpis[0].attribution is " "; it is to be'),
    "an unknown decision": (
        lambda kpi: kpi["decision"].update(go_on="fine"),
        'kpis[0].decision.go_on is "fine"; it may be',
    ),
}


@pytest.mark.parametrize(("spoil", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named(judge, manifest, spoil, said):
    spoil(manifest["kpis"][0])
    assert not judge.is_valid(manifest)
    found = [f"{each.place} {each.message}" for each in find_violations(manifest, read_schema("kpis"))]
    assert any(each.startswith(said) for each in found), found
