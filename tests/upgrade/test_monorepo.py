"""Several pilots in one repository: what lies in another's folder is no business of a move, but the index is."""

import json
import shutil
from pathlib import Path

import pytest

from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline
from tests.upgrade.helpers import numbered, release, upgrade
from tests.upgrade.test_crash import everything, upgrade_killed

FILES = {"a.txt": numbered(), "clash.txt": "one\n"}
BETTER = {"a.txt": numbered(n2="two"), "clash.txt": "two\n", "new.txt": "new\n"}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Make a repository with two pilots of one catalog, one of which will conflict, and with a file of its own."""
    folder = tmp_path_factory.mktemp("monorepo")
    release(folder / "catalog", FILES, "v1.0.0")
    release(folder / "catalog", BETTER, "v2.0.0")
    repository = build_file_tree(folder / "repository", {"README.md": "ours\n"})
    commit_all(repository, "a repository")
    for name in ("one", "two"):
        made = pilotline(
            "new", repository / name, "--defaults", "--catalog", f"{folder / 'catalog'}@v1.0.0", environment=IDENTITY
        )
        assert made.code == 0, made.err
    build_file_tree(repository, {"two/clash.txt": "of the team\n"})
    commit_all(repository, "two pilots")
    return repository


@pytest.fixture
def repository(original, tmp_path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "repository", symlinks=True))


def is_upgraded(pilot: Path) -> bool:
    return (pilot / "a.txt").read_text() == numbered(n2="two") and (pilot / "new.txt").read_text() == "new\n"


@pytest.mark.parametrize(
    "arguments", [("upgrade", "--commit"), ("answers", "-d", "name=eve", "--commit")], ids=lambda a: a[0]
)
def test_what_is_changed_elsewhere_stops_no_move(repository, arguments):
    build_file_tree(repository, {"two/a.txt": "in the middle of it\n", "README.md": "better\n", "two/notes.txt": "x\n"})
    (repository / "two/clash.txt").unlink()
    before = git(repository, "status", "--porcelain")
    done = pilotline(*arguments, cwd=repository / "one", environment=IDENTITY)
    assert done.code == 0, done.err
    assert git(repository, "status", "--porcelain") == before
    assert (repository / "two/a.txt").read_text() == "in the middle of it\n"
    assert git(repository, "diff", "--name-only", "HEAD~1", "HEAD").splitlines()[0].startswith("one/")


@pytest.mark.parametrize(
    ("path", "staged"),
    [("one/a.txt", False), ("one/a.txt", True), ("two/a.txt", True), ("README.md", True)],
    ids=["in its folder", "in its folder, staged", "in another's, staged", "at the top, staged"],
)
def test_its_own_folder_and_the_index_have_to_be_clean(repository, path, staged):
    build_file_tree(repository, {path: "changed\n"})
    if staged:
        git(repository, "add", path)
    before = everything(repository)
    run = upgrade(repository / "one", "--commit")
    assert (run.code, f"1 uncommitted change: {path}" in run.err) == (2, True), run.err
    assert everything(repository) == before


def test_an_unfinished_upgrade_of_another_pilot_waits_beside_this_one(repository):
    assert upgrade(repository / "one").code == 0
    waiting = git(repository, "diff", "--cached")
    done = upgrade(repository / "two", "--commit", "-d", "name=eve", "--to", "v1.0.0")
    assert done.code == 0, done.err
    assert git(repository, "diff", "--cached") == waiting, "it is still staged, and nothing of it was committed"
    assert git(repository, "show", "--stat", "--format=", "--name-only", "HEAD").splitlines() == [
        "two/.copier-answers.yml"
    ]
    assert "not finished here" in upgrade(repository / "one").err

    undone = upgrade(repository / "one", "--abort")

    assert undone.code == 0, undone.err
    assert git(repository, "status", "--porcelain") == ""
    assert (repository / "one/a.txt").read_text() == FILES["a.txt"]
    assert upgrade(repository / "one", "--commit").code == 0


def test_two_wait_side_by_side_and_each_goes_back_alone(repository):
    for pilot in ("one", "two"):
        assert upgrade(repository / pilot, "-d", "name=eve", "--to", "v1.0.0").code == 0
    offered = (repository / ".git/MERGE_MSG").read_text()
    assert offered.count("Upgrade from v1.0.0 to v1.0.0") == 2, "git offers the messages of both"
    from_the_top = upgrade(repository, "--abort")
    assert (from_the_top.code, "in one/, two/" in from_the_top.err) == (2, True), from_the_top.err
    assert upgrade(repository / "one", "--abort").code == 0
    assert git(repository, "status", "--porcelain") == "M  two/.copier-answers.yml"
    assert (repository / ".git/MERGE_MSG").exists()
    assert upgrade(repository, "--abort").code == 0, "one alone is found from the top"
    assert not (repository / ".git/MERGE_MSG").exists()
    assert git(repository, "status", "--porcelain") == ""


def test_conflicts_of_another_pilot_are_named_because_git_cannot_write_beside_them(repository):
    assert upgrade(repository / "two").code == 1
    before = everything(repository)
    run = upgrade(repository / "one", "--commit")
    assert (run.code, "conflicts are not decided yet: two/clash.txt" in run.err) == (2, True), run.err
    assert everything(repository) == before
    assert upgrade(repository / "one", "--plan").code == 0
    (repository / "two/clash.txt").write_text("decided\n")
    git(repository, "add", "two/clash.txt")
    done = upgrade(repository / "one", "--commit")
    assert done.code == 0, done.err
    assert is_upgraded(repository / "one")
    assert upgrade(repository / "two", "--abort").code == 0
    assert (repository / "two/clash.txt").read_text() == "of the team\n"


def test_a_commit_of_something_else_leaves_the_way_back(repository):
    assert upgrade(repository / "one").code == 0
    build_file_tree(repository, {"README.md": "better\n"})
    git(repository, "commit", "--quiet", "--message", "something else", "--only", "README.md")
    assert upgrade(repository / "one", "--abort").code == 0
    assert git(repository, "status", "--porcelain") == ""
    assert (repository / "README.md").read_text() == "better\n"


@pytest.mark.parametrize("step", ["after read-tree", "after update-ref"])
def test_a_move_that_is_killed_is_undone_from_either_folder_and_the_other_s_work_stays(repository, tmp_path, step):
    build_file_tree(repository, {"two/a.txt": "in the middle of it\n"})
    when, name = step.split()
    calls = upgrade_killed(
        shutil.copytree(repository, tmp_path / "count/r", symlinks=True) / "one", 0, "never", "--commit"
    )
    number = next(at for at, call in enumerate(calls, start=1) if f" {name} " in f" {call} ")
    assert upgrade(repository / "one", "--plan").code == 0
    upgrade_killed(repository / "one", number, when, "--commit")
    finished = step == "after update-ref"
    git(repository, "checkout", "--quiet", "two/a.txt")
    done = upgrade(repository / "two", "--commit", "-d", "name=eve", "--to", "v1.0.0")
    assert done.code == 0, done.err
    assert ("it is undone now" in done.err) is not finished
    assert is_upgraded(repository / "one") if finished else "new.txt" not in files_below(repository / "one")
    assert git(repository, "status", "--porcelain", "--untracked-files=no") == ""


def test_one_folder_s_journal_tells_whose_it_is(repository):
    assert upgrade(repository / "one").code == 0
    (journal,) = (repository / ".git").glob("pilotline-upgrade*.json")
    assert json.loads(journal.read_text())["prefix"] == "one/"
