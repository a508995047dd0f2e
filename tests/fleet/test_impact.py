"""What a catalog that is not released yet would do is what its upgrade then does."""

import datetime as dt
import itertools
import json
import shutil

import pytest

from pilotline.catalog.catalogs import Catalogs
from pilotline.catalog.versions import parse_version
from pilotline.errors import CatalogError
from pilotline.fleet.impact import Limits, count_outcomes, exceeded, find_impact
from pilotline.fleet.unreleased import open_unreleased
from tests.helpers import build_file_tree, commit_all, git, pilotline
from tests.upgrade.helpers import edit, make_pilot, numbered, release, state, upgrade

TODAY = dt.date(2026, 11, 30)
ONE = {"owned.txt": numbered(), "quiet.txt": "quiet\n"}
TWO = {**ONE, "owned.txt": numbered(n0="two")}
STRICT = "_exclude: [copier.yml]\nname: {type: str, default: ada, validator: '{% if name == \"eve\" %}no{% endif %}'}\n"
NEXT = {**TWO, "copier.yml": STRICT, "owned.txt": numbered(n0="two", n3="next"), "new.txt": "new\n"}


@pytest.fixture
def fleet(tmp_path):
    """Pilots of v1.0.0 beside their catalog, in whose folder lies what is not released yet."""
    first = make_pilot(tmp_path, ONE, TWO)
    folders = {"clean": first}
    for name in ("merged", "conflict", "refused", "renamed"):
        folders[name] = shutil.copytree(first, tmp_path / name)
    edit(folders["merged"], {"owned.txt": numbered(n20="ours")})
    edit(folders["conflict"], {"owned.txt": numbered(n3="ours")})
    assert pilotline("answers", "-d", "name=eve", "--commit", cwd=folders["refused"]).code == 0
    git(folders["renamed"], "mv", "owned.txt", "ours.txt")
    edit(folders["renamed"], {"ours.txt": numbered(n20="ours")})
    folders["error"] = tmp_path / "gone"
    build_file_tree(tmp_path / "catalog", NEXT)
    return folders


def look(tmp_path, folders, **options):
    catalog = open_unreleased(tmp_path / "catalog", Catalogs())
    return {each.folder: each for each in find_impact(catalog, folders, TODAY, **options)}


def test_each_pilot_is_told_what_would_happen(fleet, tmp_path):
    before = {name: state(folder) for name, folder in fleet.items() if folder.exists()}
    found = look(tmp_path, fleet.values())
    outcomes = {name: found[folder].outcome for name, folder in fleet.items()}
    assert outcomes == {
        "clean": "clean", "merged": "merged", "conflict": "conflict", "refused": "refused", "renamed": "merged",
        "error": "error",
    }  # fmt: skip
    assert {name: state(folder) for name, folder in fleet.items() if folder.exists()} == before
    conflict = found[fleet["conflict"]].plan
    assert conflict is not None
    assert conflict.new.version == "v2.0.0+changes"
    assert {path: [str(each) for each in lines] for path, lines in conflict.lines.items()} == {"owned.txt": ["4"]}
    refused = found[fleet["refused"]].plan
    assert refused is not None
    assert "name" in str(refused.problems[0])
    assert "no folder" in found[fleet["error"]].message or "no pilot" in found[fleet["error"]].message


def test_it_is_what_the_release_then_does(fleet, tmp_path):
    foreseen = look(tmp_path, fleet.values())
    release(tmp_path / "catalog", NEXT, "v3.0.0")
    for name in ("clean", "merged", "conflict", "renamed"):
        done = json.loads(upgrade(fleet[name], "--json").out)
        plan = foreseen[fleet[name]].plan
        assert plan is not None
        assert [(c.kind, c.path) for c in plan.changes] == [(c["kind"], c["path"]) for c in done["changes"]]
        assert list(plan.conflicts) == done["conflicts"]
        assert list(plan.merged) == done["merged"]


def test_commits_since_the_release_stand_behind_a_conflict(fleet, tmp_path):
    commit_all(tmp_path / "catalog", "Say it better")
    plan = look(tmp_path, [fleet["conflict"]])[fleet["conflict"]].plan
    assert plan is not None
    assert plan.new.version is not None
    assert plan.new.version.startswith("v2.0.0.post1+g")
    assert "Say it better" in [commit.subject for commit in plan.causes[0].commits]


