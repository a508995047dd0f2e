"""A catalog at one commit: what is rendered, and where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pilotline.errors import CatalogError, UnsupportedTemplateError
from pilotline.templating import Templating
from pilotline.tree import Tree
from pilotline.yamls import YamlError, explain_yaml_error, parse_yaml

_REFUSED_SETTINGS: Final[Mapping[str, str]] = {
    "tasks": "runs commands",
    "migrations": "runs commands",
    "jinja_extensions": "loads Jinja extensions",
    "preserve_symlinks": "copies symbolic links",
}


@dataclass(frozen=True)
class Identity:
    """Where a snapshot comes from, as pilots record it: an address and a version."""

    source: str
    version: str | None
    label: str
    """What people call it, for messages."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A catalog at one commit, held in memory."""

    identity: Identity
    tree: Tree

    @cached_property
    def definition(self) -> "Definition":
        """The parsed `copier.yml`.

        Raises:
            CatalogError: There is none, or it cannot be used.
        """
        return parse_definition(self.tree, self.identity.label)

    @cached_property
    def templating(self) -> Templating:
        """The environment that compiles each of the snapshot's templates once."""
        files = {path: file.content for path, file in self.tree.items()}
        return Templating(files, self.definition.environment_options)


@dataclass(frozen=True)
class Definition:
    """What `copier.yml` says: settings that the renderer obeys, and the questions as they are written."""

    questions: Mapping[str, Mapping[str, object]]
    answers_file: str
    exclude: tuple[str, ...]
    skip_if_exists: tuple[str, ...]
    secret_questions: frozenset[str]
    subdirectory: str
    templates_suffix: str
    external_data: Mapping[str, str]
    environment_options: Mapping[str, object]


_DEFAULT_EXCLUDE: Final = ("copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")


def parse_definition(tree: Tree, label: str) -> Definition:
    """Parse a catalog's `copier.yml`.

    Raises:
        CatalogError: It is missing, broken, or of the wrong shape.
        UnsupportedTemplateError: It asks for what only Copier itself does.
    """
    name = next((name for name in ("copier.yml", "copier.yaml") if name in tree), None)
    if name is None:
        raise CatalogError(
            f"{label} is no catalog: it has no copier.yml.",
            "Give the address of a catalog, or a folder that holds one.",
        )
    raw = _load(tree[name].content, f"{label}/{name}")
    settings = {key[1:]: value for key, value in raw.items() if key.startswith("_")}
    _refuse_unsupported(settings, label)
    subdirectory = str(settings.get("subdirectory") or "")
    default_exclude = () if subdirectory not in {"", "."} else _DEFAULT_EXCLUDE
    secrets = frozenset(_texts(settings.get("secret_questions"), ()))
    options = settings.get("envops") or {}
    external = settings.get("external_data") or {}
    suffix = settings.get("templates_suffix")
    return Definition(
        questions={key: _as_question(value) for key, value in raw.items() if not key.startswith("_")},
        answers_file=str(settings.get("answers_file") or ".copier-answers.yml"),
        exclude=_texts(settings.get("exclude"), default_exclude),
        skip_if_exists=_texts(settings.get("skip_if_exists"), ()),
        secret_questions=secrets,
        subdirectory=subdirectory,
        templates_suffix=".jinja" if suffix is None else str(suffix),
        external_data={str(k): str(v) for k, v in external.items()} if isinstance(external, dict) else {},
        environment_options=options if isinstance(options, dict) else {},
    )


def _load(content: bytes, place: str) -> dict[str, object]:
    try:
        raw = parse_yaml(content)
    except YamlError as error:
        raise CatalogError(f"{place}, {explain_yaml_error(error)}.", "Mend the YAML and try again.") from error
    if not isinstance(raw, dict):
        raise CatalogError(f"{place} holds no questions.", "Write it as a mapping from question to definition.")
    return {str(key): value for key, value in raw.items()}


def _refuse_unsupported(settings: Mapping[str, object], label: str) -> None:
    for name, meaning in _REFUSED_SETTINGS.items():
        if settings.get(name):
            raise UnsupportedTemplateError(
                f"{label} {meaning} (`_{name}` in copier.yml), which pilotline does not do.",
                "Use `copier copy` for this template, or remove the setting.",
            )


def _as_question(value: object) -> dict[str, object]:
    """Give the short form (`name: default`) the shape of the long one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {"default": value}


def _texts(value: object, default: tuple[str, ...]) -> tuple[str, ...]:
    if value is None:
        return default
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
