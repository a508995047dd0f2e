import os

import pytest

from pilotline.errors import GitError
from pilotline.git import commands as git
from pilotline.git.contents import list_tree, read_blobs
from pilotline.git.remotes import list_remote_refs
from pilotline.git.revisions import list_tags, resolve_commit
from tests.helpers import build_file_tree, commit_all


@pytest.fixture
def repository(tmp_path):
    build_file_tree(tmp_path, {"ü.txt": "one\n", "run.sh": "#!/bin/sh\n", "empty": "", "bin": b"\0\n\xff"})
    (tmp_path / "run.sh").chmod(0o755)
    commit_all(tmp_path, "first", tag="v1.0.0")
    return tmp_path


def test_a_commit_is_read_whole_with_two_processes(repository):
    commit = resolve_commit(repository, "v1.0.0")
    assert commit is not None
    entries = list_tree(repository, commit)
    contents = read_blobs(repository, [entry.object_id for entry in entries])

    read = {entry.path: (entry.mode, content) for entry, content in zip(entries, contents, strict=True)}

    assert read == {
        "bin": ("100644", b"\0\n\xff"),
        "empty": ("100644", b""),
        "run.sh": ("100755", b"#!/bin/sh\n"),
        "ü.txt": ("100644", b"one\n"),
    }


@pytest.mark.parametrize("revision", ["--upload-pack=touch x", "v9", "", "a\nHEAD", "HEAD:ü.txt", "-h"])
def test_what_is_no_commit_is_never_read_as_an_option(repository, revision):
    assert resolve_commit(repository, revision) is None


def test_a_protocol_that_runs_commands_is_refused(tmp_path):
    with pytest.raises(GitError):
        list_remote_refs("ext::sh -c 'touch pwned'", tmp_path)
    assert not (tmp_path / "pwned").exists()


def test_an_inherited_git_dir_does_not_redirect_git(repository, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("GIT_DIR", str(elsewhere))

    assert list_tags(repository) == ("v1.0.0",)


def test_only_a_call_that_may_notes_in_the_index_what_it_saw(repository):
    index = repository / ".git/index"
    os.utime(repository / "empty", (1, 1))
    before = index.read_bytes()
    git.run_git(["status"], repository)
    assert index.read_bytes() == before
    git.run_git_refreshing(["status"], repository)
    assert index.read_bytes() != before


def test_objects_are_borrowed_for_one_call(repository, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    git.run_git(["init", "--quiet", "."], other)
    command = ["cat-file", "-t", str(resolve_commit(repository, "HEAD"))]
    assert git.run_git_borrowing(str(repository / ".git/objects"), command, other) == b"commit\n"
    with pytest.raises(GitError):
        git.run_git(command, other)


def test_the_top_of_a_work_tree_is_known_without_git(repository):
    build_file_tree(repository, {"below/a.txt": "", "bare/.git/HEAD": "ref: refs/heads/main\n"})
    assert git.is_work_tree_top(repository)
    assert not any(git.is_work_tree_top(repository / name) for name in ("below", "bare"))


def test_git_s_own_reason_is_passed_on(tmp_path):
    with pytest.raises(GitError, match="git log failed: not a git repository"):
        git.run_git(["log"], tmp_path)


def test_a_missing_git_is_said_with_the_next_step(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="Git was not found") as raised:
        git.run_git(["status"], tmp_path)
    assert "Install git" in raised.value.hint


def test_a_user_without_a_name_has_no_identity(repository, monkeypatch):
    assert not git.has_identity(repository)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "A")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "a@example.org")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "A")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "a@example.org")
    assert git.has_identity(repository)


def test_a_folder_that_the_work_tree_ignores_is_not_part_of_it(repository):
    build_file_tree(repository, {".gitignore": "ignored/\n"})

    assert git.work_tree_above(repository / "new" / "pilot") == repository
    assert git.work_tree_above(repository / "ignored" / "pilot") is None
