"""Every pair that can stand together does, in few rows, whatever the constraints are; the seed decides which rows."""

import itertools
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotline.authoring.covering import cover_pairs

ENOUGH = 5_000
SIZES = st.lists(st.integers(1, 4), min_size=2, max_size=5)


def axes_of(sizes):
    return {f"axis{number}": [f"v{value}" for value in range(size)] for number, size in enumerate(sizes)}


def pairs_in(row, axes):
    return set(itertools.combinations([(axis, row[axis]) for axis in axes if axis in row], 2))


def anything(row):
    return row


@settings(deadline=None, max_examples=60)
@given(SIZES, st.integers(0, 9))
def test_without_constraints_every_pair_is_in_a_row_and_the_rows_are_few(sizes, seed):
    axes = axes_of(sizes)
    found = cover_pairs(axes, anything, (), Random(seed), ENOUGH)
    pairs = {
        ((first, one), (second, other))
        for first, second in itertools.combinations(axes, 2)
        for one, other in itertools.product(axes[first], axes[second])
    }
    assert set().union(*(pairs_in(row, axes) for row in found.rows)) == pairs
    assert found.missing == ()
    least = max(a * b for a, b in itertools.combinations(sizes, 2))
    assert least <= len(found.rows) <= min(2 * least + 2, len(list(itertools.product(*axes.values()))))


@settings(deadline=None, max_examples=60)
@given(SIZES, st.integers(0, 9), st.data())
def test_with_constraints_every_pair_is_in_a_row_that_any_accepted_row_holds(sizes, seed, data):
    """Some pairs are refused, and an axis may be asked only beside a value of another one, as questions are."""
    axes = axes_of(sizes)
    every = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    refused = data.draw(st.lists(st.sampled_from([*itertools.chain(*(sorted(pairs_in(r, axes)) for r in every))])))
    asked, only_at = data.draw(st.permutations(list(axes)))[:2]

    def settle(row):
        row = {axis: row.get(axis, "v0") for axis in axes}  # what is not said has its default
        if any(pair in pairs_in(row, axes) for pair in refused):
            return None
        return {k: v for k, v in row.items() if k != asked or row[only_at] == "v0"}

    found = cover_pairs(axes, settle, (), Random(seed), ENOUGH)
    possible = set().union(*(pairs_in(settled, axes) for row in every if (settled := settle(row)) is not None))
    assert set().union(*(pairs_in(row, axes) for row in found.rows)) == possible
    assert not possible & set(found.missing)


@settings(deadline=None, max_examples=30)
@given(SIZES, st.integers(0, 99))
def test_the_same_seed_gives_the_same_rows(sizes, seed):
    first, second = (cover_pairs(axes_of(sizes), anything, (), Random(seed), ENOUGH) for _ in range(2))
    assert first == second


def test_another_seed_gives_other_rows():
    axes = axes_of([3, 3, 3, 3])
    assert len({str(cover_pairs(axes, anything, (), Random(seed), ENOUGH).rows) for seed in range(5)}) > 1


def test_what_known_rows_hold_is_not_brought_again():
    axes = axes_of([2, 2])
    known = [{"axis0": "v0", "axis1": "v0"}, {"axis0": "v1", "axis1": "v1"}]
    found = cover_pairs(axes, anything, known, Random(0), ENOUGH)
    assert sorted(map(str, found.rows)) == [str({"axis0": "v0", "axis1": "v1"}), str({"axis0": "v1", "axis1": "v0"})]


@pytest.mark.parametrize("axes", [{}, {"only": ["a", "b"]}])
def test_less_than_two_axes_have_no_pairs(axes):
    assert cover_pairs(axes, anything, (), Random(0), ENOUGH).rows == ()


def test_thirty_switches_and_twenty_kinds_take_about_as_many_rows_as_kinds_times_two():
    """As in a large catalog: an architecture, a stage and thirty integrations; what is asked for stays affordable."""
    axes = {"architecture": [str(n) for n in range(20)], "stage": ["a", "b", "c"]}
    axes |= {f"integration{number}": ["off", "on"] for number in range(30)}
    asked = []

    def settle(row):
        asked.append(row)
        return row

    found = cover_pairs(axes, settle, (), Random(0), 32)
    assert found.missing == ()
    assert 60 <= len(found.rows) <= 66
    assert len(asked) <= len(found.rows) + len(axes) * 3
