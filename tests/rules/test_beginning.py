"""What a run leaves belongs to a data contract and a KPI definition, by what they mean and not by their words."""

import copy

import pytest

CONTRACT = {
    "id": "invoices",
    "description": {"purpose": "to get paid"},
    "schema": [
        {
            "name": "invoices",
            "properties": [
                {"name": "id", "logicalType": "string", "required": True},
                {"name": "amount", "logicalType": "number", "quality": [{"metric": "nullValues", "mustBeLessThan": 5}]},
            ],
        }
    ],
}
KPI = {"id": "days", "kind": "outcome", "unit": "days", "direction": "lower", "measure": {"sql": "select 1"}}


def changed(edit):
    contract = copy.deepcopy(CONTRACT)
    edit(contract)
    return contract


@pytest.mark.parametrize(
    ("edit", "same"),
    [
        (lambda c: c.update(description={"purpose": "another"}, version="2.0.0"), True),
        (lambda c: c["schema"][0]["properties"].reverse(), True),
        (lambda c: c["schema"][0]["properties"][1]["quality"][0].update(mustBeLessThan=9), True),
        (lambda c: c["schema"][0]["properties"][0].update(logicalType="integer"), False),
        (lambda c: c["schema"][0]["properties"].pop(), False),
        (lambda c: c.update(id="orders"), False),
    ],
)
def test_a_contract_is_what_its_rows_mean(book, edit, same):
    key = book("beginning").contract_key
    assert (key([CONTRACT]) == key([changed(edit)])) is same


def test_without_a_contract_there_is_no_key(book):
    assert book("beginning").contract_key([]) is None


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"title": "Another"}, True),
        ({"baseline": {"value": 9}}, True),
        ({"minimum_sample": 9}, True),
        ({"measure": {"sql": "select 2"}}, False),
    ],
)
def test_a_definition_is_what_makes_a_measurement_comparable(book, change, same):
    make = book("beginning").make_beginning
    assert (make([], [KPI]).definition == make([], [{**KPI, **change}]).definition) is same


def test_what_is_pending_or_a_guardrail_defines_nothing(book):
    make = book("beginning").make_beginning
    assert make([], [{**KPI, "measure": {"pending": "later"}}]).definition == ""
    assert make([], [{**KPI, "kind": "guardrail"}]).definition == ""


def test_what_was_not_said_before_is_no_other_beginning(book):
    rules = book("beginning")
    before, now = (rules.make_beginning([CONTRACT], kpis) for kpis in ([], [KPI]))
    assert now.goes_on(before)
    assert not before.goes_on(now)
    assert rules.is_of(before.key, now)
    assert rules.read_beginning(now.stored()) == now
