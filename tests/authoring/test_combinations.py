"""The combinations of a catalog's answers: alone, everything, all pairs; by seed, and as its questions allow."""

import itertools

import pytest

from pilotline.authoring.combinations import find_combinations
from pilotline.catalog.working_copy import load_working_copy
from pilotline.template.answers import accept_answers
from tests.authoring.tiny_catalog import QUESTIONS, plant_tiny

AXES: dict[str, list[object]] = {
    "architecture": ["batch", "stream"], "prepared_for": ["sandbox", "production"],
    "ci_provider": ["github", "gitlab"], "table": ["narrow", "wide"], "audited": [True, False],
}  # fmt: skip


def tiny(folder, copier=QUESTIONS):
    return load_working_copy(plant_tiny(folder, {"copier.yml": copier}))


def holds(catalog, combination, name, value):
    answers = accept_answers(catalog, combination.answers)
    if name in ("db", "queue"):
        return (name in str(answers.recorded["integrations"])) is value
    return answers.recorded.get(name) == value


def test_every_two_answers_that_can_stand_together_do(tmp_path):
    catalog = tiny(tmp_path)
    found = find_combinations(catalog, 0)
    every: dict[str, list[object]] = {**AXES, "db": [True, False], "queue": [True, False]}
    missing = {
        frozenset({(first, one), (second, other)})
        for first, second in itertools.combinations(every, 2)
        for one, other in itertools.product(every[first], every[second])
        if not any(holds(catalog, c, first, one) and holds(catalog, c, second, other) for c in found.chosen)
    }
    assert missing == {
        frozenset({("architecture", "batch"), ("queue", True)}),
        *(frozenset({("architecture", "batch"), ("table", value)}) for value in ("narrow", "wide")),
    }
    assert set(found.never_together) == {
        "architecture=batch with integrations: queue=on",
        "architecture=batch with table=narrow",
        "architecture=batch with table=wide",
    }
    assert len(found.chosen) <= 12


def test_each_architecture_comes_alone_and_with_everything(tmp_path):
    named = {each.name: each for each in find_combinations(tiny(tmp_path), 0).chosen}
    assert named["batch-alone"].answers == {"architecture": "batch"}
    assert named["batch-alone"].label == "the defaults"
    everything = {"architecture": "stream", "prepared_for": "production", "integrations": ["db", "queue"]}
    assert named["stream-everything"].answers == everything
    assert named["stream-everything"].label == "prepared_for=production, integrations=db+queue"


def test_the_same_seed_gives_the_same_and_another_seed_others(tmp_path):
    catalog = tiny(tmp_path)
    first, second, other = (find_combinations(catalog, seed) for seed in (7, 7, 8))
    assert first == second
    assert first.chosen != other.chosen
    assert first.chosen[:3] == other.chosen[:3], "alone and everything are no choice"


def test_a_catalog_that_pairs_nothing_has_its_choices_paired(tmp_path):
    without = QUESTIONS.replace(
        "    paired: [architecture, prepared_for, ci_provider, table, integrations, audited]", ""
    )
    assert "paired" not in without
    catalog = tiny(tmp_path, without.replace("  default:\n\npilot", "  default: {}\npilot"))
    assert find_combinations(catalog, 0) == find_combinations(tiny(tmp_path / "paired"), 0)


@pytest.mark.parametrize(
    "copier", ["_subdirectory: templates\n", "_subdirectory: templates\nname:\n  type: str\n  default: x\n"]
)
def test_a_catalog_without_choices_has_one_combination(tmp_path, copier):
    (only,) = find_combinations(tiny(tmp_path, copier), 0).chosen
    assert (only.name, dict(only.answers), only.label) == ("alone", {}, "the defaults")
