"""A KPI is bound to what measures in its unit."""

import ast

import pytest

SOURCE = """
FUNCTIONS.register("revenue", unit="<currency> per 100", meaning="what comes in")
FUNCTIONS.register("no_meaning", unit="days")
FUNCTIONS.register(name, unit="days", meaning="not in literals")
register("not a method", unit="days", meaning="-")
"""


def declared(book):
    return dict(book("units").find_registered(ast.parse(SOURCE)))


def test_registrations_in_literals_are_found(book):
    assert {name: each.unit for name, each in declared(book).items()} == {"revenue": "<currency> per 100"}


@pytest.mark.parametrize(
    ("measure", "wrong"),
    [
        ({"function": "revenue"}, None),
        ({"function": "unheard_of"}, None),
        ({"sql": "select 1", "unit": "EUR per 100"}, None),
        ({"sql": "select 1"}, None),
        ({"sql": "select 1", "unit": "days"}, "k is in EUR per 100, and what `sql` measures is in days"),
        ({"mlflow": {"metric": "x"}, "unit": "days"}, "what `mlflow` measures is in days"),
        (None, None),
    ],
)
def test_another_unit_is_wrong(book, measure, wrong):
    found = book("units").find_wrong_unit({"id": "k", "unit": "EUR per 100", "measure": measure}, declared(book), "EUR")
    assert found is None if wrong is None else found.endswith(wrong)


def test_the_currency_is_the_pilots_own(book):
    kpi = {"id": "k", "unit": "EUR per 100", "measure": {"function": "revenue"}}
    found = book("units").find_wrong_unit(kpi, declared(book), "USD")
    assert found == "k is in EUR per 100, and the function revenue gives USD per 100"


@pytest.mark.parametrize(
    ("settings", "unit"),
    [
        pytest.param({}, "<currency> per 100 chosen cases", id="no words"),
        pytest.param({"case": "a case"}, "<currency> per 100 chosen cases", id="no table"),
        pytest.param({"case": {"words": {"cases": "machines"}}}, "<currency> per 100 chosen machines", id="cases"),
        pytest.param({"case": {"words": {"cases": "", "actions": "calls"}}}, "<currency> per 100 calls", id="actions"),
        pytest.param(
            {"case": {"words": {"money_unit": "h"}}}, "h per 100 chosen cases", id="an amount that is no money"
        ),
    ],
)
def test_a_unit_speaks_in_the_words_of_the_case(book, settings, unit):
    units = book("units")
    said = units.Declared("<money_unit> per 100 <chosen>", "what is reached")
    assert units.in_words(said, units.words_of(settings)).unit == unit


def test_what_a_case_is_called_unless_somebody_says_it(book):
    units = book("units")
    said = units.Declared("<case>, <cases>, <outcome>, <unit>", "all words")
    assert units.in_words(said, units.words_of({})).unit == "case, cases, outcome, units"
