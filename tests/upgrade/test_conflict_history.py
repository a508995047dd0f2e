"""A conflict names the catalog's commits that caused it, where the catalog's history is at hand."""

import json
import re

import pytest

from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline
from tests.upgrade.helpers import PLAIN, edit, numbered, upgrade

TEMPLATE = "{{ name }}.txt.jinja"
TITLE = "The catalog's commits behind them"


def commit(catalog, message, files, tag=""):
    build_file_tree(catalog, files)
    commit_all(catalog, message, tag=tag)


def new_pilot(folder, reference, *arguments):
    made = pilotline("new", folder, "--defaults", "--catalog", reference, *arguments, environment=IDENTITY)
    assert made.code == 0, made.err
    return folder


@pytest.fixture
def catalog(tmp_path):
    """A catalog whose second version conflicts with whoever changed line 2, after commits about other files, too."""
    folder = tmp_path / "catalog"
    commit(folder, "Begin", {**PLAIN, TEMPLATE: numbered(), "other.txt": numbered()}, "v1.0.0")
    commit(folder, "Count in words", {TEMPLATE: numbered(n2="two")})
    commit(folder, "Speak of something else", {"other.txt": numbered(n2="two")})
    commit(folder, "Say \x1b[31mZWEI\x01 in \u201eGerman\u201c", {TEMPLATE: numbered(n2="zwei")}, "v2.0.0")
    return folder


@pytest.fixture
def pilot(tmp_path, catalog):
    folder = new_pilot(tmp_path / "pilot", f"{catalog}@v1.0.0")
    edit(folder, {"ada.txt": numbered(n2="ours")})
    return folder


def causes(pilot, *arguments):
    """Give the subjects by path, as a plan for machines tells them."""
    run = upgrade(pilot, "--plan", "--json", *arguments)
    assert run.code == 1, run.err
    return {
        cause["path"]: [commit["subject"] for commit in cause["commits"]] for cause in json.loads(run.out)["causes"]
    }


def test_a_conflict_names_the_commits_that_touched_its_template(pilot, catalog):
    run = upgrade(pilot, "--plan", "--json")
    newest, oldest = git(catalog, "log", "--format=%h %cs", "--", TEMPLATE).splitlines()[:2]
    (cause,) = json.loads(run.out)["causes"]
    assert (cause["path"], cause["more"]) == ("ada.txt", 0)
    assert [f"{commit['commit']} {commit['date']}" for commit in cause["commits"]] == [newest, oldest]

    planned, done = upgrade(pilot, "--plan").out, upgrade(pilot).out
    for text in (planned, done):
        shown = text.partition(f"{TITLE}\n")[2].splitlines()[:3]
        assert shown == [
            "  ada.txt", f"    {newest} Say  [31mZWEI  in \u201eGerman\u201c", f"    {oldest} Count in words",
        ]  # fmt: skip
    assert "\x1b" not in planned


def test_at_most_three_are_listed_the_newest_first(pilot, catalog):
    for number in range(3, 6):
        commit(catalog, f"Change {number}", {TEMPLATE: numbered(n2=f"number {number}")}, f"v{number}.0.0")
    assert causes(pilot) == {"ada.txt": ["Change 5", "Change 4", "Change 3"]}
    assert "\n    and 2 more\n" in upgrade(pilot, "--plan").out


def test_only_the_commits_on_the_way_are_named(pilot, catalog):
    commit(catalog, "Later", {TEMPLATE: numbered(n2="later")}, "v3.0.0")
    assert causes(pilot, "--to", "v2.0.0")["ada.txt"][-1] == "Count in words"
    git(pilot, "reset", "--hard", "--quiet", "HEAD~1")
    assert upgrade(pilot, "--to", "v2.0.0", "--commit").code == 0
    edit(pilot, {"ada.txt": numbered(n2="ours")})
    assert causes(pilot) == {"ada.txt": ["Later"]}


