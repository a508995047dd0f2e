"""Whatever state a pilot's repository is in: the upgrade is handled exactly, or refused with one clear sentence."""

import os
import subprocess

import pytest

from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git
from tests.upgrade.helpers import edit, make_pilot, numbered, state, upgrade

ONE = {"a.txt": numbered(), "sub/b.txt": numbered(), "sub/deep/c.txt": "c\n"}
TWO = {"a.txt": numbered(n2="two"), "sub/b.txt": numbered(n2="two"), "sub/deep/c.txt": "c\n", "new/d.txt": "new\n"}


@pytest.fixture
def pilot(tmp_path):
    pilot = make_pilot(tmp_path, ONE, TWO)
    edit(pilot, {"a.txt": numbered(n20="ours")})
    return pilot


def assert_upgraded(pilot):
    assert (pilot / "a.txt").read_text() == numbered(n2="two", n20="ours")
    assert (pilot / "new/d.txt").read_text() == "new\n"
    assert git(pilot, "status", "--porcelain") == ""
    assert git(pilot, "log", "-1", "--format=%s") == "Upgrade from v1.0.0 to v2.0.0"


def test_a_detached_head_moves_alone(pilot):
    branch = git(pilot, "rev-parse", "main")
    git(pilot, "checkout", "--quiet", "--detach")
    assert upgrade(pilot, "--commit").code == 0
    assert_upgraded(pilot)
    assert git(pilot, "rev-parse", "main") == branch


