"""A template's history and a project's, told as dicts; moved on by Copier itself, or by pilotline, and looked at."""

import contextlib
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import copier
import pytest
from click.testing import CliRunner

from pilotline.cli.main import group
from pilotline.errors import PilotlineError
from pilotline.files.tree import Tree
from tests.helpers import IDENTITY, Run, build_file_tree, commit_all, git

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
RECORD = {ANSWERS: "{{ _copier_answers | to_nice_yaml }}"}
Change = Mapping[str, str | bytes | None]
"""Files to write, and to remove where there is none; `a -> b` makes a link."""


@dataclass(frozen=True)
class History:
    """Two versions of a template, and what a team did in between."""

    one: Change
    two: Change = field(default_factory=dict)
    ours: Change = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    """Answers at first."""
    new_data: Mapping[str, object] = field(default_factory=dict)
    """Answers of the update."""
    trusted: bool = False
    folder: str = ""
    """Where in the repository the project lies."""
    uncommitted: Change = field(default_factory=dict)
    """What lies there without git knowing it."""
    tags: tuple[str, str] = ("v1.0.0", "v2.0.0")
    to: str = ""
    """Where the update leads, where it is not the newest version."""
    answers_file: str = ""
    """Where the answers are, where the project chose that."""


@dataclass(frozen=True)
class Outcome:
    """What an update left: every file by path, links as their targets, and which of them conflict."""

    files: Mapping[str, str]
    conflicts: frozenset[str] = frozenset()


def change(folder: Path, files: Change) -> None:
    """Write and remove files and links."""
    for path, content in files.items():
        name, _, target = path.partition(" -> ")
        place = folder / name
        if content is None:
            shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
        elif target:
            place.unlink(missing_ok=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(target)
        else:
            if place.is_symlink():
                place.unlink()
            build_file_tree(folder, {name: content})


def make(folder: Path, history: History) -> tuple[Path, Path]:
    """Make the template with both versions, and the project of the first as Copier makes it, with the team's work."""
    template, repository = folder / "template", folder / "project"
    change(template, {path: text for path, text in {**RECORD, **history.one}.items() if text is not None})
    commit_all(template, "one", tag=history.tags[0])
    project = repository / history.folder
    with quiet():
        copier.run_copy(
            str(template), project, dict(history.data), defaults=True, quiet=True, unsafe=history.trusted,
            skip_tasks=not history.trusted, vcs_ref=history.tags[0], answers_file=history.answers_file or None,
        )  # fmt: skip
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--no-verify", "--message=made by copier")
    if history.ours:
        change(project, history.ours)
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--no-verify", "--message=our work")
    change(project, history.uncommitted)
    change(template, history.two)
    git(template, "add", "--all", "--force")
    git(template, "commit", "--quiet", "--no-verify", "--allow-empty", "--message=two")
    if history.tags[1]:
        git(template, "tag", history.tags[1])
    return template, project


def by_copier(project: Path, history: History) -> Outcome:
    """Update the project with Copier."""
    with quiet():
        copier.run_update(
            project, dict(history.new_data), defaults=True, overwrite=True, quiet=True, unsafe=history.trusted,
            skip_tasks=not history.trusted, vcs_ref=history.to or None, answers_file=history.answers_file or None,
        )  # fmt: skip
    return look(project)


def by_pilotline(project: Path, history: History, *more: str) -> Run:
    """Upgrade the project with pilotline, in this process."""
    answers = [part for name, value in history.new_data.items() for part in ("-d", f"{name}={value}")]
    trust = ["--trust"] if history.trusted else []
    trust += ["--to", history.to] if history.to else []
    trust += ["--answers-file", history.answers_file] if history.answers_file else []
    before = Path.cwd()
    os.chdir(project)
    try:
        done = CliRunner(env=IDENTITY).invoke(group, ["upgrade", *trust, *answers, *more], standalone_mode=False)
    finally:
        os.chdir(before)
    refused = done.exception
    if refused is not None and not isinstance(refused, PilotlineError):
        raise refused
    return Run(2 if refused else int(done.return_value or 0), done.stdout, f"{done.stderr}{refused or ''}")


def look(project: Path) -> Outcome:
    """Read everything in a project but git's own; the sides of a conflict are not named."""
    files: dict[str, str] = {}
    for path in sorted(project.rglob("*")):
        name = path.relative_to(project).as_posix()
        if name == ".git" or name.startswith(".git/"):
            continue
        if path.is_symlink():
            files[name] = f"-> {os.readlink(path)}"  # noqa: PTH115 - as it is written
        elif path.is_file():
            files[name] = _without_labels(path.read_bytes().decode("utf-8", "surrogateescape"))
    is_tracked = any((folder / ".git").exists() for folder in (project, *project.parents))
    unmerged = git(project, "ls-files", "--unmerged", "-z").split("\0") if is_tracked else []
    return Outcome(files, frozenset(entry.partition("\t")[2] for entry in unmerged if entry))


def tree_as_text(tree: Tree) -> dict[str, str]:
    """Write a render as `look` writes a folder."""
    return {
        path: f"-> {os.fsdecode(file.content)}" if file.link else file.content.decode("utf-8", "surrogateescape")
        for path, file in tree.items()
    }


def _without_labels(text: str) -> str:
    marks = ("<<<<<<< ", ">>>>>>> ")
    lines = [f"{line[:7]}\n" if line.startswith(marks) else line for line in text.splitlines(keepends=True)]
    return "".join(line for line in lines if not line.startswith("||||||| "))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Go on without Copier's warnings, and under a name that git accepts."""
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        for name, value in IDENTITY.items():
            patch.setenv(name, value)
        yield