def test_a_template_that_the_catalog_renamed_has_both_its_names(pilot, catalog):
    git(catalog, "mv", TEMPLATE, "{{ name }}_numbers.txt.jinja")
    commit(catalog, "Rename it", {}, "v3.0.0")
    found = causes(pilot)
    assert [subjects[0] for subjects in found.values()] == ["Rename it"]
    assert "Count in words" in next(iter(found.values()))


def test_a_file_that_the_team_renamed_is_known_by_what_it_was(pilot):
    git(pilot, "reset", "--hard", "--quiet", "HEAD~1")
    git(pilot, "mv", "ada.txt", "ours.txt")
    edit(pilot, {"ours.txt": numbered(n2="ours")})
    assert len(causes(pilot)["ours.txt"]) == 2


def test_a_pilot_in_a_subfolder_has_them_too(pilot, tmp_path):
    together = tmp_path / "together"
    together.mkdir()
    pilot.rename(together / "pilot")
    git(together / "pilot", "reset", "--hard", "--quiet")
    git(together, "init", "--quiet")
    (together / "pilot" / ".git").rename(tmp_path / "old.git")
    commit_all(together, "Together")
    assert list(causes(together / "pilot")) == ["ada.txt"]


def test_a_clean_upgrade_has_none(pilot):
    git(pilot, "reset", "--hard", "--quiet", "HEAD~1")
    run = upgrade(pilot, "--plan", "--json")
    assert (run.code, json.loads(run.out)["causes"]) == (0, [])
    assert TITLE not in upgrade(pilot, "--plan").out


@pytest.mark.parametrize(("history", "count"), [(False, 0), (True, 2)], ids=["tags alone", "with history"])
def test_a_cached_repository_names_them_when_it_has_the_history(tmp_path, catalog, history, count):
    environment = {"PILOTLINE_CACHE": str(tmp_path / "cache")}
    url = f"file://{catalog}"
    if history:
        found = pilotline("new", tmp_path / "x", "--defaults", "--catalog", f"{url}@main",
                          environment={**IDENTITY, **environment})  # fmt: skip
        assert found.code == 0, found.err
    made = pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", f"{url}@v1.0.0",
                     environment={**IDENTITY, **environment})  # fmt: skip
    assert made.code == 0, made.err
    edit(tmp_path / "pilot", {"ada.txt": numbered(n2="ours")})
    run = upgrade(tmp_path / "pilot", "--plan", "--json", **environment)
    assert run.code == 1, run.err
    assert sum(len(cause["commits"]) for cause in json.loads(run.out)["causes"]) == count
    assert (TITLE in upgrade(tmp_path / "pilot", "--plan", **environment).out) == history


def test_a_shallow_clone_blames_no_commit_at_its_edge(tmp_path, catalog, pilot):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=2", "--branch=v2.0.0", f"file://{catalog}", str(clone))
    git(clone, "fetch", "--quiet", "--depth=1", "origin", "tag", "v1.0.0")
    catalog.rename(tmp_path / "away")
    clone.rename(catalog)
    run = upgrade(pilot, "--plan", "--json")
    assert (run.code, json.loads(run.out)["causes"]) == (1, [])


def test_paths_with_quotes_and_line_breaks_are_found(tmp_path):
    catalog, name = tmp_path / "catalog", 'od"d ü\nname.txt'
    commit(catalog, "Begin", {**PLAIN, name: numbered(), TEMPLATE: numbered()}, "v1.0.0")
    commit(catalog, "Both", {name: numbered(n2="two"), TEMPLATE: numbered(n2="two")}, "v2.0.0")
    folder = new_pilot(tmp_path / "pilot", f"{catalog}@v1.0.0")
    edit(folder, {name: numbered(n2="ours"), "ada.txt": numbered(n2="ours")})
    assert causes(folder) == {name: ["Both"], "ada.txt": ["Both"]}
    assert re.search(r"ada\.txt\n    [0-9a-f]{7,} \d{4}-\d\d-\d\d Both\n", upgrade(folder, "--plan").out)
