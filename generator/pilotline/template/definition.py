"""What `copier.yml` says: settings that the renderer obeys, and the questions as they are written.

Copier's rules (`copier._template.load_template_config`, 9.19): several documents are laid over each other, `!include`
brings in another file, and some lists add up. What Copier itself would misread is refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

import yaml
from packaging.version import InvalidVersion, Version

from pilotline.documents.yaml_text import SafeLoader, YamlError, explain_yaml_error
from pilotline.errors import CatalogError, CopierVersionError
from pilotline.files.tree import File

RULES_OF: Final = "9.19.1"
"""The version of Copier whose rules this package follows."""

_DEFAULT_EXCLUDE: Final = ("copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")
_NAME: Final = re.compile(r"copier\.ya?ml", re.IGNORECASE)
_ADDED_UP: Final = ("_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists")


@dataclass(frozen=True)
class TemplateDefinition:
    """The settings and questions of one catalog."""

    questions: Mapping[str, Mapping[str, object]]
    answers_file: str
    exclude: tuple[str, ...]
    skip_if_exists: tuple[str, ...]
    secret_questions: frozenset[str]
    subdirectory: str
    templates_suffix: str
    external_data: Mapping[str, str]
    environment_options: Mapping[str, object]
    tasks: tuple[str, ...]
    """Commands that Copier runs after it has rendered, as they are written."""
    migrations: tuple[str, ...]
    """Commands that Copier runs in the project during an update."""
    extensions: tuple[str, ...]
    """Python classes that Copier loads into Jinja."""
    preserves_links: bool


def parse_definition(tree: Mapping[str, File], label: str) -> TemplateDefinition:
    """Parse a catalog's `copier.yml`; a template without one asks nothing.

    Raises:
        CatalogError: It is broken, or of the wrong shape.
    """
    name = _find(tree, label)
    place = f"{label}/{name}"
    raw = {} if name is None else _merge(list(_documents(tree, name, place)), place)
    settings = {key[1:]: value for key, value in raw.items() if key.startswith("_")}
    _refuse_newer(settings.get("min_copier_version"), label)
    subdirectory, suffix = str(settings.get("subdirectory") or ""), settings.get("templates_suffix")
    return TemplateDefinition(
        questions={key: _as_question(value) for key, value in raw.items() if not key.startswith("_")},
        answers_file=_answers_file(settings.get("answers_file"), label),
        exclude=_texts(raw, "_exclude", place, () if subdirectory not in {"", "."} else _DEFAULT_EXCLUDE),
        skip_if_exists=_texts(raw, "_skip_if_exists", place),
        secret_questions=frozenset(_texts(raw, "_secret_questions", place)),
        subdirectory=subdirectory,
        templates_suffix=".jinja" if suffix is None else str(suffix),
        external_data={str(name): str(path) for name, path in _mapping(settings.get("external_data")).items()},
        environment_options={str(name): value for name, value in _mapping(settings.get("envops")).items()},
        tasks=tuple(map(_command, _items(settings.get("tasks")))),
        migrations=tuple(command for item in _items(settings.get("migrations")) for command in _migration(item)),
        extensions=_texts(raw, "_jinja_extensions", place),
        preserves_links=bool(settings.get("preserve_symlinks")),
    )


def _find(tree: Mapping[str, File], label: str) -> str | None:
    """Name the file with the questions, where there is one."""
    names = [path for path in tree if _NAME.fullmatch(path)]
    if names and names[0] not in tree:
        raise CatalogError(f"{label}/{names[0]} is a link that leads out of it, or nowhere.", "Replace it by the file.")
    if len(names) > 1:
        raise CatalogError(f"{label} has both {' and '.join(names)}.", "Keep one of them.")
    return names[0] if names else None


def _documents(tree: Mapping[str, File], name: str, place: str) -> Iterator[dict[str, object]]:
    """Read every document of a file, those of included files among them."""

    class Loader(SafeLoader):  # which class it is depends on the installation
        """A loader that knows `!include`, for this catalog alone."""

    def include(loader: yaml.SafeLoader, node: yaml.Node) -> object:
        wanted = str(loader.construct_scalar(node)) if isinstance(node, yaml.ScalarNode) else ""
        if wanted not in tree and not frozenset("*?[").intersection(wanted):
            raise CatalogError(f"{place} includes {wanted!r}.", "`!include` takes a path of the catalog, or a pattern.")
        found = []
        for path in [wanted] if wanted in tree else _matching(tree, wanted):
            if path in including:
                raise CatalogError(f"{place}: {path} includes itself.", "Take the circle out.")
            including.append(path)
            found += _flatten(yaml.load_all(tree[path].content, Loader=Loader))
            including.pop()
        return found

    including = [name]
    Loader.add_constructor("!include", include)
    try:
        documents = _flatten(yaml.load_all(tree[name].content, Loader=Loader))
    except YamlError as error:
        raise CatalogError(f"{place}, {explain_yaml_error(error)}.", "Mend the YAML and try again.") from error
    for document in documents:
        if not isinstance(document, dict):
            raise CatalogError(f"{place} holds no questions.", "Write it as a mapping from question to definition.")
        yield {str(key): value for key, value in document.items()}


def _matching(tree: Mapping[str, File], pattern: str) -> list[str]:
    """Name the files that a pattern means, in order; `**` stands for any folders."""
    parts = pattern.split("/")
    return [path for path in sorted(tree) if path in tree and _matches(path.split("/"), parts)]


def _matches(path: list[str], pattern: list[str]) -> bool:
    """Go through a path with every place in the pattern that it may have reached, so that no pattern takes long."""
    reached = _past_folders({0}, pattern)
    for name in path:
        stays = {place for place in reached if place < len(pattern) and pattern[place] == "**"}
        goes = {place + 1 for place in reached if place < len(pattern) and fnmatchcase(name, pattern[place])}
        reached = _past_folders(stays | goes, pattern)
    return len(pattern) in reached


def _past_folders(places: set[int], pattern: list[str]) -> set[int]:
    for place in sorted(places):
        while place < len(pattern) and pattern[place] == "**":
            place += 1  # noqa: PLW2901 - it also stands for no folder at all
            places.add(place)
    return places


def _flatten(documents: object) -> list[object]:
    """Put the documents of lists of documents in one row; empty ones are left out."""
    if isinstance(documents, dict):
        return [documents]
    if isinstance(documents, (str, bytes)) or not hasattr(documents, "__iter__"):
        return [documents]
    return [item for document in documents if document for item in _flatten(document)]


def _merge(documents: list[dict[str, object]], place: str) -> dict[str, object]:
    """Lay documents over each other: the last one wins, and some lists add up."""
    merged: dict[str, object] = {}
    for document in documents:
        merged |= document
    for name in _ADDED_UP:
        lists = [_items_of(document, name, place) for document in documents if name in document]
        if lists:
            merged[name] = [item for items in lists for item in items]
    return merged


def _items_of(raw: Mapping[str, object], name: str, place: str) -> list[object]:
    value = raw[name]
    if not isinstance(value, list):
        raise CatalogError(f"{place}: {name} is {value!r}.", "Write it as a list.")
    return value


def _texts(raw: Mapping[str, object], name: str, place: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(str(item) for item in _items_of(raw, name, place)) if name in raw else default


def _as_question(value: object) -> dict[str, object]:
    """Give the short form (`name: default`) the shape of the long one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {"default": value}


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _command(task: object) -> str:
    """Write a task as one line of text, for people to judge."""
    command = task.get("command", task) if isinstance(task, dict) else task
    return " ".join(map(str, command)) if isinstance(command, list) else str(command).strip()


def _migration(item: object) -> list[str]:
    """Name the commands of a migration, in its new and in its old form."""
    if isinstance(item, dict) and "command" not in item:
        return [_command(command) for stage in ("before", "after") for command in _items(item.get(stage))]
    return [_command(item)]


def _refuse_newer(wanted: object, label: str) -> None:
    """Refuse a catalog that asks for a later Copier than the one whose rules are followed here."""
    if wanted is None:
        return
    try:
        newer = Version(str(wanted)) > Version(RULES_OF)
    except InvalidVersion as error:
        message = f"{label}: _min_copier_version is {wanted!r}, which is no version."
        raise CopierVersionError(message, "Name a released version.") from error
    if newer:
        raise CopierVersionError(
            f"{label} needs Copier {wanted}; this pilotline follows the rules of {RULES_OF}.", "Upgrade pilotline."
        )


def _answers_file(value: object, label: str) -> str:
    """Read where the answers are kept; a place outside of the project is none.

    Raises:
        CatalogError: It would lie outside.
    """
    path = str(value or ".copier-answers.yml")
    if path.startswith("/") or ".." in path.split("/"):
        raise CatalogError(f"{label} keeps its answers outside of the project ({path!r}).", "Correct `_answers_file`.")
    return path
