"""A dependency that the team pinned is kept or a conflict, never silently replaced: on the built-in catalog's files."""

from pathlib import Path

import pytest

from tests.helpers import IDENTITY, commit_all, files_below, git, pilotline
from tests.upgrade.helpers import edit, publish_builtin, replaced, upgrade

PINNED = '  "pandas==2.3.3",\n'
RANGES = {"pandas": '"pandas>=2.3,<4"', "click": '"click>=8.3,<9"', "neighbour": '"openfeature-sdk>=0.10,<0.11"'}


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return publish_builtin(tmp_path / "catalog")


@pytest.fixture
def pilot(catalog: Path) -> Path:
    """Give a pilot of v1.0.0 whose team pinned pandas."""
    folder = catalog.parent / "pilot"
    made = pilotline("new", folder, "--defaults", "--catalog", f"{catalog}@v1.0.0", environment=IDENTITY)
    assert made.code == 0, made.err
    edit(folder, {"pyproject.toml": replaced(dependencies(folder), f"  {RANGES['pandas']},\n", PINNED)})
    return folder


def dependencies(pilot: Path) -> str:
    return (pilot / "pyproject.toml").read_text()


def release(catalog: Path, old: str, new: str, tag: str = "v2.0.0") -> None:
    """Publish a version in which one range of a layer has changed."""
    (layer,) = (path for path in (catalog / "templates/_layers").glob("*.yml") if old in path.read_text())
    layer.write_text(replaced(layer.read_text(), old, new))
    commit_all(catalog, "Change a range", tag=tag)


def test_it_is_kept_when_the_catalog_changed_another_line(catalog, pilot):
    before = dependencies(pilot)
    release(catalog, RANGES["click"], '"click>=8.4,<9"')
    done = upgrade(pilot, "--commit")
    assert done.code == 0, done.err
    assert dependencies(pilot) == replaced(before, RANGES["click"], '"click>=8.4,<9"')
    assert PINNED in dependencies(pilot)


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        pytest.param("pandas", RANGES["pandas"], '"pandas>=3,<4"', id="the same line changed"),
        pytest.param("pandas", f"  - {RANGES['pandas']}\n", "", id="the same line removed"),
        pytest.param("neighbour", RANGES["neighbour"], '"openfeature-sdk>=0.11,<0.12"', id="the line before changed"),
    ],
)
def test_it_is_a_conflict_when_the_catalog_changed_the_same_place(catalog, pilot, line, old, new):
    release(catalog, old, new)
    before = files_below(pilot)
    assert upgrade(pilot, "--conflicts", "fail").code == 1
    assert files_below(pilot) == before
    done = upgrade(pilot)
    assert (done.code, "pyproject.toml" in done.out) == (1, True)
    assert {line.split("\t")[1] for line in git(pilot, "ls-files", "-u").splitlines()} == {"pyproject.toml"}
    ours, _, theirs = dependencies(pilot).partition("=======\n")
    assert PINNED in ours.partition("<<<<<<< ")[2]
    theirs = theirs.partition(">>>>>>> ")[0]
    assert (new in theirs, RANGES[line] in theirs) == (True, False)
    assert git(pilot, "show", ":2:pyproject.toml") == git(pilot, "show", "HEAD:pyproject.toml")


def test_the_same_pin_on_both_sides_is_no_conflict(catalog, pilot):
    before = dependencies(pilot)
    release(catalog, RANGES["pandas"], '"pandas==2.3.3"')
    assert upgrade(pilot, "--commit").code == 0
    assert dependencies(pilot) == before


def test_it_is_kept_by_a_version_after_the_conflict_was_settled(catalog, pilot):
    release(catalog, RANGES["pandas"], '"pandas>=3,<4"')
    pinned = dependencies(pilot)
    assert upgrade(pilot).code == 1
    edit(pilot, {"pyproject.toml": pinned})
    release(catalog, RANGES["click"], '"click>=8.4,<9"', "v3.0.0")
    done = upgrade(pilot, "--commit")
    assert done.code == 0, done.err
    assert dependencies(pilot) == replaced(pinned, RANGES["click"], '"click>=8.4,<9"')
