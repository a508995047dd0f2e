"""Every verb that writes, killed at any call of git: old or new is there, and the same command again succeeds.

Upgrades and releases have more of it beside their own tests.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import pytest

from pilotline.cli.main import group
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline
from tests.killing import run_killed, some
from tests.kpi.conftest import manifests  # noqa: F401 - a fixture
from tests.lifecycle.conftest import People, make_promotable
from tests.linting.test_rules import GOOD, plant

QUESTIONS = """
_exclude: [copier.yml, "templates/_*", changelog.d, upgrade_notes, CHANGELOG.md]
name: ada
integrations: {type: yaml, multiselect: true, choices: [db, mq], default: "[]"}
prepared_for: {type: str, choices: [sandbox, pilot, production], default: sandbox}
"""
CATALOG = {
    "copier.yml": QUESTIONS,
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "text.txt.jinja": "{% for i in range(9) %}line {{ i }}\n{% endfor %}{{ integrations }}\n",
    "{% if 'db' in integrations %}db{% endif %}/db.txt": "db\n",
    "{% if prepared_for != 'sandbox' %}ops{% endif %}/runbook.txt": "call us\n",
    "templates/_integrations/db.yml": "id: db\n",
    "templates/_integrations/mq.yml": "id: mq\n",
}


STAGED = """\
name: Calls
stage: {stage}
experiment:
  ends: "2027-05-24"
