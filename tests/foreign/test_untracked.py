"""Files that a template makes and a project ignores: they lie there, so nobody calls them deleted, or touches them."""

import json

from click.testing import CliRunner

from pilotline.cli.main import group
from pilotline.readiness.view.files import read_files
from tests.foreign.histories import History, by_pilotline, make
from tests.helpers import git

ONE = {
    "copier.yml": "token: {type: str, secret: true, default: t1}\n", ".gitignore": ".env\nbuild/\n",
    ".env.jinja": "TOKEN={{ token }}\n", "build/made.txt": "one\n", "other.txt": "one\n", "seen.txt": "one\n",
}  # fmt: skip
TWO = {
    ".env.jinja": "TOKEN={{ token }}\nMORE=1\n",
    "build/made.txt": "two\n",
    "other.txt": "two\n",
    "seen.txt": "two\n",
}
HISTORY = History(ONE, TWO, {"other.txt": None}, uncommitted={".env": "TOKEN=ours\n"})


def test_what_git_does_not_know_is_left_as_it_lies_and_is_not_called_deleted(tmp_path, monkeypatch):
    _, project = make(tmp_path, HISTORY)
    assert git(project, "ls-files", ".env", "build") == ""
    plan = json.loads(by_pilotline(project, HISTORY, "--plan", "--json").out)
    assert (plan["left_untracked"], plan["kept_deleted"]) == ([".env", "build/made.txt"], ["other.txt"])

    done = by_pilotline(project, HISTORY, "--commit")

    assert done.code == 0, done.err
    assert "Not in git here, so left as they lie; the catalog has changed them\n  .env\n  build/made.txt\n" in done.out
    assert "Stay deleted, as you left them\n  other.txt\n" in done.out
    assert ((project / ".env").read_text(), (project / "seen.txt").read_text()) == ("TOKEN=ours\n", "two\n")
    assert not (project / "other.txt").exists()
    assert git(project, "status", "--porcelain") == ""
    monkeypatch.chdir(project)
    shown = CliRunner().invoke(group, ["diff"], standalone_mode=False).output
    assert ("other.txt" in shown, ".env" in shown, "made.txt" in shown) == (True, False, False)
    assert read_files(project).lies_ignored(".env")
    assert [read_files(project).lies_ignored(path) for path in ("seen.txt", "gone.txt")] == [False, False]


def test_a_file_that_is_ignored_and_gone_is_deleted(tmp_path):
    _, project = make(tmp_path, HISTORY)
    (project / ".env").unlink()
    plan = json.loads(by_pilotline(project, HISTORY, "--plan", "--json").out)
    assert (plan["left_untracked"], plan["kept_deleted"]) == (["build/made.txt"], [".env", "other.txt"])
