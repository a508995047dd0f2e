"""Which lines of evidence count, and what a gate asks of them."""

import pytest

LINE = '{"format": 1, "kpi": "a", "definition": "d"}'


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (LINE + "\nnot json", "Line 2 of x is no JSON"),
        ('{"format": 2}', "Line 1 of x is not of format 1"),
        ("[]", "not of"),
    ],
)
def test_a_line_that_is_none_is_named(book, text, wrong):
    rules = book("evidence")
    with pytest.raises(rules.EvidenceError, match=wrong):
        rules.read_lines(text, "x")


def test_nesting_without_end_is_no_json(book):
    rules = book("evidence")
    with pytest.raises(rules.EvidenceError):
        rules.read_lines("[" * 100_000, "x")


def test_the_newest_line_of_a_definition_counts(book):
    lines = [{"kpi": "a", "definition": "d", "n": n} for n in (1, 2)] + [{"kpi": "a", "definition": "e", "n": 3}]
    found = book("evidence").newest_by_definition(lines)
    assert {key: line["n"] for key, line in found.items()} == {("a", "d"): 2, ("a", "e"): 3}


@pytest.mark.parametrize(
    ("line", "contract", "counts"),
    [
        ({"contract": "c"}, "c", True),
        ({"contract": "c"}, "d", False),
        ({}, "d", True),
        ({"contract": None}, None, True),
    ],
)
def test_evidence_of_another_contract_does_not_count(book, line, contract, counts):
    assert list(book("evidence").lines_in_force([line], contract)) == ([line] if counts else [])


@pytest.mark.parametrize(
    ("wanted", "go_on", "verdict", "missing"),
    [
        ("shown", "better", "better", False),
        ("shown", "better", "reached", False),
        ("shown", "reached", "better", True),
        ("shown", "kept", "kept", False),
        ("shown", "better", "undecided", True),
        ("not_worse", "better", "undecided", False),
        ("not_worse", "kept", "worse", True),
        ("not_worse", "kept", "unheard of", True),
    ],
)
def test_what_a_gate_asks(book, wanted, go_on, verdict, missing):
    line = {"verdict": verdict, "sentence": "as it is"}
    found = book("evidence").missing_at_gate(wanted, go_on, None, line)
    assert found == ("as it is" if missing else None)


def test_what_is_not_measured_is_missing_where_it_is_to_be_shown(book):
    missing = book("evidence").missing_at_gate
    assert missing("shown", "better", "write the query", None) == "Not measured yet: write the query."
    assert missing("not_worse", "kept", "write the query", None) is None
    assert missing("not_worse", "kept", None, None) == "It is not measured as kpis.yml defines it now."


def test_decisions_and_proof_leave_what_was_measured_as_it_was(book):
    mine = book("evidence").is_written_by_pilot
    assert [mine(path) for path in ("governance/wins.jsonl", "docs/kpis.md", "src/x.py", "docs/kpis.md.bak/x")] == [
        True, True, False, True,
    ]  # fmt: skip