def test_a_shallow_clone_is_upgraded(pilot, tmp_path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{pilot}", str(clone))
    assert upgrade(clone, "--commit").code == 0
    assert_upgraded(clone)
    assert git(clone, "fsck", "--no-dangling") == ""


def clone_partially(pilot, clone, *more):
    git(pilot, "config", "uploadpack.allowFilter", "true")
    git(pilot, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(pilot.parent, "clone", "--quiet", "--filter=blob:none", *more, f"file://{pilot}", str(clone))


def test_a_partial_clone_is_upgraded_where_its_files_are_here(pilot, tmp_path):
    clone_partially(pilot, tmp_path / "clone")
    assert upgrade(tmp_path / "clone", "--commit").code == 0
    assert_upgraded(tmp_path / "clone")


def test_a_partial_clone_without_its_files_is_refused(pilot, tmp_path):
    clone = tmp_path / "clone"
    clone_partially(pilot, clone, "--sparse")
    before = state(clone)
    run = upgrade(clone)
    assert (run.code, "2 files of this partial clone have not been fetched" in run.err) == (2, True), run.err
    assert state(clone) == before
    git(clone, "sparse-checkout", "disable")
    assert upgrade(clone, "--commit").code == 0
    assert_upgraded(clone)


def test_submodules_are_left_alone(pilot, tmp_path):
    other = build_file_tree(tmp_path / "other", {"x.txt": "x\n"})
    commit_all(other, "other")
    git(pilot, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "vendor/other")
    commit_all(pilot, "a submodule")
    entry = git(pilot, "ls-files", "-s", "vendor/other")
    git(pilot, "config", "submodule.recurse", "true")
    assert upgrade(pilot).code == 0
    assert upgrade(pilot, "--abort").code == 0
    assert git(pilot, "status", "--porcelain") == ""
    assert upgrade(pilot, "--commit").code == 0
    assert_upgraded(pilot)
    assert git(pilot, "ls-files", "-s", "vendor/other") == entry
    assert (pilot / "vendor/other/x.txt").read_text() == "x\n"


def test_a_submodule_where_a_file_would_arrive_is_a_conflict_or_refused(pilot, tmp_path):
    other = build_file_tree(tmp_path / "other", {"x.txt": "x\n"})
    commit_all(other, "other")
    git(pilot, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "new")
    commit_all(pilot, "a submodule")
    before = files_below(pilot)
    run = upgrade(pilot)
    assert run.code in {1, 2}
    assert "new" in run.out + run.err
    upgrade(pilot, "--abort")
    assert files_below(pilot) == before


def test_a_linked_work_tree_has_its_own_journal(pilot, tmp_path):
    linked = tmp_path / "linked"
    git(pilot, "worktree", "add", "--quiet", "-b", "side", str(linked))
    before = state(pilot)[0:3:2], files_below(pilot)
    assert upgrade(linked).code == 0
    assert "not finished" in upgrade(linked).err
    assert upgrade(linked, "--abort").code == 0
    assert git(linked, "status", "--porcelain") == ""
    assert upgrade(linked, "--commit").code == 0
    assert_upgraded(linked)
    assert (state(pilot)[0:3:2], files_below(pilot)) == before


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
def test_a_sparse_checkout_stays_sparse(pilot, cone):
    git(pilot, "sparse-checkout", "set", cone, "new" if cone == "--cone" else "/*\n!/sub/")
    if cone == "--no-cone":
        git(pilot, "sparse-checkout", "set", cone, "/*", "!/sub/")
    assert not (pilot / "sub").exists()
    assert upgrade(pilot).code == 0
    assert upgrade(pilot, "--abort").code == 0
    assert git(pilot, "status", "--porcelain") == ""
    assert not (pilot / "sub").exists()
    assert upgrade(pilot, "--commit").code == 0
    assert_upgraded(pilot)
    assert not (pilot / "sub").exists()
    assert "line 2\n" not in git(pilot, "show", "HEAD:sub/b.txt")


def test_a_conflict_outside_of_a_sparse_checkout_is_refused(pilot):
    edit(pilot, {"sub/b.txt": numbered(n2="ours")})
    git(pilot, "sparse-checkout", "set", "--cone", "new")
    before = state(pilot)
    run = upgrade(pilot)
    assert (run.code, "this sparse checkout leaves out: sub/b.txt" in run.err) == (2, True), run.out + run.err
    assert state(pilot)[:3] == before[:3]
    git(pilot, "sparse-checkout", "disable")
    assert upgrade(pilot).code == 1


@pytest.mark.parametrize(
    ("command", "meaning"),
    [
        (["merge", "other"], "a merge"),
        (["rebase", "other"], "a rebase"),
        (["cherry-pick", "other"], "a cherry-pick"),
        (["revert", "--no-edit", "HEAD~1"], "a revert"),
        (["bisect", "start"], "a bisect"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_in_the_middle_of_something_it_is_refused(pilot, command, meaning):
    git(pilot, "checkout", "--quiet", "-b", "other", "HEAD~1")
    edit(pilot, {"a.txt": numbered(n20="other")})
    git(pilot, "checkout", "--quiet", "main")
    edit(pilot, {"a.txt": numbered(n20="and more")})
    edit(pilot, {"a.txt": numbered(n20="and again")})
    subprocess.run(["git", *command], cwd=pilot, env={**os.environ, **IDENTITY}, capture_output=True, check=False)
    before = state(pilot)
    run = upgrade(pilot)
    assert (run.code, f"in the middle of {meaning}" in run.err) == (2, True), run.err
    assert state(pilot) == before


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        ({"new/d.txt": "mine\n"}, "new/d.txt"),
        ({"new/d.txt/inside.txt": "mine\n"}, "new/d.txt"),
        ({"new": "a file where a folder would come\n"}, "  - new\n"),
    ],
    ids=["file", "folder at its place", "file at its folder's place"],
)
@pytest.mark.parametrize("ignored", [False, True], ids=["untracked", "ignored"])
def test_what_is_untracked_is_never_overwritten(pilot, made, shown, ignored):
    build_file_tree(pilot, {**made, **({".git/info/exclude": "new\n"} if ignored else {})})
    before = state(pilot)
    run = upgrade(pilot)
    assert (run.code, shown in run.err) == (2, True), run.err
    assert state(pilot) == before


def test_an_untracked_link_never_leads_a_file_out(pilot, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (pilot / "new").symlink_to(outside)
    run = upgrade(pilot)
    assert (run.code, "  - new" in run.err) == (2, True), run.err
    assert list(outside.iterdir()) == []


def test_an_untracked_file_in_a_folder_that_becomes_a_file(tmp_path):
    pilot = make_pilot(tmp_path, {"x/a.txt": "a\n"}, {"x": "now a file\n"})
    build_file_tree(pilot, {"x/mine.txt": "mine\n"})
    before = state(pilot)
    run = upgrade(pilot)
    assert (run.code, "  - x/mine.txt" in run.err) == (2, True), run.err
    assert state(pilot) == before
    (pilot / "x/mine.txt").unlink()
    assert upgrade(pilot, "--commit").code == 0
    assert (pilot / "x").read_text() == "now a file\n"


def test_a_branch_is_written_beside_uncommitted_work(pilot):
    build_file_tree(pilot, {"a.txt": "not committed\n", "new/d.txt": "untracked\n"})
    before = files_below(pilot), git(pilot, "status", "--porcelain")
    assert upgrade(pilot, "--branch", "catalog-two").code == 0
    assert (files_below(pilot), git(pilot, "status", "--porcelain")) == before
    assert git(pilot, "show", "catalog-two:new/d.txt") == "new"


@pytest.mark.parametrize("name", ["-x", "a..b", "", "HEAD", "main"])
def test_a_branch_that_cannot_be_made_is_refused(pilot, name):
    before = state(pilot)
    assert upgrade(pilot, f"--branch={name}").code == 2
    assert state(pilot) == before


def test_without_a_repository_or_a_commit_one_sentence_says_so(tmp_path):
    answers = {".copier-answers.yml": "_src_path: x\n_commit: v1\n"}
    folder = build_file_tree(tmp_path / "plain", answers)
    assert "is not in a git repository" in upgrade(folder).err
    git(folder, "init", "--quiet")
    assert "has no commit yet" in upgrade(folder).err
    commit_all(build_file_tree(folder, {"x": "x"}), "x")
    git(folder, "rm", "--quiet", "--cached", ".copier-answers.yml")
    git(folder, "commit", "--quiet", "--message", "without")
    assert ".copier-answers.yml is not committed" in upgrade(folder).err


def test_a_damaged_repository_is_not_taken_for_one_without_a_commit(pilot):
    for stored in (pilot / ".git/objects").rglob("*"):
        if stored.is_file():
            stored.chmod(0o600)
            stored.write_bytes(b"damaged")
    assert "is damaged" in upgrade(pilot).err