"""


@dataclass(frozen=True)
class Verb:
    """One verb: what it is given, what it is called with, and where it leaves its result."""

    arguments: tuple[str, ...]
    start: str
    """The folder of the originals that it is run in a copy of."""
    result: str = "."
    """What to look at, below that copy."""
    again: tuple[int, ...] = (0,)
    """How the same command may end once it is done."""
    code: int = 0
    """How it ends: a check has done its work, too, where it finds something."""


ADOPT = ("adopt", "--defaults", "--catalog")
READ_ONLY = {
    "architectures list",
    "architectures show",
    "architectures recommend",
    "catalog hotspots",
    "catalog lint",
    "catalog test",  # but for pilots that failed, which the next run takes away
    "catalog acceptable-use",  # but for the page that --to asks for, which is one file
    "catalog versions",
    "completion",
    "diff",
    "status",
}
VERBS = {
    "new": Verb(("new", "made", "--defaults", "--catalog", "CATALOG"), "empty", "made", (2,)),
    "add": Verb(("add", "db", "--commit"), "pilot"),
    "adopt": Verb((*ADOPT, "CATALOG", "--commit"), "plain", ".", (2,)),
    "adopt --take": Verb(("adopt", "--take", "text.txt", "--commit"), "adopted", ".", (2,), 1),
    "check --fix": Verb(("check", "--fix"), "pilot", ".", (1,), 1),
    "move": Verb(("move", "--catalog", "OTHER", "--commit"), "pilot"),
    "prepare": Verb(("prepare", "pilot", "--commit"), "pilot"),
    "prepare, back": Verb(("prepare", "sandbox", "--commit"), "complete"),
    "promote": Verb(("promote", "--to", "pilot"), "promotable", ".", (2,)),
    "promote --request": Verb(("promote", "--to", "pilot", "--request"), "staged"),
    "demote": Verb(("demote", "--to", "sandbox", "--because", "No use"), "standing", ".", (2,)),
    "extend": Verb(("extend", "--until", "2099-01-01", "--because", "Too few cases"), "staged", ".", (2,)),
    "retire": Verb(("retire", "--because", "No use", "--lesson", "Ask first"), "staged", ".", (2,)),
    "check --break-glass": Verb(
        ("check", "--select", "OWN001", "--break-glass", "--why", "The ledger is down", "--until", "TODAY"), "staged"
    ),
    "remove": Verb(("remove", "db", "--commit"), "complete", again=(2,)),  # removed before, it is not there
    "upgrade": Verb(("upgrade", "--commit"), "pilot"),
    "upgrade --branch": Verb(("upgrade", "--branch", "two"), "pilot", ".", (2,)),
    "upgrade, not committed": Verb(("upgrade",), "pilot", ".", (2,)),
    "answers": Verb(("answers", "-d", "name=eve", "--commit"), "pilot"),
    "abort": Verb(("upgrade", "--abort"), "upgraded"),
    "abort of a conflict": Verb(("upgrade", "--abort"), "conflicted"),
    "catalog init": Verb(("catalog", "init", "made", "--name", "Ours", "--catalog", "CATALOG"), "empty", "made", (2,)),
    "catalog add architecture": Verb(("catalog", "add", "architecture", "stream"), "linted", ".", (2,)),
    "catalog add integration": Verb(("catalog", "add", "integration", "queue"), "linted", ".", (2,)),
    "catalog impact --html": Verb(
        ("catalog", "impact", ".", "--catalog-folder", "CATALOG", "--html", "impact.html"), "pilot"
    ),
    "catalog release": Verb(("catalog", "release", "9.0.0"), "catalog", ".", (2,)),
    "catalog learn": Verb(("catalog", "learn", "TAUGHT", "--source", "CATALOG", "--commit"), "catalog"),
    "catalog learnings": Verb(("catalog", "learnings", "TAUGHT"), "catalog"),
    "catalog upgrade": Verb(("catalog", "upgrade", "--commit"), "own catalog"),
    "architectures export": Verb(("architectures", "export", "batch_scoring"), "empty"),
    "kpi --html": Verb(("kpi", "--html", "kpi.html"), "measured"),
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory, manifests):  # noqa: F811
    """Give one folder for each beginning: a catalog, a pilot of its first version, and what can be made of it."""
    folder = tmp_path_factory.mktemp("originals")
    (folder / "empty").mkdir()
    catalog = build_file_tree(folder / "catalog", CATALOG)
    commit_all(catalog, "one", tag="v1.0.0")
    made = pilotline("new", folder / "pilot", "--defaults", "--catalog", catalog, environment=IDENTITY)
    assert made.code == 0, made.err
    more = {"text.txt.jinja": CATALOG["text.txt.jinja"].replace("line", "row", 1), "more.txt": "more\n"}
    commit_all(build_file_tree(catalog, more), "two", tag="v2.0.0")
    commit_all(build_file_tree(catalog, {"changelog.d/a.added.md": "A thing.\n"}), "three")
    elsewhere = {"text.txt.jinja": CATALOG["text.txt.jinja"].replace("line", "place"), "theirs.txt": "theirs\n"}
    commit_all(build_file_tree(folder / "other", {**CATALOG, **elsewhere}), "one", tag="v5.0.0")
    shutil.copytree(folder / "pilot", folder / "complete")
    everything = ("answers", "-d", "integrations=[db]", "-d", "prepared_for=pilot", "--commit")
    assert pilotline(*everything, cwd=folder / "complete", environment=IDENTITY).code == 0
    commit_all(plant(folder / "linted", GOOD), "one", tag="v1.0.0")
    shutil.copytree(folder / "pilot", folder / "taught")
    lesson = {
        "text.txt": f"{(folder / 'pilot/text.txt').read_text()}What we learned.\n",
        "governance/decisions/0001-a.md": "---\nlearning: true\nchallenge: data\n---\n# 1. A thing\n",
    }
    commit_all(build_file_tree(folder / "taught", lesson), "Learn")
    own = ("catalog", "init", folder / "own catalog", "--catalog", f"{catalog}@v1.0.0")
    assert pilotline(*own, environment=IDENTITY).code == 0
    commit_all(build_file_tree(folder / "measured", manifests), "one")
    for stage, name in {"sandbox": "staged", "pilot": "standing"}.items():
        commit_all(build_file_tree(folder / name, {"pilot.yml": STAGED.format(stage=stage)}), "one")
    make_promotable(folder / "promotable", command="#!/bin/sh\necho MLflow alias pilot: version 3.\n")
    asked = pilotline("promote", folder / "promotable", "--to", "pilot", "--request", environment=IDENTITY)
    assert asked.code == 0, asked.err
    People(folder / "promotable", {}).approve("ada")
    for name, edits in {"upgraded": {}, "conflicted": {"text.txt": "ours\n"}}.items():
        shutil.copytree(folder / "pilot", folder / name)
        if edits:
            commit_all(build_file_tree(folder / name, edits), "our work")
        run = pilotline("upgrade", cwd=folder / name, environment=IDENTITY)
        assert run.code == (1 if edits else 0), run.err
    commit_all(build_file_tree(folder / "plain", {"README.md": "# Ours\n"}), "ours")
    commit_all(build_file_tree(folder / "adopted", {"text.txt": "ours\n"}), "ours")
    adopted = pilotline(*ADOPT, str(catalog), "--commit", cwd=folder / "adopted", environment=IDENTITY)
    assert adopted.code == 0, adopted.err
    return folder


class Stage:
    """A copy of what a verb begins with, and how it stands now."""

    def __init__(self, originals: Path, verb: Verb, folder: Path) -> None:
        self.folder = shutil.copytree(originals / verb.start, folder / "work", symlinks=True)
        self.programs = folder / "programs"
        today = date.today().isoformat()  # noqa: DTZ011 - the user's own day
        named = {part: str(originals / part.lower()) for part in ("CATALOG", "OTHER", "TAUGHT")} | {"TODAY": today}
        self.command = [named.get(part, part) for part in verb.arguments]
        self.result = self.folder / verb.result

    def state(self) -> object:
        if not self.result.exists():
            return None
        if not (self.result / ".git").exists():
            return files_below(self.result)
        return (
            files_below(self.result), git(self.result, "status", "--porcelain", "--ignored"),
            git(self.result, "ls-files", "--stage"), git(self.result, "rev-parse", "HEAD^{tree}"),
            git(self.result, "for-each-ref", "--format=%(refname)"), git(self.result, "log", "--format=%s"),
        )  # fmt: skip

    def killed(self, at: int = 0, when: str = "never") -> list[str]:
        return run_killed(self.programs, self.folder, self.command, at, when)

    def run(self):
        return pilotline(*self.command, cwd=self.folder, environment=IDENTITY)


def look(originals: Path, verb: Verb, tmp_path: Path, choose: Callable[[range], list[int]]) -> None:
    Stage(originals, verb, tmp_path / "first").run()  # what it remembers for the next time saves calls of git
    whole = Stage(originals, verb, tmp_path / "whole")
    old = whole.state()
    calls, new = whole.killed(), whole.state()
    assert new != old
    for at in choose(range(1, len(calls) + 1)):
        when = ("before", "within", "after")[at % 3]
        stage = Stage(originals, verb, tmp_path / str(at))
        stage.killed(at, when)
        done = stage.state() == new
        again = stage.run()
        place = f"{when} call {at}: {calls[at - 1]}"
        assert again.code in ({verb.code, *verb.again} if done else {verb.code}), f"{place}: {again.err}"
        assert stage.state() == new, place
        shutil.rmtree(stage.folder.parent)


def commands_below(name: str, command: click.Command) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield name
        return
    context = click.Context(command)
    for each in command.list_commands(context):
        found = command.get_command(context, each)
        assert found is not None
        yield from commands_below(f"{name} {each}".strip(), found)
    if command.invoke_without_command:
        yield f"{name} list"


def test_every_command_that_writes_is_here():
    """A new command is given its line above, or is said to write nothing."""
    written = {verb.arguments for verb in VERBS.values()}
    for name in commands_below("", group):
        words = tuple(name.split())
        assert (name in READ_ONLY) != any(words == given[: len(words)] for given in written), name


@pytest.mark.parametrize("name", VERBS)
def test_killed_at_some_calls_of_git_the_same_command_succeeds(originals, tmp_path, name):
    look(originals, VERBS[name], tmp_path, lambda steps: some(steps, 2, name))


@pytest.mark.combinations
@pytest.mark.parametrize("name", VERBS)
def test_killed_at_every_call_of_git_the_same_command_succeeds(originals, tmp_path, name):
    look(originals, VERBS[name], tmp_path, list)


@pytest.mark.parametrize("name", [name for name in VERBS if name not in {"new", "upgrade"}])
def test_of_two_at_once_none_spoils_the_other(originals, tmp_path, name):
    """`new` and `upgrade --commit` have the same beside their own tests."""
    verb = VERBS[name]
    whole = Stage(originals, verb, tmp_path / "whole")
    assert whole.run().code == verb.code
    stage = Stage(originals, verb, tmp_path / "two")
    command, around = [sys.executable, "-m", "pilotline", *stage.command], {**os.environ, **IDENTITY}
    pair = [
        subprocess.Popen(command, cwd=stage.folder, env=around, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    said = [each.communicate(timeout=120)[1] for each in pair]
    codes = sorted(each.returncode for each in pair)
    assert codes in ([verb.code, verb.code], [verb.code, 2]), said
    assert not any("fault of pilotline" in text for text in said), said
    assert stage.state() == whole.state(), said
    assert sorted(path.name for path in stage.folder.iterdir()) == sorted(path.name for path in whole.folder.iterdir())
