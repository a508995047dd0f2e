"""Adding to a catalog what lints, renders and passes from the first moment, to be made real from there."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pilotline.authoring.catalog_lock import catalog_locked
from pilotline.authoring.questions_file import add_choice, add_layer
from pilotline.authoring.skeletons import read_skeleton, render_skeleton
from pilotline.catalog.working_copy import read_catalog
from pilotline.errors import CatalogError
from pilotline.files.children import finishing
from pilotline.files.disk import write_atomically, write_tree
from pilotline.files.tree import File, Tree
from pilotline.git import commands as git
from pilotline.linting.catalog_under_test import Subject
from pilotline.template.answers import resolve_answers

Kind = Literal["architecture", "integration"]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")
_TITLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,()+/-]{0,59}")
_QUESTION: Final[dict[Kind, str]] = {"architecture": "architecture", "integration": "integrations"}
"""What a catalog calls the question with the choices of each kind: see `question_roles.CALLED`."""


@dataclass(frozen=True)
class Addition:
    """What would be added: new files, and the questions with the new choice and layer."""

    folder: Path
    name: str
    files: Tree
    questions: Path
    text: str


def add_to_catalog(folder: Path, kind: Kind, name: str, title: str = "", like: str = "") -> Addition:
    """Add an architecture or integration, after whatever else is being added there.

    Args:
        folder: The catalog.
        kind: What is added.
        name: Its id, as in answers and folders.
        title: What people read; made of the name where it is empty.
        like: The architecture that a new one begins as; the first one where it is empty.

    Raises:
        CatalogError: The name cannot be used or is taken, there is nothing to begin with, or another process writes.
        OSError: The disk is full, or the folder cannot be written.
    """
    with catalog_locked(folder) if git.is_repository_root(folder) else contextlib.nullcontext():
        addition = _plan_addition(folder, kind, name, title, like)
        _write_addition(addition)
    return addition


def _plan_addition(folder: Path, kind: Kind, name: str, title: str, like: str) -> Addition:
    """Put together an architecture or integration."""
    subject = Subject(folder)
    if not subject.has_questions or not subject.definition_content:
        raise CatalogError(f"{folder} is no catalog that can be used.", "`pilotline catalog lint` says what is wrong.")
    title = title or name.replace("_", " ").capitalize()
    check_names(subject, name, title)
    files = _architecture(subject, name, title, like) if kind == "architecture" else _integration(name, title)
    # What one that was killed has left is no obstacle for the next.
    taken = [p for p, file in files.items() if p in subject.tree and not _begins(file, subject.tree[p])]
    if taken:
        raise CatalogError(f"{taken[0]} is there already.", "Choose another name, or remove it first.")
    text = offer(subject, kind, name, title, files)
    return Addition(folder, name, files, folder / subject.definition_path, text)


def offer(subject: Subject, kind: Kind, name: str, title: str, files: Mapping[str, File]) -> str:
    """Write the questions with a new choice, and with a line for its layer where the choice does not turn that on.

    Raises:
        CatalogError: The questions are not written so that something can be added.
    """
    question = subject.roles.call(_QUESTION[kind])
    condition = f"{question} == '{name}'" if kind == "architecture" else f"'{name}' in {question}"
    text = add_choice(subject.definition_content.decode(), question, title, name)
    given: dict[str, object] = {question: name if kind == "architecture" else [name]}
    if not _turned_on(subject, {**files, subject.definition_path: File(text.encode())}, given, name):
        text = add_layer(text, name, condition)
    return text


def _turned_on(subject: Subject, files: Mapping[str, File], given: Mapping[str, object], name: str) -> bool:
    """Tell whether a choice turns its layer on by itself, as where layers are computed from the answers."""
    snapshot = replace(subject.snapshot, tree=Tree({**subject.tree, **files}))
    layers = resolve_answers(snapshot, given)[0].values.get("layer")
    return isinstance(layers, dict) and layers.get(name) == "."


def _begins(whole: File, present: File) -> bool:
    return whole.content.startswith(present.content)


def check_names(subject: Subject, name: str, title: str) -> None:
    """Refuse an id or a title that a catalog cannot have, or has already.

    Raises:
        CatalogError: It says which.
    """
    if not _NAME.fullmatch(name):
        raise CatalogError(f"{name} cannot be a name.", "Write 2 to 40 characters of a-z, 0-9 and _, a letter first.")
    if not _TITLE.fullmatch(title):
        raise CatalogError(f"{title!r} cannot be a title.", "Write up to 60 letters, digits, spaces and .,()+/-")
    if name in {*subject.layers, *subject.architectures, *subject.integrations}:
        raise CatalogError(f"{name} is there already.", "Choose another name.")


def _architecture(subject: Subject, name: str, title: str, like: str) -> Tree:
    """Begin as a whole architecture that works: a copy of one, under a name of its own."""
    chosen = like or next(iter(subject.architectures), "")
    if chosen not in subject.architectures:
        known = ", ".join(subject.architectures) or "none"
        raise CatalogError(f"There is no architecture {chosen or 'to begin with'}.", f"This catalog has: {known}.")
    moves = {
        f"reference_architectures/{chosen}/": f"reference_architectures/{name}/",
        f"{subject.root}{subject.layer_folders.get(chosen, chosen)}/": f"{subject.root}{{{{ layer.{name} }}}}/",
    }
    files = {
        new + path.removeprefix(old): file
        for old, new in moves.items()
        for path, file in subject.tree.items()
        if path.startswith(old)
    }
    for path, file in files.items():
        if path.startswith("reference_architectures/") and path.endswith((".yml", ".md")):
            files[path] = File(_renamed(file.content.decode(), chosen, name, title).encode(), file.executable)
    if any(path.startswith("changelog.d/") for path in subject.tree):
        files[f"changelog.d/{name}.added.md"] = File(f"The reference architecture {name}: {title}.\n".encode())
    return Tree(files)


def _renamed(text: str, old: str, new: str, title: str) -> str:
    text = re.sub(rf"\b{re.escape(old)}\b", new, text)
    return re.sub(r"\Aid: (.*)\ntitle: .*$", rf"id: \1\ntitle: {title}", text, flags=re.MULTILINE)


def _integration(name: str, title: str) -> Tree:
    return render_skeleton(read_skeleton("integration"), {"name": name, "title": title})


def _write_addition(addition: Addition) -> None:
    """Write the new files, and the questions at last and in one step; nothing is left when the disk refuses."""
    before, _ = read_catalog(addition.folder)
    try:
        write_tree(addition.files, addition.folder)
        write_atomically(addition.questions, addition.text.encode())
    except BaseException:
        with finishing():
            for path in addition.files:
                if path not in before:
                    (addition.folder / path).unlink(missing_ok=True)
        raise
