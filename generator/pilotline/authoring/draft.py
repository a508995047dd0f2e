"""Drafting an integration out of what a pilot wrote for itself, so that others switch it on instead of copying it.

The team's own files that bear the name become a layer of the catalog; where a file names the pilot's package it becomes
a template. What the architecture board and the CI need besides comes from the skeleton, to be filled in.
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from pilotline.authoring.add import check_names, offer
from pilotline.authoring.skeletons import read_skeleton, render_skeleton
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree
from pilotline.linting.catalog_under_test import Subject
from pilotline.pilot.paths import CONFIGURATION, PROJECT
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.renamed_package import PACKAGE
from pilotline.pilot.repository import OpenRepository, PilotError, read_committed
from pilotline.template.answers import resolve_answers
from pilotline.template.escaping import escape_line
from pilotline.template.render import render
from pilotline.template.snapshot import Identity, Snapshot
from pilotline.upgrade.merge import OF_A_LESSON
from pilotline.upgrade.plan import UpgradePlan, plan_merge
from pilotline.upgrade.renders import Renders

_PLACES: Final = ("src/", CONFIGURATION, "tests/", "docs/", "ops/")
_TEAM_BLOCK: Final = re.compile(r"# --- the team:[^\n]*\n(?P<lines>.*?)# --- end of", re.DOTALL)
_PROVIDES: Final = re.compile(r"^PROVIDES(?:: \w+)? = [\"'](\w+)[\"']", re.MULTILINE)
_REQUIREMENT: Final = re.compile(r'^\s*"([^"]+)",?\s*$', re.MULTILINE)


class DraftedFile(NamedTuple):
    """One file of the pilot, and what it becomes."""

    path: str
    template: str
    proven: bool
    """Whether the catalog gives exactly the pilot's bytes with it."""
    differs: tuple[int, ...] = ()
    """The lines of the pilot's file that it does not give, as far as there is a file to compare."""


@dataclass(frozen=True)
class Draft:
    """An integration or architecture that could be added to a catalog, drafted from a pilot."""

    drafted: tuple[DraftedFile, ...]
    dependencies: tuple[str, ...]
    """What the team of the pilot added to its dependencies: some of it may be for other work."""
    base: Tree
    theirs: Tree
    snapshot: Snapshot
    left_out: tuple[tuple[str, str], ...] = ()
    """Files of the team that it has not, and why."""
    to_fill: tuple[str, ...] = ()
    """What a person has to say before it is released."""


def draft_integration(repository: OpenRepository, pilot: Pilot, name: str, title: str = "") -> Draft:
    """Put an integration together from a pilot's own files.

    Args:
        repository: The catalog at its last commit.
        pilot: The pilot at its last commit.
        name: The integration's id: the team's files bear it, as `name.py`, `name_….py` or `test_name.py`.
        title: What people read; made of the name where it is empty.

    Raises:
        CatalogError: The name cannot be used or is taken.
        PilotError: The pilot has no adapter of that name.
    """
    subject = Subject(repository.folder)
    title = title or name.replace("_", " ").capitalize()
    check_names(subject, name, title)
    package = pilot.names.get(PACKAGE) or str(pilot.answers.get(PACKAGE, ""))
    found = _find_files(pilot, package, name)
    project = found.pop(PROJECT, None)
    layer = f"templates/{{{{ layer.{name} }}}}/"
    templates = {path: _template(path, file, package) for path, file in found.items()}
    dependencies = team_dependencies(project)
    told = f"The integration {name}, as the pilot {pilot.folder.name} wrote it: {title}.\n"
    files = {
        **_describe(name, title, dependencies, found[_adapter(package, name)]),
        **{layer + target: file for target, file in templates.values()},
        f"changelog.d/{name}.added.md": File(told.encode()),
    }
    questions = File(offer(subject, "integration", name, title, files).encode())
    base, theirs, snapshot = add_files(repository, subject, files, questions)
    given = _prove(snapshot, subject, pilot, name)
    drafted = tuple(
        DraftedFile(path, layer + templates[path][0], proven=given.get(path) == found[path]) for path in sorted(found)
    )
    return Draft(drafted, dependencies, base, theirs, snapshot)


