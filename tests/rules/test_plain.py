"""Whatever is something else than it should be counts as not there."""

import datetime as dt

import pytest


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("as_mapping", {"a": 1}, {"a": 1}),
        ("as_mapping", [], {}),
        ("as_mappings", [{"a": 1}, "b"], ({"a": 1},)),
        ("as_mappings", "b", ()),
        ("as_number", 1, 1.0),
        ("as_number", True, None),
        ("as_number", "1", None),
        ("as_text", "a", "a"),
        ("as_text", 1, None),
        ("as_texts", ["a", 1], ("a", "1")),
        ("as_texts", "ab", ()),
        ("with_dates_as_text", {"on": [dt.date(2026, 1, 2)], "n": 1}, {"on": ["2026-01-02"], "n": 1}),
    ],
)
def test_a_value_is_taken_for_what_it_should_be(book, name, value, taken):
    assert getattr(book("plain"), name)(value) == taken
