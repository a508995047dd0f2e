"""Money: benefit against build, run and people's time, in one currency."""

import pytest


def worth(book, gain=(2.0, 1.0, 3.0), currency="EUR", share=0.5, units=100, spending=(600, 20, 30)):
    rules = book("worth")
    found = None if gain is None else rules.Interval(*gain)
    spent = None if spending is None else rules.Spending("EUR", *spending)
    return rules.worth_of(found, rules.UnitValue(1.0, currency, share, "of them stay"), units, spent)


def test_a_month_a_year_and_the_way_there(book):
    found = worth(book)
    assert (found.per_month.value, found.per_month.low, found.per_month.high) == (200, 100, 300)
    assert (found.kept, found.payback_months) == (150, 4)
    assert (found.benefit.value, found.net.value, found.net.low) == (2400, 1200, 0)
    assert found.return_on_cost.value == 1
    assert found.break_even_share == 0.25
    assert book("worth").say_break_even(found.break_even_share, found.break_even_of) == (
        "It pays within a year if at least 25.0 % of them stay."
    )


@pytest.mark.parametrize(
    "missing",
    [
        {"gain": None},
        {"units": None},
        {"spending": None},
        {"currency": "USD"},
        {"gain": (2.0, None, None)},
    ],
)
def test_without_a_part_of_it_there_is_no_money(book, missing):
    assert worth(book, **missing) is None


def test_an_end_that_does_not_hold_stays_open(book):
    found = worth(book, gain=(2.0, 1.0, None))
    assert (found.per_month.high, found.net.high, found.return_on_cost.high) == (None, None, None)


def test_what_brings_nothing_is_never_earned_back(book):
    found = worth(book, gain=(-1.0, -2.0, 0.0))
    assert (found.payback_months, found.break_even_share) == (None, None)
    assert worth(book, spending=(0, 0, 0)).return_on_cost is None


@pytest.mark.parametrize(
    ("share", "of", "said"),
    [(None, None, ""), (0.5, None, ""), (1.2, "x", "It does not pay within a year, whatever share x.")],
)
def test_what_has_to_hold_is_said(book, share, of, said):
    assert book("worth").say_break_even(share, of) == said
