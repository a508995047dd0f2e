"""Rendering a snapshot with a set of answers, from memory.

Copier's rules (`copier._main.Worker._render_template`, 9.19): a path whose part renders to nothing is skipped, the
suffix is dropped, everything else is copied byte for byte. The result is a value; nothing touches the disk.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, NoReturn
from unicodedata import normalize

from jinja2 import StrictUndefined, TemplateError
from pathspec import PathSpec

from pilotline.catalog import Snapshot
from pilotline.errors import CatalogError, UnsupportedTemplateError
from pilotline.questions import Answers
from pilotline.templating import explain_template_error
from pilotline.tree import File, Tree

Matcher = Callable[[str], bool]

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
# Variables of Copier whose value depends on the machine, the moment or the run.
_REFUSED_NAMES: Final = ("_copier_phase", "_copier_python", "_folder_name", "make_secret", "now")


class _RefusedUndefined(StrictUndefined):
    """A variable that Copier offers and this renderer does not: any use of it is refused."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise UnsupportedTemplateError(
            f"A template uses {self._undefined_name}, whose value depends on where and when it is rendered.",
            "Replace it by an answer, or use `copier copy` for this template.",
        )

    __str__ = __iter__ = __len__ = __bool__ = __eq__ = __ne__ = __call__ = __hash__ = _refuse
    __getattr__ = __getitem__ = _refuse


@dataclass(frozen=True, slots=True)
class _Configuration:
    """The part of `_copier_conf` that does not depend on the machine."""

    answers_file: PurePosixPath
    sep: str = "/"

    def __getitem__(self, name: str) -> object:
        return getattr(self, name)

    def __getattr__(self, name: str) -> NoReturn:
        raise UnsupportedTemplateError(
            f"A template uses _copier_conf.{name}, whose value depends on where it is rendered.",
            "Replace it by an answer, or use `copier copy` for this template.",
        )


def render(snapshot: Snapshot, answers: Answers, wanted: Matcher | None = None) -> Tree:
    """Render every file that a set of answers turns on, or only those whose path is wanted.

    Raises:
        CatalogError: A template has an error; the message names file and line.
        UnsupportedTemplateError: A template needs what only Copier itself offers.
    """
    return Tree(dict(_Renderer(snapshot, answers, wanted).files()))


def template_context(snapshot: Snapshot, answers: Answers) -> dict[str, object]:
    """Build what templates see: the answers, and Copier's own variables that are the same everywhere."""
    refused = {name: _RefusedUndefined(name=name) for name in _REFUSED_NAMES}
    identity = {"_src_path": snapshot.identity.source, "_commit": snapshot.identity.version}
    known = {key: value for key, value in identity.items() if value is not None}
    context = {
        **refused,
        **answers.values,
        **known,
        "_copier_answers": {**known, **answers.recorded},
        "_copier_conf": _Configuration(PurePosixPath(snapshot.definition.answers_file)),
    }
    return {**context, "_external_data": _external_data(snapshot, context)}


def _external_data(snapshot: Snapshot, context: Mapping[str, object]) -> Mapping[str, object]:
    """Give what a fresh copy finds in other answers files: nothing in its own; any other is refused when used."""
    definition = snapshot.definition
    own = definition.answers_file
    return {
        name: {}
        if _render_text(snapshot, path, context, "_external_data") == own
        else _RefusedUndefined(name=f"_external_data.{name}")
        for name, path in definition.external_data.items()
    }


def match_paths(snapshot: Snapshot, patterns: Iterable[str], context: Mapping[str, object]) -> Matcher:
    """Make a test for paths from gitignore patterns, each of which may be a template."""
    rendered = [_render_text(snapshot, text, context, f"pattern {text!r}") for text in patterns]
    return PathSpec.from_lines("gitignore", [normalize("NFD", text) for text in rendered]).match_file


def match_excluded(snapshot: Snapshot, context: Mapping[str, object]) -> Matcher:
    """Make the test for `_exclude`, whose patterns may render to several lines; those of `_skip_if_exists` may not."""
    context = {**context, "_copier_operation": "copy"}
    rendered = [_render_text(snapshot, text, context, f"pattern {text!r}") for text in snapshot.definition.exclude]
    lines = [normalize("NFD", line) for text in rendered for line in _LINE_BREAK.split(text)]
    return PathSpec.from_lines("gitignore", lines).match_file


def _render_text(snapshot: Snapshot, text: str, context: Mapping[str, object], place: str) -> str:
    try:
        return snapshot.templating.render_text(text, context)
    except RecursionError as error:
        raise _template_error(place, "it includes itself") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise _template_error(place, explain_template_error(error)) from error


def _template_error(place: str, reason: str) -> CatalogError:
    return CatalogError(f"The catalog's {place} cannot be rendered: {reason}.", "Report it to the catalog's owner.")


class _Renderer:
    """One render of one snapshot."""

    def __init__(self, snapshot: Snapshot, answers: Answers, wanted: Matcher | None) -> None:
        self._snapshot = snapshot
        self._wanted = wanted
        self._definition = snapshot.definition
        self._context = template_context(snapshot, answers)
        self._excluded = match_excluded(snapshot, self._context)
        self._names: dict[str, str] = {}

    def files(self) -> Iterable[tuple[str, File]]:
        """Render each template file that is on and not excluded."""
        suffix = self._definition.templates_suffix
        root = self._root()
        for source, file in self._snapshot.tree.items():
            if not source.startswith(root):
                continue
            relative = source.removeprefix(root)
            is_template = bool(suffix) and relative.endswith(suffix)
            if suffix and f"{source}{suffix}" in self._snapshot.tree:
                continue
            path = self._target(relative.removesuffix(suffix) if is_template else relative)
            if path is None or self._excluded(path) or (self._wanted and not self._wanted(path)):
                continue
            if not is_template and suffix and f"{path}{suffix}" in self._snapshot.tree:
                continue
            yield path, self._render_file(source, file) if is_template or not suffix else file

    def _root(self) -> str:
        subdirectory = _render_text(self._snapshot, self._definition.subdirectory, self._context, "_subdirectory")
        parts = PurePosixPath(subdirectory).parts
        if ".." in parts or subdirectory.startswith("/"):
            raise CatalogError(f"The catalog's _subdirectory {subdirectory!r} lies outside it.", "Correct copier.yml.")
        return "".join(f"{part}/" for part in parts)

    def _target(self, relative: str) -> str | None:
        """Render a path part by part; None when a part is empty, which turns the file off."""
        parts = []
        for part in relative.split("/"):
            name = self._names.get(part)
            if name is None:
                name = self._names[part] = _render_text(self._snapshot, part, self._context, f"path {relative!r}")
            if not name:
                return None
            if name == self._definition.answers_file:
                return name
            parts.append(name)
        return str(PurePosixPath(*parts))

    def _render_file(self, source: str, file: File) -> File:
        try:
            text = self._snapshot.templating.render_file(source, self._context)
        except UnicodeDecodeError as error:
            if not self._definition.templates_suffix:
                return file
            raise _template_error(f"file {source}", "it is not UTF-8") from error
        except RecursionError as error:
            raise _template_error(f"file {source}", "it includes itself") from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise _template_error(f"file {source}", explain_template_error(error)) from error
        return File(text.encode(), file.executable)
