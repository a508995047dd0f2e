"""What makes two measurements comparable, what keeps a KPI from being measured, and where it aims."""

import datetime as dt
import hashlib

import pytest

ENTRY = {
    "id": "days_until_paid",
    "title": "Days until paid",
    "unit": "days",
    "direction": "lower",
    "baseline": {"value": 41, "period": "2026", "source": "books"},
    "measure": {"sql": "select 1", "unit": "days"},
}


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"title": "Another"}, True),
        ({"owner": "somebody"}, True),
        ({"unit": "hours"}, False),
        ({"baseline": {"value": 42, "period": "2026", "source": "books"}}, False),
        ({"measure": {"sql": "select 2", "unit": "days"}}, False),
        ({"margin": 0}, False),
    ],
)
def test_only_what_defines_a_kpi_changes_its_hash(book, change, same):
    hashed = book("kpi_definition").definition_hash
    assert (hashed(ENTRY) == hashed({**ENTRY, **change})) is same


def test_a_date_counts_as_its_text_quoted_or_not(book):
    hashed = book("kpi_definition").definition_hash
    entries = [{**ENTRY, "baseline": {"measured": {"since": day}}} for day in (dt.date(2026, 1, 2), "2026-01-02")]
    assert hashed(entries[0]) == hashed(entries[1])


def test_the_cases_of_a_baseline_count_whatever_their_line_endings(book):
    hashed = book("kpi_definition").definition_hash
    assert hashed(ENTRY, b"value\r\n1\r\n") == hashed(ENTRY, b"value\n1\n")
    assert hashed(ENTRY, b"value\n2\n") != hashed(ENTRY, b"value\n1\n") != hashed(ENTRY)


def test_the_hash_is_that_of_every_release(book):
    """Evidence in repositories carries it: another algorithm would make all of it stale."""
    known = "5a46acd4a996"
    assert book("kpi_definition").definition_hash(ENTRY)[:12] == known


OTHER = "its baseline was measured by another query"
ASKED = "sha256:" + hashlib.sha256(b"SELECT 1").hexdigest()


@pytest.mark.parametrize(
    ("entry", "pending"),
    [
        (ENTRY, None),
        ({"measure": {"pending": "write the query"}}, "write the query"),
        ({"baseline": {"value": None, "source": "not yet"}}, "its baseline is missing (not yet)"),
        ({"baseline": {"value": None, "data": "cases.csv", "source": "books"}}, None),
        ({"baseline": "odd", "measure": None}, None),
        ({"measure": {"sql": "SELECT 1"}, "baseline": {"value": 3, "measured": {"query": ASKED}}}, None),
        ({"measure": {"sql": "SELECT\n  1"}, "baseline": {"value": 3, "measured": {"query": ASKED}}}, None),
        ({"measure": {"sql": "SELECT 2"}, "baseline": {"value": 3, "measured": {"query": ASKED}}}, OTHER),
        ({"measure": {"sql": "SELECT 2"}, "baseline": {"value": 3}}, None),
    ],
)
def test_what_keeps_a_kpi_from_being_measured(book, entry, pending):
    found = book("kpi_definition").pending_of(entry)
    assert found is None if pending is None else found.startswith(pending)
    said = book("kpi_definition").not_measured(found)
    assert said.startswith("Not measured yet: ")
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("direction", "baseline", "target", "percent", "wrong"),
    [
        ("lower", 41, 30, None, ""),
        ("higher", 41, 30, None, "worse than the baseline, higher being better"),
        ("lower", 41, None, 10, "worse than the baseline, lower being better"),
        ("lower", None, None, 10, "worse than the baseline"),
        ("higher", 0, None, 10, "a baseline of 0 says nothing"),
        ("higher", -5, 0, None, ""),
        ("higher", None, 5, None, ""),
        ("higher", 5, None, None, ""),
    ],
)
def test_a_target_is_better_than_the_baseline(book, direction, baseline, target, percent, wrong):
    found = book("kpi_definition").find_mistaken_aim(direction, baseline, target, percent)
    assert wrong in found if wrong else found is None


def test_a_change_in_percent_is_of_the_size_of_the_baseline(book):
    rules = book("kpi_definition")
    assert [rules.resolve_change(base, -25) for base in (40, -40, None)] == [30, -50, None]
    assert [rules.say_change(by) for by in (-25, 2.5)] == [
        "25 % less than the baseline",
        "2.5 % more than the baseline",
    ]


@pytest.mark.parametrize(
    ("baseline", "typed"),
    [({"value": 41}, True), ({"value": 41, "measured": {"n": 9}}, False), ({"value": None}, False), ({}, False)],
)
def test_a_baseline_that_nothing_measured_is_typed(book, baseline, typed):
    assert book("kpi_definition").is_typed(baseline) is typed