def test_what_is_not_released_has_a_version_after_the_newest_one(tmp_path):
    """One that is none would cost every pilot its level, which asks for a version (TPL001)."""
    folder, found = build_file_tree(tmp_path / "catalog", ONE), []
    commit_all(folder, "one")
    for what in ("no tag", "tag", "changed", "committed", "changed again"):
        if what == "tag":
            git(folder, "tag", "v1.2.0")
        elif what == "committed":
            commit_all(folder, "two")
        elif what.startswith("changed"):
            build_file_tree(folder, {"quiet.txt": f"{what}\n"})
        found.append(parse_version(str(open_unreleased(folder, Catalogs()).snapshot.identity.version)))
    versions = [version for version in found if version is not None]
    assert len(set(versions)) == len(found)
    assert versions == sorted(versions)


def test_a_commit_without_a_tag_is_no_version_however_its_name_looks(tmp_path):
    folder = build_file_tree(tmp_path / "catalog", ONE)
    commit_all(folder, "one")
    name, numbers = "none", itertools.count()
    while parse_version(name) is None:  # about one name in ten looks like one
        git(folder, "commit", "--quiet", "--amend", "-m", f"number {next(numbers)}")
        name = git(folder, "describe", "--always")
    assert open_unreleased(folder, Catalogs()).snapshot.identity.version == f"v0.dev0+g{name}"


@pytest.mark.usefixtures("fleet")
def test_a_pilot_of_another_catalog_is_not_measured_by_this_one(tmp_path):
    other = tmp_path / "other"
    release(other, ONE, "v1.0.0")
    stranger = tmp_path / "stranger"
    assert pilotline("new", stranger, "--defaults", "--catalog", other).code == 0
    found = look(tmp_path, [stranger])[stranger]
    assert found.outcome == "error"
    assert f"not from this catalog. If that is this one: --source {other}" in found.message
    catalog = open_unreleased(tmp_path / "catalog", Catalogs(), [str(other)])
    assert [each.outcome for each in find_impact(catalog, [stranger], TODAY)] == ["clean"]


def test_a_pilot_may_know_the_catalog_by_an_address_of_its_repository(fleet, tmp_path):
    answers = fleet["clean"] / ".copier-answers.yml"
    text = answers.read_text().replace(str(tmp_path / "catalog"), "https://user@git.example.org/coe/catalog.git")
    edit(fleet["clean"], {".copier-answers.yml": text})
    git(tmp_path / "catalog", "remote", "add", "origin", "https://git.example.org/coe/catalog")
    found = look(tmp_path, [fleet["clean"]])[fleet["clean"]]
    assert found.outcome == "clean"
    assert found.plan is not None
    assert ".copier-answers.yml" in {change.path for change in found.plan.changes}


def test_a_pilot_without_a_version_is_taken_from_the_one_that_is_named(fleet, tmp_path):
    edit(fleet["clean"], {".copier-answers.yml": f"_src_path: {tmp_path / 'catalog'}\nname: ada\n"})
    assert look(tmp_path, [fleet["clean"]])[fleet["clean"]].outcome == "error"
    found = look(tmp_path, [fleet["clean"]], base="v1.0.0")[fleet["clean"]]
    assert found.plan is not None, found.message
    assert "new.txt" in {change.path for change in found.plan.changes}


def test_nothing_but_the_version_is_no_change(fleet, tmp_path):
    release(tmp_path / "catalog", {**TWO, "more.txt": "more\n"}, "v2.1.0")
    text = (tmp_path / "catalog/copier.yml").read_text()
    build_file_tree(tmp_path / "catalog", {"copier.yml": f"# A remark.\n{text}"})
    assert pilotline("upgrade", "--commit", cwd=fleet["clean"]).code == 0
    assert look(tmp_path, [fleet["clean"]])[fleet["clean"]].outcome == "unchanged"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(), 0),
        (Limits(conflicts=1, refused=1, errors=1), 0),
        (Limits(conflicts=0), 1),
        (Limits(conflicts=0.16), 1),
        (Limits(conflicts=0.17, refused=0.1, errors=0), 2),
    ],
)
def test_limits_are_numbers_or_shares(fleet, tmp_path, limits, said):
    counts = count_outcomes(look(tmp_path, fleet.values(), checks=False).values())
    assert counts == {"unchanged": 0, "clean": 1, "merged": 2, "conflict": 1, "refused": 1, "error": 1}
    assert len(exceeded(counts, limits)) == said


@pytest.mark.parametrize("what", ["no repository", "no commit", "a link"])
def test_what_is_no_catalogs_repository_is_refused(tmp_path, what):
    folder = build_file_tree(tmp_path / "catalog", ONE)
    if what != "no repository":
        git(folder, "init", "--quiet")
    if what == "a link":
        (folder / "link").symlink_to("owned.txt")
        commit_all(folder, "with a link")
    with pytest.raises(CatalogError):
        open_unreleased(folder, Catalogs())
