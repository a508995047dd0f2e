"""A catalog of one's own pulls in what its origin improved, and keeps what its organisation made of it."""

import json

import pytest
import yaml

from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION
from pilotline.authoring.origin import ORIGIN_FILE, RecordedOrigin
from pilotline.catalog.loading import load_builtin
from pilotline.files.disk import write_tree
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline
from tests.linting.test_rules import BASE, DB, GOOD, plant

LINES = "".join(f"line {number}\n" for number in range(1, 31))
CODE = f"{BASE}code/main.py"
STEPS = "# v2.0.0\n\n## Added\n\n- A thing.\n\n## Manual steps\n\n1. Set the address.\n"
FIRST = {**GOOD, CODE: LINES, f"{DB}db.toml": "one = 1\n", "templates/_organisation/policies.yml": "theirs: 1\n"}
SECOND = {
    CODE: LINES.replace("line 25\n", "line 25, improved\n"),
    f"{DB}db.toml": "one = 2\n",
    f"{DB}more.toml": "new = 1\n",
    f"{BASE}page.md": "A new page.\n",
    "templates/_organisation/policies.yml": "theirs: 2\n",
    "templates/_organisation/checks.yml": "settings: {}\n",
    "upgrade_notes/v2.0.0.md": STEPS,
}


@pytest.fixture
def origin(tmp_path):
    """Give the catalog that ours began as, at its second version."""
    folder = plant(tmp_path / "origin", FIRST)
    commit_all(folder, "one", tag="v1.0.0")
    commit_all(build_file_tree(folder, SECOND), "Improve line 25", tag="v2.0.0")
    return folder


@pytest.fixture
def ours(tmp_path, origin):
    made = pilotline("catalog", "init", tmp_path / "ours", "--catalog", f"{origin}@v1.0.0", environment=IDENTITY)
    assert made.code == 0, made.err
    return tmp_path / "ours"


def upgrade(folder, *arguments):
    return pilotline("catalog", "upgrade", *arguments, cwd=folder, environment=IDENTITY)


def edit(folder, changes, message="Ours"):
    for path in [path for path, content in changes.items() if content is None]:
        git(folder, "rm", "--quiet", "-r", "--", path)
    commit_all(build_file_tree(folder, {p: c for p, c in changes.items() if c is not None}), message)


def test_what_nobody_touched_becomes_what_the_origin_has(ours, origin):
    done = upgrade(ours, "--commit")
    assert done.code == 0, done.err
    there, here = files_below(origin), files_below(ours)
    parts = {path for path in there if path.startswith(("templates/", "reference_architectures/", "copier.yml"))}
    differing = {path for path in parts if here.get(path) != there[path]}
    assert differing == {"templates/_organisation/policies.yml"}, "the organisation's own stays"
    assert "templates/_organisation/policies.yml" in done.out
    assert yaml.safe_load(here[ORIGIN_FILE])["version"] == "v2.0.0"
    assert git(ours, "status", "--porcelain") == ""
    again = upgrade(ours, "--commit")
    assert (again.code, again.out.splitlines()[0]) == (0, "Already at v2.0.0; nothing to do.")


def test_pilot_teams_are_told_because_they_never_see_the_origin_s_notes(ours):
    edit(ours, {"upgrade_notes/next.md": "Ours first.\n\n## Manual steps\n\n1. Call us.\n"})
    assert upgrade(ours, "--commit").code == 0
    notes = (ours / "upgrade_notes/next.md").read_text()
    assert notes == "Ours first.\n\n## Manual steps\n\n1. Call us.\n\n1. Set the address.\n"
    fragment = (ours / "changelog.d/origin-v2.0.0.changed.md").read_text()
    assert fragment == "The templates follow the catalog origin from v1.0.0 to v2.0.0.\n"


def test_edits_are_merged_and_a_plan_says_so_without_writing(ours):
    edit(ours, {CODE: LINES.replace("line 3\n", "line 3, ours\n")})
    before = files_below(ours), git(ours, "rev-parse", "HEAD")
    plan = json.loads(upgrade(ours, "--plan", "--json").out)
    assert (files_below(ours), git(ours, "rev-parse", "HEAD")) == before
    assert (plan["merged"], plan["conflicts"], plan["from"], plan["to"]) == ([CODE], [], "v1.0.0", "v2.0.0")
    assert upgrade(ours, "--commit").code == 0
    assert (ours / CODE).read_text() == LINES.replace("line 3\n", "line 3, ours\n").replace(
        "line 25\n", "line 25, improved\n"
    )


def test_a_layer_that_was_taken_out_gets_no_new_files_either(ours):
    edit(ours, {DB: None, f"{BASE}own.md": "Ours.\n"})
    done = upgrade(ours, "--commit")
    assert done.code == 0, done.err
    assert not [path for path in files_below(ours) if path.startswith(DB)]
    assert f"{DB}db.toml" in done.out, "what stays deleted is said"
    assert (ours / BASE / "page.md").exists()


def test_a_renamed_layer_is_followed(ours):
    new = DB.replace("layer.db", "layer.database")
    (ours / DB).rename(ours / new)
    commit_all(ours, "Call it a database")
    assert upgrade(ours, "--commit").code == 0
    here = files_below(ours)
    assert here[f"{new}db.toml"] == b"one = 2\n"
    assert here[f"{new}more.toml"] == b"new = 1\n"
    assert not [path for path in here if path.startswith(DB)]


