"""Rules about layers: which there are, what each writes, and who owns it afterwards."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from jinja2 import TemplateError

from pilotline.documents.positions import line_of
from pilotline.linting.catalog_under_test import Case, Subject
from pilotline.linting.rule import Found, rule
from pilotline.template.ownership import owner_of_paths
from pilotline.template.renderer import match_paths

_PLATFORM: Final = frozenset({"_platform", "platform", "integrations"})
"""Folders that stay the catalog's wherever they lie."""


@rule("unknown-layer", "Add it to the computed answer `layer` in copier.yml, or rename the folder.")
def unknown_layer(subject: Subject) -> Iterator[Found]:
    """A folder whose layer is not computed renders to nothing, for everybody."""
    if not subject.has_questions:
        return
    for name, folder in subject.layer_folders.items():
        if name not in subject.layers:
            yield Found(f"{subject.root}{folder}", f"The layer {name} is not in the answer `layer`, so it is never on.")


@rule("layer-without-folder", "Make the folder, or take the layer out of the answer `layer`.")
def layer_without_folder(subject: Subject) -> Iterator[Found]:
    """A layer that writes nothing is a slip of the name."""
    if not subject.has_questions:
        return
    for name in subject.layers:
        if name not in subject.layer_folders:
            line = line_of(subject.definition_content, "layer")
            yield Found(
                subject.definition_path, f"The layer {name} has no folder {subject.root}{{{{ layer.{name} }}}}.", line
            )


@rule("layer-value", "Write the layer as \"{{ '.' if … else '' }}\", in quotes.")
def layer_value(subject: Subject) -> Iterator[Found]:
    """An off value that is no empty text makes a folder of its name, such as None."""
    seen: set[str] = set()
    for case in subject.cases if subject.has_questions else ():
        computed = case.answers.values.get("layer")
        for name, value in computed.items() if isinstance(computed, dict) else ():
            if value not in {".", ""} and name not in seen:
                seen.add(name)
                line = line_of(subject.definition_content, "layer")
                yield Found(subject.definition_path, f"The layer {name} is {value!r} with {case.label}.", line)


@rule("stray-template", "Put it into a layer's folder, or name its folder in _exclude.")
def stray_template(subject: Subject) -> Iterator[Found]:
    """What lies in no layer lands in every pilot."""
    if not subject.has_questions or not subject.layers:
        return
    folders = set(subject.layer_folders.values())
    for case in subject.cases[:1]:
        for source, path in _targets(subject, case):
            if source.removeprefix(subject.root).split("/")[0] not in folders:
                yield Found(source, f"It lies in no layer and lands in every pilot, as {path}.")


@rule("same-path", "Let one layer own the path; what several add to one file is data that one template loops over.")
def same_path(subject: Subject) -> Iterator[Found]:
    """Of two files for one path, one is lost silently."""
    seen: set[tuple[str, ...]] = set()
    for case in subject.cases if subject.has_questions else ():
        makers: dict[str, list[str]] = defaultdict(list)
        for source, path in _targets(subject, case):
            makers[path].append(source)
        for path, sources in makers.items():
            if len(sources) > 1 and tuple(sources) not in seen:
                seen.add(tuple(sources))
                yield Found(sources[1], f"It writes {path}, as {sources[0]} does ({case.label}).")


@rule("integration-brings-seed", "Bring owned files only, so that `pilotline remove` gives the old tree back.")
def integration_brings_seed(subject: Subject) -> Iterator[Found]:
    """What a team owns cannot be taken away again."""
    for source, path, owner in _owners(subject, "integrations"):
        if owner != "owned":
            yield Found(source, f"An integration brings {path}, which is a {owner} file (_skip_if_exists).")


@rule("seed-not-kept", "Add the path to _skip_if_exists, so that no upgrade touches what the team owns.")
def seed_not_kept(subject: Subject) -> Iterator[Found]:
    """An architecture hands its code to the team; what is not listed would be merged over it."""
    for source, path, owner in _owners(subject, "architecture"):
        if owner == "owned" and not _PLATFORM & set(path.split("/")):
            yield Found(source, f"An architecture brings {path}, which is not in _skip_if_exists.")


@rule("derived-not-kept", "Add the path to _skip_if_exists: a derived file is rebuilt, never merged.")
def derived_not_kept(subject: Subject) -> Iterator[Found]:
    """A derived file that is merged contradicts the manifests that it comes from."""
    seen: set[str] = set()
    for case in subject.cases if subject.has_questions else ():
        listed = case.answers.values.get("derived")
        kept = match_paths(subject.snapshot, subject.snapshot.definition.skip_if_exists, case.context)
        for path in listed if isinstance(listed, list) else ():
            if not kept(str(path)) and path not in seen:
                seen.add(str(path))
                line = line_of(subject.definition_content, "_skip_if_exists")
                yield Found(subject.definition_path, f"{path} is in `derived`, but not in _skip_if_exists.", line)


@rule("choice-without-data", "Write the file, or remove the choice.")
def choice_without_data(subject: Subject) -> Iterator[Found]:
    """A choice without its data fails when somebody takes it."""
    for kind, pattern in _DATA.items():
        for choice in _choices(subject, kind) if subject.has_questions else ():
            path = pattern.format(choice)
            if path not in subject.tree:
                question = subject.roles.call(kind)
                line = line_of(subject.definition_content, question, "choices")
                yield Found(subject.definition_path, f"{question} offers {choice}, but there is no {path}.", line)


@rule("data-without-choice", "Add the choice to copier.yml, or remove the data.")
def data_without_choice(subject: Subject) -> Iterator[Found]:
    """Data that nobody can choose is dead."""
    for kind, pattern in _DATA.items() if subject.has_questions else ():
        before, after = pattern.split("{}")
        for path in subject.tree:
            name = path.removeprefix(before).removesuffix(after)
            fits = path.startswith(before) and path.endswith(after) and "/" not in name
            if fits and name not in _choices(subject, kind):
                yield Found(path, f"{subject.roles.call(kind)} in copier.yml does not offer {name}.")


_DATA: Final = {
    "architecture": "reference_architectures/{}/architecture.yml",
    "integrations": "templates/_integrations/{}.yml",
}


def _choices(subject: Subject, kind: str) -> tuple[str, ...]:
    return subject.architectures if kind == "architecture" else subject.integrations


def _targets(subject: Subject, case: Case) -> tuple[tuple[str, str], ...]:
    try:
        return subject.targets(case)
    except (TemplateError, TypeError, ValueError):
        return ()


def _owners(subject: Subject, question: str) -> Iterator[tuple[str, str, str]]:
    """Name the files of the layers that a question turns on, each once, with its path and its owner."""
    if not subject.has_questions:
        return
    folders = {subject.layer_folders.get(choice) for choice in _choices(subject, question)}
    seen: set[str] = set()
    for case in subject.cases:
        owner = owner_of_paths(subject.snapshot, case.answers)
        for source, path in _targets(subject, case):
            if source not in seen and source.removeprefix(subject.root).split("/")[0] in folders:
                seen.add(source)
                yield source, path, owner(path)
