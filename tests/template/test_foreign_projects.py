"""Projects of any Copier template are made and upgraded; code from a template runs only for who is trusted by name."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
import yaml

from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline

TASKS = "_tasks:\n  - 'echo {{ name }} > by-task.txt'\n"
QUESTIONS = "name: {type: str, default: ada}\nlevel: {type: int, default: 1}\n"
FILES = {
    "copier.yml": TASKS + QUESTIONS,
    "{{ _copier_conf.answers_file }}.jinja": "# made by Copier\n{{ _copier_answers | to_nice_yaml }}",
    "README.md.jinja": "# {{ name }}\n\nfirst\n\nlast\n",
    "src/{{ name }}.py.jinja": "LEVEL = {{ level }}\n",
}


@dataclass(frozen=True)
class Foreign:
    """A template that knows nothing of pilotline, and a project that Copier itself made of it."""

    template: Path
    project: Path

    def release(self, tag: str, files: dict[str, str]) -> None:
        build_file_tree(self.template, files)
        commit_all(self.template, tag or "between", tag=tag)

    def read(self, path: str) -> str:
        return (self.project / path).read_text()


def copy(template: Path, project: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", *arguments, str(template), str(project)],
        env={**os.environ, **IDENTITY}, check=True, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    commit_all(project, "made by copier")


@pytest.fixture
def foreign(tmp_path) -> Foreign:
    template = build_file_tree(tmp_path / "template", FILES)
    commit_all(template, "one", tag="v1.0.0")
    copy(template, tmp_path / "project", "--trust", "--data=name=bob")
    return Foreign(template, tmp_path / "project")


def improve(foreign: Foreign) -> None:
    """Release a version with a better file and another task, after the project has gone its own way."""
    foreign.release(
        "v2.0.0",
        {
            "copier.yml": TASKS + "  - touch second.txt\n" + QUESTIONS + "new: {type: str, default: '{{ name }}!'}\n",
            "README.md.jinja": "# {{ name }}\n\nfirst, better\n\nlast\n",
        },
    )
    readme = foreign.project / "README.md"
    readme.write_text(readme.read_text().replace("last", "last, by us"))
    commit_all(foreign.project, "our work")


def test_a_project_with_tasks_is_upgraded_without_them_when_nobody_trusts(foreign):
    improve(foreign)
    done = pilotline("upgrade", "--commit", cwd=foreign.project, environment=IDENTITY)
    assert done.code == 0, done.err
    assert foreign.read("README.md") == "# bob\n\nfirst, better\n\nlast, by us\n"
    assert yaml.safe_load(foreign.read(".copier-answers.yml")) == {
        "_commit": "v2.0.0", "_src_path": str(foreign.template), "name": "bob", "level": 1, "new": "bob!",
    }  # fmt: skip
    assert foreign.read("by-task.txt") == "bob\n", "what a task made before stays"
    assert not (foreign.project / "second.txt").exists()
    assert f"Not run, because you do not trust {foreign.template}" in done.err
    assert "`touch second.txt`" in done.err
    again = pilotline("upgrade", cwd=foreign.project, environment=IDENTITY)
    assert "Already at v2.0.0" in again.out


def test_a_project_with_tasks_is_upgraded_with_them_when_it_is_trusted(foreign):
    improve(foreign)
    plan = pilotline("upgrade", "--plan", "--trust", cwd=foreign.project, environment=IDENTITY)
    assert "second.txt" in plan.out
    done = pilotline("upgrade", "--commit", "--trust", cwd=foreign.project, environment=IDENTITY)
    assert done.code == 0, done.err
    assert foreign.read("README.md") == "# bob\n\nfirst, better\n\nlast, by us\n"
    assert foreign.read("second.txt") == ""
    assert "Not run" not in done.err
    assert git(foreign.project, "status", "--porcelain") == ""


def trust(home: Path, *addresses: str) -> None:
    build_file_tree(home / ".config/pilotline", {"config.toml": f"trust = {list(addresses)!r}\n"})


def test_a_catalog_is_trusted_for_good_by_its_exact_address(foreign, home):
    improve(foreign)
    trust(home, str(foreign.template))
    plan = pilotline("upgrade", "--plan", cwd=foreign.project, environment=IDENTITY)
    assert "second.txt" in plan.out
    assert "Not run" not in plan.err


@pytest.mark.parametrize(
    "near",
    ["{parent}", "{parent}/", "{path}/", "{path}/../template", "{parent}/x/../template", "{path}.git", "file://{path}",
     "{path}@v1.0.0", "{parent}/*", "{parent}/%74emplate", " {path}", "~/template"],
)  # fmt: skip
def test_no_other_address_is_trusted_with_it(foreign, home, near):
    improve(foreign)
    trust(home, near.format(path=foreign.template, parent=foreign.template.parent))
    plan = pilotline("upgrade", "--plan", cwd=foreign.project, environment=IDENTITY)
    assert plan.code == 0, plan.err
    assert "second.txt" not in plan.out
    assert "Not run" in plan.err


def test_an_answers_file_cannot_claim_to_be_what_is_trusted(foreign, home, tmp_path):
    """A path that leads from a trusted folder to another one is compared as the place that is really read."""
    improve(foreign)
    trusted = build_file_tree(tmp_path / "trusted", {"copier.yml": "x: 1\n"})
    trust(home, str(trusted), f"{trusted}/../template")
    answers = foreign.project / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace(str(foreign.template), f"{trusted}/../template"))
    commit_all(foreign.project, "another address")
    plan = pilotline("upgrade", "--plan", cwd=foreign.project, environment=IDENTITY)
    assert "second.txt" not in plan.out
    assert "Not run" in plan.err


@pytest.mark.parametrize(("reply", "runs"), [("y", True), ("n", False)])
def test_a_person_is_asked_and_may_decline(foreign, reply, runs):
    improve(foreign)
    environment = {**os.environ, **IDENTITY, "NO_COLOR": "1"}
    child = pexpect.spawn(
        sys.executable, ["-m", "pilotline", "upgrade", "--plan"], cwd=str(foreign.project), env=environment,
        encoding="utf-8", timeout=120, dimensions=(50, 400),
    )  # fmt: skip
    child.expect(r"wants to run on this machine: .*`touch second.txt`.* Let it, this time\? \[y/N\]")
    child.sendline(reply)
    child.expect(pexpect.EOF)
    child.close()
    assert ("+ second.txt" in child.before) is runs
    assert ("Not run" in child.before) is not runs


def test_a_task_that_plays_with_the_terminal_is_shown_as_text(foreign):
    foreign.release("v2.0.0", {"copier.yml": '_tasks: ["echo \\e[2Jgone"]\n' + QUESTIONS})
    plan = pilotline("upgrade", "--plan", cwd=foreign.project, environment=IDENTITY)
    assert "\x1b" not in plan.err
    assert "`echo  [2Jgone`" in plan.err


def test_a_task_that_fails_changes_nothing(foreign):
    foreign.release("v2.0.0", {"copier.yml": "_tasks: ['echo half > half.txt; exit 3']\n" + QUESTIONS})
    before = git(foreign.project, "rev-parse", "HEAD")
    done = pilotline("upgrade", "--commit", "--trust", cwd=foreign.project, environment=IDENTITY)
    assert done.code == 2, done.out
    assert "Copier cannot render" in done.err
    assert git(foreign.project, "rev-parse", "HEAD") == before
    assert git(foreign.project, "status", "--porcelain") == ""


def test_extensions_need_trust_and_then_go_through_copier(foreign):
    foreign.release(
        "v2.0.0",
        {"copier.yml": "_jinja_extensions: [jinja2.ext.do]\n" + QUESTIONS, "new.txt.jinja": "{% do [] %}{{ name }}"},
    )
    refused = pilotline("upgrade", "--plan", cwd=foreign.project, environment=IDENTITY)
    assert refused.code == 2
    assert "jinja2.ext.do" in refused.err
    assert "--trust" in refused.err
    done = pilotline("upgrade", "--commit", "--trust", cwd=foreign.project, environment=IDENTITY)
    assert done.code == 0, done.err
    assert foreign.read("new.txt") == "bob"


def test_a_commit_between_two_versions_is_a_base_too(foreign, tmp_path):
    foreign.release("", {"README.md.jinja": "# {{ name }}\n\nfirst\n\nbetween\n\nlast\n"})
    project = tmp_path / "between"
    copy(foreign.template, project, "--trust", "--vcs-ref=HEAD")
    assert "v1.0.0-1-g" in (project / ".copier-answers.yml").read_text()
    improve(foreign)
    done = pilotline("upgrade", "--commit", cwd=project, environment=IDENTITY)
    assert done.code == 0, done.err
    assert (project / "README.md").read_text() == "# ada\n\nfirst, better\n\nlast\n"


def test_a_remote_address_in_copier_s_own_form_is_kept(foreign, tmp_path, home):
    """`gh:` is expanded to reach it; a rewrite in the user's git leads to the repository."""
    git(tmp_path, "config", "--global", f"url.{foreign.template}.insteadOf", "https://github.com/org/template.git")
    project = tmp_path / "hub"
    subprocess.run(
        [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "--trust", "gh:org/template", str(project)],
        env={**os.environ, **IDENTITY, "COPIER_CACHE_DIR": str(home / "c")}, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    commit_all(project, "made by copier")
    improve(foreign)
    foreign.release("v2.1.0", {"{% yield n from [1, 2] %}{{ n }}{% endyield %}.md": "loop"})
    done = pilotline("upgrade", "--commit", cwd=project, environment=IDENTITY)
    assert done.code == 0, done.err
    recorded = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert (recorded["_src_path"], recorded["_commit"]) == ("gh:org/template", "v2.1.0")
    assert (project / "1.md").read_text() == "loop"


def test_two_templates_live_in_one_repository(foreign, tmp_path):
    project = foreign.project
    (project / ".copier-answers.yml").rename(project / ".copier-answers.one.yml")
    other = build_file_tree(tmp_path / "other", {
        "copier.yml": "_answers_file: .copier-answers.two.yml\nx: 1\n",
        "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        "two.txt.jinja": "{{ x }}\n",
    })  # fmt: skip
    commit_all(other, "one", tag="v1.0.0")
    copy(other, project)
    build_file_tree(other, {"two.txt.jinja": "{{ x }} better\n"})
    commit_all(other, "two", tag="v1.1.0")
    both = pilotline("upgrade", cwd=project, environment=IDENTITY)
    assert both.code == 2
    assert ".copier-answers.one.yml, .copier-answers.two.yml" in both.err
    two = pilotline(
        "upgrade", "--commit", "--answers-file", ".copier-answers.two.yml", cwd=project, environment=IDENTITY
    )
    assert two.code == 0, two.err
    assert (project / "two.txt").read_text() == "1 better\n"
    improve(foreign)
    one = pilotline(
        "upgrade", "--commit", "--answers-file", ".copier-answers.one.yml", cwd=project, environment=IDENTITY
    )
    assert one.code == 0, one.err
    assert "_commit: v2.0.0" in (project / ".copier-answers.one.yml").read_text()
    assert not (project / ".copier-answers.yml").exists()


def test_a_project_is_made_from_a_foreign_template(foreign, tmp_path):
    done = pilotline("new", tmp_path / "made", "-d", "name=eve", "--catalog", foreign.template, environment=IDENTITY)
    assert done.code == 0, done.err
    assert (tmp_path / "made/src/eve.py").read_text() == "LEVEL = 1\n"
    assert not (tmp_path / "made/by-task.txt").exists()
    assert "`echo {{ name }} > by-task.txt`" in done.err
    trusted = pilotline("new", tmp_path / "two", "--catalog", foreign.template, "--trust", environment=IDENTITY)
    assert trusted.code == 0, trusted.err
    assert (tmp_path / "two/by-task.txt").read_text() == "ada\n"


def test_a_template_that_makes_no_file_says_so(tmp_path):
    files = {"copier.yml": "x: {type: bool, default: false}\n", "{% if x %}a{% endif %}": ""}
    template = build_file_tree(tmp_path / "template", files)
    commit_all(template, "one", tag="v1.0.0")
    for extra in ([], ["--dry-run"]):
        done = pilotline("new", tmp_path / "made", "--defaults", "--catalog", template, *extra, environment=IDENTITY)
        assert (done.code, (tmp_path / "made").exists()) == (2, False)
        assert "template makes no file with these answers" in done.err
    assert pilotline("new", tmp_path / "made", "-d", "x=yes", "--catalog", template, environment=IDENTITY).code == 0


def test_a_link_that_leads_out_and_a_submodule_are_refused_where_they_would_be_rendered(tmp_path):
    folder = build_file_tree(tmp_path / "folder", {"copier.yml": "x: 1\n"})
    (folder / "out").symlink_to("/etc")
    done = pilotline("new", tmp_path / "x", "--defaults", "--catalog", folder, environment=IDENTITY)
    assert (done.code, "link out leads out of it" in done.err) == (2, True)
    inner = build_file_tree(tmp_path / "inner", {"a": ""})
    commit_all(inner, "one")
    outer = build_file_tree(tmp_path / "outer", {"copier.yml": "x: 1\n"})
    git(outer, "init", "--quiet")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    commit_all(outer, "one", tag="v1.0.0")
    done = pilotline("new", tmp_path / "x", "--defaults", "--catalog", outer, environment=IDENTITY)
    assert (done.code, "git submodule (sub)" in done.err) == (2, True)
    build_file_tree(outer, {"copier.yml": "_subdirectory: t\nx: 1\n", "t/a": ""})
    commit_all(outer, "two", tag="v2.0.0")
    done = pilotline("new", tmp_path / "x", "--defaults", "--catalog", outer, environment=IDENTITY)
    assert (done.code, files_below(tmp_path / "x")) == (0, {"a": b""}), done.err
