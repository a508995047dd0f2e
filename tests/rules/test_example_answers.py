"""What is still the example's: by the values that stand in the files, in the CLI as in the running pilot."""

import pytest

from pilotline.rules.example_answers import still_the_example

EXAMPLE = {"owner": "example-head", "kpi_baseline": 49833, "kpi_target": 60000, "kpi_unit_value": 0.03}
ALL = list(EXAMPLE)


def left_of(example, owner="example-head", baseline=49833, target=60000, per_unit=0.03, listed=ALL):
    kpi = {"baseline": {"value": baseline}, "target": {"value": target}, "value": {"per_unit": per_unit}}
    manifest = {"example": listed, "owners": {"business": owner}}
    return list(still_the_example(manifest, {"kpis": [kpi]}, example))


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({}, ALL),
        ({"owner": "ada"}, ["kpi_baseline", "kpi_target", "kpi_unit_value"]),
        ({"baseline": 41}, ["owner", "kpi_target", "kpi_unit_value"]),
        ({"target": None}, ["owner", "kpi_baseline", "kpi_unit_value"]),
        ({"per_unit": 1}, ["owner", "kpi_baseline", "kpi_target"]),
        ({"owner": "ada", "baseline": 41, "target": 30, "per_unit": 9}, []),
        ({"listed": []}, []),
        ({"listed": ["owner", "a mark of the team"], "owner": "ada"}, ["a mark of the team"]),
        ({"listed": "owner"}, []),
    ],
)
def test_an_entry_counts_while_its_value_is_the_examples(changed, left):
    assert left_of(EXAMPLE, **changed) == left


def test_without_the_examples_values_the_list_is_all_there_is():
    assert left_of({}, owner="ada") == ALL


def test_manifests_that_hold_something_else_are_no_reason_to_fail():
    assert still_the_example({"example": ["owner"], "owners": None}, {"kpis": "none"}, EXAMPLE) == ()
