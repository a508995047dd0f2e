"""Drafting a reference architecture out of a pilot's own code, so that the next case of its kind begins there.

The team's files become a layer; the layers that they rest on stay, those that they replace are left out. What the pilot
says of itself becomes the description. A pilot that is made from it, with this one's answers, must have the same files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from pilotline.authoring.add import check_names, offer
from pilotline.authoring.architecture_of_pilot import Described, PilotFacts, describe_architecture
from pilotline.authoring.described_text import TO_FILL, write_description
from pilotline.authoring.draft import Draft, DraftedFile, add_files, team_dependencies
from pilotline.authoring.pilot_code import CodeFile, PilotCode, package_of, read_code
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree
from pilotline.linting.catalog_under_test import Subject
from pilotline.pilot.paths import DATA_CONTRACTS, KPIS, MANIFEST, PROJECT, README
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.pristine import Pristine, follow_names
from pilotline.pilot.repository import OpenRepository, PilotError, read_committed
from pilotline.template.answers import Answers, resolve_answers
from pilotline.template.questions import open_names
from pilotline.template.snapshot import Snapshot

_DEFINITIONS: Final = "_organisation/kpis/"
_DESCRIPTION: Final = "reference_architectures/{name}/{file}"


@dataclass(frozen=True)
class _Drafting:
    """What a draft is made of."""

    repository: OpenRepository
    subject: Subject
    pilot: Pilot
    name: str
    title: str
    code: PilotCode
    described: Mapping[str, File]
    """Everything but the layer."""

    def path(self, template: str) -> str:
        """Name the place of a template in the catalog."""
        return f"{self.subject.root}{{{{ layer.{self.name} }}}}/{template}"

    def add(self, chosen: Mapping[str, tuple[str, File]]) -> tuple[Tree, Tree, Snapshot]:
        """Add description, layer and choice to the catalog."""
        files = {**self.described, **{self.path(target): file for target, file in chosen.values()}}
        questions = offer(self.subject, "architecture", self.name, self.title, files)
        return add_files(self.repository, self.subject, files, File(questions.encode()))


def draft_architecture(repository: OpenRepository, pilot: Pilot, name: str, title: str = "") -> Draft:
    """Put an architecture together from a pilot's own files.

    Args:
        repository: The catalog at its last commit.
        pilot: The pilot at its last commit.
        name: The architecture's id.
        title: What people read; made of the name where it is empty.

    Raises:
        CatalogError: The name cannot be used or is taken, or the catalog cannot render the pilot.
        PilotError: The pilot is built on none of the catalog's architectures, or has no code of its own.
    """
    subject = Subject(repository.folder)
    title = title or name.replace("_", " ").capitalize()
    check_names(subject, name, title)
    like, description = _read_architecture(subject, pilot)
    listed = description.get("uses_layers")
    uses = [str(each) for each in listed] if isinstance(listed, list) else []
    code = read_code(pilot, _pristine(subject.snapshot, pilot, pilot.answers), subject.root, like, uses)
    if not any(each.path.startswith("src/") for each in code.files):
        raise PilotError("The pilot has no code of its own.", "An architecture is drafted from what a team wrote.")
    said = _read_said(pilot, code)
    described = describe_architecture(name, title, description, said, _definitions(subject))
    files = _describe(subject, described, pilot, name, title)
    return _prove(_Drafting(repository, subject, pilot, name, title, code, files), described, tuple(said.dependencies))


def _read_architecture(subject: Subject, pilot: Pilot) -> tuple[str, Mapping[str, object]]:
    """Read what the catalog says of the architecture that the pilot is built on."""
    chosen = str(pilot.answers.get(subject.roles.call("architecture"), ""))
    path = _DESCRIPTION.format(name=chosen, file="architecture.yml")
    if chosen not in subject.architectures or path not in subject.tree:
        known = ", ".join(subject.architectures) or "none"
        raise PilotError(f"The pilot is built on {chosen or 'no architecture'}.", f"This catalog has: {known}.")
    return chosen, _parse(subject.tree[path])


def _parse(file: File | None) -> Mapping[str, object]:
    """Read a manifest; nothing where it is none."""
    try:
        return (parse_mapping(file.content) if file else None) or {}
    except (YamlError, UnicodeDecodeError):
        return {}


def _pristine(snapshot: Snapshot, pilot: Pilot, answers: Mapping[str, object]) -> Pristine:
    """Let a catalog make the pilot with what it records, as far as it is asked there.

    Raises:
        CatalogError: It refuses the answers.
    """
    known = open_names(snapshot)
    given = {name: value for name, value in answers.items() if name in known}
    found, problems = resolve_answers(snapshot, given)
    if problems:
        raise CatalogError(f"{problems[0]}.", "Upgrade the pilot to this catalog first.")
    return Pristine(snapshot, _named(found, pilot))


def _named(answers: Answers, pilot: Pilot) -> Answers:
    return follow_names(answers, pilot.names)


def _definitions(subject: Subject) -> frozenset[str]:
    known = f"{subject.root}{_DEFINITIONS}"
    return frozenset(path.removeprefix(known).removesuffix(".yml") for path in subject.tree if path.startswith(known))


def _read_said(pilot: Pilot, code: PilotCode) -> PilotFacts:
    """Read what the pilot says of itself; its manifests may say anything, so nothing is taken for granted."""
    found = read_committed(pilot, lambda path: path in {MANIFEST, KPIS, PROJECT})
    prefix = f"src/{package_of(pilot)}/"
    own = {
        path.removeprefix(prefix).split("/")[0].removesuffix(".py") for path in _paths(code) if path.startswith(prefix)
    }
    contracts = [path for path in _paths(code) if path.startswith(DATA_CONTRACTS)]
    dependencies = team_dependencies(found.get(PROJECT))
    return PilotFacts(_parse(found.get(MANIFEST)), _parse(found.get(KPIS)), own, dependencies, code.layers, contracts)


def _paths(code: PilotCode) -> list[str]:
    return [each.path for each in code.files]


def _describe(subject: Subject, described: Described, pilot: Pilot, name: str, title: str) -> dict[str, File]:
    """Write everything but the layer: the description, what an architecture board reads, and the news."""
    readme = (
        f"# {title}\n\nDrafted from the pilot {pilot.folder.name}. {TO_FILL}: what it does and for whom.\n\n"
        f"## When to use it\n\n- {TO_FILL}\n\n## When not\n\n- {TO_FILL}\n\n"
        f"## Components\n\n{TO_FILL}: draw them, and what flows between them, as `architecture.yml` lists them.\n"
    )
    told = f"The reference architecture {name}, as the pilot {pilot.folder.name} built it: {title}.\n"
    texts = {
        _DESCRIPTION.format(name=name, file="architecture.yml"): write_description(described.data),
        _DESCRIPTION.format(name=name, file=README): readme,
        f"changelog.d/{name}.added.md": told,
        **{f"{subject.root}{_DEFINITIONS}{key}.yml": text for key, text in described.definitions.items()},
    }
    return {path: File(text.encode()) for path, text in texts.items()}


def _prove(drafting: _Drafting, described: Described, dependencies: tuple[str, ...]) -> Draft:
    """Render the draft with the pilot's answers; where a better template does not hold, take the plain one."""
    code = drafting.code
    chosen = {each.path: each.templates[0] for each in code.files}
    given = _render(drafting, drafting.add(chosen)[2])
    chosen |= {each.path: each.templates[-1] for each in code.files if given.get(each.path) != each.file}
    base, theirs, snapshot = drafting.add(chosen)
    given = _render(drafting, snapshot)
    drafted = tuple(_drafted(each, drafting.path(chosen[each.path][0]), given.get(each.path)) for each in code.files)
    return Draft(drafted, dependencies, base, theirs, snapshot, code.left_out, described.to_fill)


def _render(drafting: _Drafting, snapshot: Snapshot) -> Mapping[str, File]:
    """Make the pilot anew from the draft; nothing where that refuses its answers or cannot be rendered."""
    pilot, question = drafting.pilot, drafting.subject.roles.call("architecture")
    try:
        return _pristine(snapshot, pilot, {**pilot.answers, question: drafting.name}).render()
    except CatalogError:
        return {}


def _drafted(code: CodeFile, template: str, given: File | None) -> DraftedFile:
    if given == code.file:
        return DraftedFile(code.path, template, proven=True)
    old = [] if given is None else given.content.splitlines()
    opcodes = SequenceMatcher(None, old, code.file.content.splitlines(), autojunk=False).get_opcodes()
    lines = [line for tag, _, _, j1, j2 in opcodes if tag != "equal" for line in range(j1 + 1, j2 + 1)]
    return DraftedFile(code.path, template, proven=False, differs=tuple(lines if given else ()))