def _adapter(package: str, name: str) -> str:
    return f"src/{package}/adapters/integrations/{name}.py"


def _find_files(pilot: Pilot, package: str, name: str) -> dict[str, File]:
    """Find the files of a pilot that bear the name, and what lists its dependencies.

    Raises:
        PilotError: None of them is an adapter.
    """
    found = read_committed(pilot, lambda path: path == PROJECT or (path.startswith(_PLACES) and _bears(path, name)))
    if _adapter(package, name) not in found:
        raise PilotError(f"The pilot has no {_adapter(package, name)}.", "Name an adapter that its team wrote.")
    return dict(found)


def add_files(
    repository: OpenRepository, subject: Subject, files: Mapping[str, File], questions: File
) -> tuple[Tree, Tree, Snapshot]:
    """Give both sides of the merge that adds files and questions to a catalog, and the catalog that comes of it."""
    tree = read_committed(repository, lambda _: True)
    theirs = {**files, subject.definition_path: questions}
    place = str(repository.folder)
    snapshot = Snapshot(Identity(place, None, place), Tree({**tree, **theirs}))
    return Tree({subject.definition_path: tree[subject.definition_path]}), Tree(theirs), snapshot


def plan_draft(repository: OpenRepository, draft: Draft) -> AbstractContextManager[UpgradePlan]:
    """Merge a draft into the catalog's last commit, in a scratch repository."""
    here = Pilot(repository.place, repository.prefix, str(repository.folder), draft.snapshot.identity.version, {})
    renders = Renders(draft.base, draft.theirs, frozenset(), frozenset())
    return plan_merge(here, draft.snapshot, renders, labels=OF_A_LESSON)


def _bears(path: str, name: str) -> bool:
    stem = PurePosixPath(path).name.partition(".")[0].removeprefix("test_")
    return stem == name or stem.startswith(f"{name}_")


def _template(path: str, file: File, package: str) -> tuple[str, File]:
    """Give path and content of the template that makes a file again, whatever the package is called."""
    target = path.replace(f"src/{package}/", "src/{{ package_name }}/", 1)
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        return target, file
    named = re.compile(rf"(?<!\w){re.escape(package)}(?!\w)")
    if not package or not named.search(text):
        return target, file
    lines = (
        "{{ package_name }}".join(escape_line(part) for part in named.split(line))
        for line in text.splitlines(keepends=True)
    )
    return f"{target}.jinja", File("".join(lines).encode(), file.executable)


def team_dependencies(pyproject: File | None) -> tuple[str, ...]:
    """Read what the team of a pilot added to its dependencies."""
    text = "" if pyproject is None else pyproject.content.decode(errors="replace")
    block = _TEAM_BLOCK.search(text)
    return tuple(_REQUIREMENT.findall(block["lines"])) if block else ()


def _describe(name: str, title: str, dependencies: tuple[str, ...], adapter: File) -> dict[str, File]:
    """Describe the integration as the skeleton does, with what the adapter says of itself."""
    skeleton = render_skeleton(read_skeleton("integration"), {"name": name, "title": title})
    described = {path: file for path, file in skeleton.items() if path.startswith("templates/_integrations/")}
    listed = "".join(f'\n  - "{each}"' for each in dependencies)
    found = _PROVIDES.search(adapter.content.decode(errors="replace"))
    provides = f"provides: {found[1] if found else 'sql'}"
    for path, file in described.items():
        text = file.content.decode().replace("dependencies: []\ndev", f"dependencies:{listed or ' []'}\ndev")
        described[path] = File(text.replace("provides: sql", provides).encode())
    return described


def _prove(snapshot: Snapshot, subject: Subject, pilot: Pilot, name: str) -> Mapping[str, File]:
    """Render the pilot as the catalog would with the integration; nothing where it refuses the pilot's answers."""
    question = subject.roles.call("integrations")
    chosen = pilot.answers.get(question)
    others = [each for each in chosen if each != name] if isinstance(chosen, list) else []
    given = {**pilot.answers, **pilot.names, question: [*others, name]}
    answers, problems = resolve_answers(snapshot, given)
    if problems:
        return {}
    try:
        return render(snapshot, answers)
    except CatalogError:
        return {}
