from pathlib import Path

import pytest

from pilotline.documents.harmless import one_line
from pilotline.readiness.view.files import read_files
from pilotline.readiness.view.git_history import GitHistory
from pilotline.readiness.view.origin import NoOrigin
from pilotline.readiness.view.pilot_view import find_root, open_pilot_view
from pilotline.rules.placeholders import is_placeholder
from tests.helpers import build_file_tree, commit_all, git
from tests.readiness.helpers import TODAY


def test_the_files_are_those_that_a_commit_of_everything_would_hold(tmp_path):
    build_file_tree(tmp_path, {"a.txt": "a", "gone.txt": "", ".gitignore": "secret\n"})
    commit_all(tmp_path, "one")
    build_file_tree(tmp_path, {"new/ü b.txt": "n", "secret": "x"})
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "link").symlink_to("/etc/passwd")

    files = read_files(tmp_path)

    assert set(files) == {"a.txt", ".gitignore", "new/ü b.txt"}
    assert (files["a.txt"], files.size("a.txt")) == (b"a", 1)


def test_without_git_what_is_never_committed_is_left_out(tmp_path):
    build_file_tree(tmp_path, {"a.txt": "a", ".venv/x": "", "src/__pycache__/y": "", "var/z": ""})
    assert set(read_files(tmp_path)) == {"a.txt"}


def test_a_pilot_below_the_top_sees_its_own_files_only(tmp_path):
    build_file_tree(
        tmp_path, {"other.txt": "", "pilots/one/pilot.yml": "stage: pilot\n", "pilots/one/src/a.py": "x = 1"}
    )
    commit_all(tmp_path, "one")
    root = find_root(tmp_path / "pilots/one/src")
    repo = open_pilot_view(root, TODAY, NoOrigin())

    assert root == tmp_path / "pilots/one"
    assert set(repo.files) == {"pilot.yml", "src/a.py"}
    assert repo.history.prefix == "pilots/one/"
    assert repo.modules == ("src/a.py",)
    (root / ".git").mkdir()
    assert open_pilot_view(root, TODAY, NoOrigin()).history.prefix == "pilots/one/"
    build_file_tree(tmp_path, {"other.txt": "changed"})
    assert repo.history.differing(repo.history.head) == frozenset()


def test_a_python_file_that_does_not_parse_has_no_syntax(tmp_path):
    build_file_tree(tmp_path, {"src/a.py": "def", "src/b.py": "x = 1"})
    repo = open_pilot_view(tmp_path, TODAY, NoOrigin())
    assert repo.modules == ("src/a.py", "src/b.py")
    assert repo.syntax("src/a.py") is None
    assert repo.syntax("src/b.py") is repo.syntax("src/b.py") is not None


@pytest.fixture
def history(tmp_path) -> tuple[GitHistory, Path]:
    build_file_tree(tmp_path, {"a.txt": "one\n", "b.txt": ""})
    commit_all(tmp_path, "First")
    build_file_tree(tmp_path, {"a.txt": "two\n"})
    commit_all(tmp_path, "Second\n\nwith a body\x1e")
    return GitHistory(tmp_path), tmp_path


def test_commits_of_a_path_come_newest_first_with_who_made_them(history):
    past, _ = history
    commits = past.commits("a.txt")
    assert [commit.message.splitlines()[0] for commit in commits] == ["Second", "First"]
    assert (commits[0].author_email, commits[0].committer) == ("author@example.org", "Test Author")
    assert [commit.message for commit in past.commits("b.txt")] == ["First"]
    assert past.commits("gone.txt") == ()


def test_a_file_is_read_as_a_commit_has_it(history):
    past, _ = history
    first = past.commits("a.txt")[-1].id
    assert past.content(first, "a.txt") == b"one\n"
    assert past.content(first, "gone.txt") is None
    assert past.content("--upload-pack=x", "a.txt") is None


def test_what_differs_from_a_commit_includes_what_is_new_and_not_committed(history):
    past, folder = history
    build_file_tree(folder, {"b.txt": "changed", "new.txt": ""})
    assert past.differing(past.head) == {"b.txt", "new.txt"}
    assert past.differing(past.commits("a.txt")[-1].id) == {"a.txt", "b.txt", "new.txt"}
    assert past.differing("0" * 40) is None


def test_a_repository_without_a_commit_has_no_past(tmp_path):
    git(tmp_path, "init", "--quiet")
    past = GitHistory(tmp_path)
    assert (past.head, past.commits(), past.differing("HEAD")) == ("", (), None)


@pytest.mark.parametrize(
    "text",
    ["", "TODO", "to be decided: TBD", "example-head-of-sales", "<your name>", "*To fill in*", "???", "n/a"],
)
def test_a_placeholder_is_recognised(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["head-of-sales", "ada@example.org", "@acme/analytics", "Todd", "a < b and c > d", "Namegiver"]
)
def test_an_answer_is_no_placeholder(text):
    assert not is_placeholder(text)


def test_what_a_file_holds_cannot_steer_a_terminal():
    assert one_line("a\x1b[31m\nb\tc\u202e") == "a [31m b c"
