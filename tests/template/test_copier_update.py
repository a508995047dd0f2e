"""Plain Copier and Renovate keep the promise of seeds: what was deleted stays deleted, what is new arrives once."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pilotline.catalog.loading import load_builtin
from pilotline.files.disk import write_tree
from pilotline.template.answers import accept_answers
from pilotline.template.ownership import owner_of_paths
from pilotline.template.render import render
from pilotline.template.renderer import match_paths
from tests.helpers import IDENTITY, commit_all

ANSWERS_FILE = ".copier-answers.yml"


def copier(folder: Path, *arguments: str) -> str:
    """Run Copier as people and Renovate do: its command line, untrusted."""
    done = subprocess.run(
        [sys.executable, "-m", "copier", *arguments],
        cwd=folder, env={**os.environ, **IDENTITY, "COPIER_CACHE_DIR": str(folder.parent / "copier")},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


@dataclass(frozen=True)
class Project:
    """A pilot that Copier made from the built-in catalog's content, and the catalog that goes on."""

    catalog: Path
    pilot: Path

    def release(self, tag: str) -> None:
        """Publish a version with something new in every pilot."""
        (self.catalog / "templates/{{ layer.base }}/NEWS.md").write_text(f"{tag}\n")
        commit_all(self.catalog, tag, tag=tag)

    def delete(self, *paths: str) -> None:
        for path in paths:
            (self.pilot / path).unlink()
        commit_all(self.pilot, "the team does not need them")

    def renovate(self, tag: str) -> str:
        """Run Renovate's command line, word for word, and commit what it gives."""
        flags = ("--skip-answered", "--defaults", "--answers-file", ANSWERS_FILE, "--vcs-ref", tag)
        said = copier(self.pilot, "update", *flags)
        assert (self.pilot / "NEWS.md").read_text() == f"{tag}\n"
        self.commit(tag)
        return said

    def commit(self, message: str) -> None:
        assert not list(self.pilot.rglob("*.rej"))
        commit_all(self.pilot, message)

    def has(self, path: str) -> bool:
        return (self.pilot / path).exists()


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Project]:
    def make(**answers: str) -> Project:
        catalog, pilot = tmp_path / "catalog", tmp_path / "pilot"
        catalog.mkdir()
        write_tree(load_builtin("").tree, catalog)
        commit_all(catalog, "as released", tag="v1.0.0")
        data = [f"--data={name}={value}" for name, value in answers.items()]
        copier(tmp_path, "copy", "--defaults", "--quiet", *data, "--vcs-ref", "v1.0.0", str(catalog), str(pilot))
        commit_all(pilot, "start")
        return Project(catalog, pilot)

    return make


def test_by_renovate_s_command_seeds_stay_as_the_team_has_them_and_a_new_one_arrives_once(made):
    """Deleted: of the base, the architecture, the CI provider and a stage, and a derived file. Edited: the README."""
    project = made(prepared_for="pilot")
    gone = (
        "governance/decisions/0001-why-this-pilot.md", "src/customer_call_list/domain/ranking.py",
        "tests/unit/test_domain.py", ".github/workflows/team.yml", "governance/model_card.md", "docs/kpis.md",
        "ops/kpi/dashboard.json",
    )  # fmt: skip
    project.delete(*gone)
    readme = project.pilot / "README.md"
    readme.write_text("Ours alone.\n")
    project.commit("our own")
    template = project.catalog / "templates/{{ layer.batch_scoring }}/{{ worked_example }}/README.md.jinja"
    template.write_text("Another beginning.\n" + template.read_text())
    introduce_a_seed(project.catalog, "docs/team/glossary.md")

    project.release("v1.1.0")
    project.renovate("v1.1.0")

    assert [path for path in gone if project.has(path)] == []
    assert readme.read_text() == "Ours alone.\n"
    assert project.has("docs/team/glossary.md")

    project.delete("README.md", "docs/team/glossary.md")
    project.release("v1.2.0")
    project.renovate("v1.2.0")

    assert [path for path in (*gone, "README.md", "docs/team/glossary.md") if project.has(path)] == []


def introduce_a_seed(catalog: Path, path: str) -> None:
    """Write a seed that arrives with version 1.1.0."""
    file = catalog / "templates/{{ layer.base }}" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("Words.\n")
    questions = catalog / "copier.yml"
    entry = f"    - {{since: [1, 1, 0], paths: [/{path}]}}\n"
    anchor = "    - {answer: ci_provider, is: [github]"
    questions.write_text(questions.read_text().replace(anchor, entry + anchor, 1))


def test_a_new_stage_s_seeds_arrive_once_by_a_changed_answer_and_stay_deleted_afterwards(made):
    project = made()
    project.delete("README.md", "pilot.yml")
    project.release("v1.1.0")
    copier(project.pilot, "update", "--defaults", "--data=prepared_for=pilot", "--vcs-ref", "v1.1.0")
    project.commit("prepare for the pilot stage")
    assert project.has("governance/model_card.md")
    assert project.has("ops/kpi/rules.yml")
    assert not project.has("README.md")
    project.delete("governance/model_card.md")
    project.release("v1.2.0")
    copier(project.pilot, "update", "--defaults", "--data=prepared_for=production", "--vcs-ref", "v1.2.0")
    assert project.has("ops/runbook.md")
    assert not project.has("governance/model_card.md")


def test_what_can_arrive_later_is_listed():
    """Whoever adds a seed to a stage or a CI provider is told to list it, or plain Copier would never bring it."""
    catalog = load_builtin("")
    listed = catalog.definition.questions["arriving_later"]["default"]
    assert isinstance(listed, list)
    written_once = {}
    for stage in ("sandbox", "pilot", "production"):
        for provider in ("github", "gitlab"):
            answers = accept_answers(catalog, {"prepared_for": stage, "ci_provider": provider})
            owner = owner_of_paths(catalog, answers)
            paths = {path for path in render(catalog, answers) if owner(path) != "owned"}
            written_once[stage, provider] = (answers.recorded, paths)
    for (old, before), (new, after) in (
        (old, new) for old in written_once.values() for new in written_once.values() if old is not new
    ):
        patterns = [
            path for later in listed if later.get("answer") in ("prepared_for", "ci_provider")
            and old[later["answer"]] not in later["is"] and new[later["answer"]] in later["is"]
            for path in later["paths"]
        ]  # fmt: skip
        arrives = match_paths(catalog, patterns, {})
        assert {path for path in after - before if not arrives(path)} == set()