def test_a_conflict_names_the_commits_on_both_sides_and_can_be_taken_back(ours):
    edit(ours, {CODE: LINES.replace("line 25\n", "line 25, ours\n")}, "Our own line 25")
    before = files_below(ours)
    done = upgrade(ours, "--commit")
    assert done.code == 1
    assert "Our own line 25" in done.out
    assert "Improve line 25" in done.out
    marked = (ours / CODE).read_text()
    assert "<<<<<<< catalog\nline 25, ours\n=======\nline 25, improved\n>>>>>>> origin-v2.0.0\n" in marked
    assert "`pilotline catalog upgrade --abort`" in done.out
    back = upgrade(ours, "--abort")
    assert (back.code, back.out) == (0, "Back at the last commit.\n")
    assert files_below(ours) == before


def test_a_catalog_that_records_nothing_is_told_what_it_began_as(tmp_path, origin):
    folder = plant(tmp_path / "ours", {**FIRST, CODE: LINES.replace("line 3\n", "line 3, ours\n")})
    commit_all(folder, "Ours")
    refused = upgrade(folder, "--plan")
    assert refused.code == 2
    assert "does not record what it began as" in refused.err
    done = upgrade(folder, "--from", "v1.0.0", "--catalog", origin, "--commit")
    assert done.code == 0, done.err
    assert "line 3, ours\n" in (folder / CODE).read_text()
    assert "line 25, improved\n" in (folder / CODE).read_text()
    assert yaml.safe_load((folder / ORIGIN_FILE).read_text())["source"] == str(origin)
    assert "records that it is at v2.0.0" in upgrade(folder, "--from", "v1.0.0", "--catalog", origin).err


@pytest.mark.parametrize(
    ("prepare", "arguments", "said"),
    [
        (lambda folder: (folder / CODE).write_text("dirty\n"), (), "1 uncommitted change"),
        (lambda folder: edit(folder, {ORIGIN_FILE: "source: [\n"}), (), "cannot be read as the record"),
        (lambda folder: edit(folder, {"copier.yml": None}), (), "it has no copier.yml"),
        (lambda _: None, ("--to", "v7"), "v7"),
        (lambda _: None, ("--catalog", "x"), "give --from VERSION, too"),
        (lambda _: None, ("--plan", "--commit"), "different ends"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(ours, prepare, arguments, said):
    prepare(ours)
    before = files_below(ours)
    done = upgrade(ours, *arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert files_below(ours) == before


def test_an_older_version_is_gone_back_to_only_by_name(ours, origin):
    git(origin, "tag", "v3.0.0rc1")
    assert upgrade(ours, "--to", "3.0.0rc1", "--commit").code == 0
    refused = upgrade(ours, "--commit")
    assert refused.code == 2
    assert "newer than the newest release here, v2.0.0" in refused.err
    assert upgrade(ours, "--to", "v2.0.0", "--plan").code == 0


def test_a_folder_of_another_repository_is_no_catalog(tmp_path):
    outer = tmp_path / "outer"
    (outer / "inner").mkdir(parents=True)
    build_file_tree(outer / "inner", {"copier.yml": "a: 1\n"})
    commit_all(outer, "one")
    assert "lies inside the repository" in upgrade(outer / "inner").err


@pytest.fixture
def begun(tmp_path):
    """Give a catalog as the first release of pilotline makes it."""
    first = load_builtin(CATALOG_SOURCE, "v0.1.0")
    line = f"pilotline @ git+{CATALOG_SOURCE}@v0.1.0"
    values = {"name": "ours", "pilotline": line, "version": "v1.0.0", "date": "2026-12-01", "origin": "v0.1.0"}
    recorded = RecordedOrigin(CATALOG_SOURCE, "v0.1.0", "v0.1.0", values)
    folder = tmp_path / "begun"
    folder.mkdir()
    write_tree(recorded.render(first), folder)
    commit_all(folder, "Start", tag="v1.0.0")
    return folder


def test_a_catalog_of_the_first_release_becomes_one_of_this_pilotline(begun, tmp_path):
    done = upgrade(begun, "--commit")
    assert done.code == 0, done.err
    fresh = tmp_path / "fresh"
    assert pilotline("catalog", "init", fresh, "--name", "ours", environment=IDENTITY).code == 0
    upgraded = files_below(begun)
    differing = {path for path, content in files_below(fresh).items() if upgraded.get(path) != content}
    assert differing <= {ORIGIN_FILE, "README.md", "CHANGELOG.md", "requirements.txt"} | {
        path for path in differing if path.startswith("templates/_organisation/")
    }
    requirements = (begun / "requirements.txt").read_text()
    assert f"pilotline @ git+{CATALOG_SOURCE}@{CATALOG_VERSION}\n" in requirements, "what its CI needs now"


def test_a_requirement_of_one_s_own_stays_and_is_named(begun):
    own = "pilotline @ https://wheels.example.org/pilotline-0.1.0-py3-none-any.whl"
    text = (begun / "requirements.txt").read_text()
    line = next(line for line in text.splitlines() if line.startswith("pilotline"))
    edit(begun, {"requirements.txt": text.replace(line, own)})
    done = upgrade(begun, "--commit")
    assert done.code == 0, done.err
    assert own in (begun / "requirements.txt").read_text()
    assert f"Let requirements.txt install pilotline {CATALOG_VERSION}." in done.out
