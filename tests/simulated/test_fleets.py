"""A simulated fleet is always the same, git finds nothing wrong with it, and what is told of it is true."""

import pytest

from tests.helpers import git
from tests.simulated.catalogs import small_catalog
from tests.simulated.fleets import ALL, make_fleet


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return small_catalog(tmp_path_factory.mktemp("simulated") / "catalog")


def test_the_same_seed_gives_the_same_commits(catalog, tmp_path):
    first, again, other = (
        make_fleet(tmp_path / name, 60, catalog, seed=seed) for name, seed in (("one", 1), ("two", 1), ("three", 2))
    )
    assert [(p.commit, p.done, p.outcome) for p in first] == [(p.commit, p.done, p.outcome) for p in again]
    assert [p.commit for p in first] != [p.commit for p in other]
    assert len({p.commit for p in first}) == 60


@pytest.mark.parametrize("linked", [False, True])
def test_git_finds_nothing_wrong_and_nothing_uncommitted(catalog, tmp_path, linked):
    healthy = [
        what for what in ALL if what in {"nothing", "renamed the package", "deleted what stays", "renamed a file"}
    ]
    for pilot in make_fleet(tmp_path / "fleet", 12, catalog, happened=healthy, linked=linked):
        assert git(pilot.folder, "rev-parse", "HEAD") == pilot.commit
        assert git(pilot.folder, "status", "--porcelain") == ""
        assert git(pilot.folder, "fsck", "--full", "--strict") == ""
        assert git(pilot.folder, "rev-list", "--count", "HEAD") == "2"


def test_everything_happens_and_everything_comes_of_it(catalog, tmp_path):
    pilots = make_fleet(tmp_path / "fleet", 80, catalog, linked=True)
    assert {what for pilot in pilots for what in pilot.done} == set(ALL)
    assert {pilot.outcome for pilot in pilots} >= {"clean", "merged", "conflict", "refused", "error"}
    assert {pilot.version for pilot in pilots} == set(catalog.versions)
