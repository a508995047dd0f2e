"""Jinja as Copier sets it up, over a snapshot in memory, each template compiled once.

Copier is the reference for every byte (`copier._main.Worker.jinja_env`, 9.19): the sandbox, the same filters and no
extension of the catalog. What this environment does not offer raises, so that nothing is ever silently different.
"""

import datetime as dt
import json
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePosixPath, PureWindowsPath
from types import CodeType
from typing import Final

import jinja2.compiler
from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateError, TemplateNotFound, Undefined
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from pilotline.config import cache_folder
from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_known_yaml
from pilotline.errors import CatalogError, UnsupportedTemplateError
from pilotline.files.tree import File
from pilotline.template import filters, yaml_filters
from pilotline.template.bytecode_cache import compiled, fingerprint_code

_UNDEFINED_KINDS: Final[Mapping[str, type[Undefined]]] = {
    "jinja2.Undefined": Undefined,
    "jinja2.StrictUndefined": StrictUndefined,
}
_MOST_BITS: Final = 100_000
_ENVIRONMENT_OPTIONS: Final = frozenset(
    {
        "autoescape",
        "block_end_string",
        "block_start_string",
        "comment_end_string",
        "comment_start_string",
        "keep_trailing_newline",
        "line_comment_prefix",
        "line_statement_prefix",
        "lstrip_blocks",
        "newline_sequence",
        "trim_blocks",
        "undefined",
        "variable_end_string",
        "variable_start_string",
    }
)


class Templating:
    """The templates of one snapshot: compiled on first use, then rendered any number of times."""

    def __init__(self, files: Mapping[str, File], options: Mapping[str, object] | None = None) -> None:
        """Set up the environment.

        Args:
            files: Files by path relative to the catalog's root; what `include` and `import` may read.
            options: The catalog's `_envops`.

        Raises:
            UnsupportedTemplateError: An option is unknown here.
        """
        self.environment = _make_environment(_SnapshotLoader(files), options or {})
        self._compiled: dict[str, Template] = {}
        self._templates: dict[str, bool] = {}

    def render_text(self, source: str, context: Mapping[str, object]) -> str:
        """Render a template given as text (a default, a file name, a pattern)."""
        if not self.is_template(source):
            return source
        template = self._compiled.get(source)
        if template is None:
            template = self._compiled[source] = self.environment.from_string(source)
        return template.render(context)

    def render_file(self, path: str, context: Mapping[str, object]) -> str:
        """Render a template file of the snapshot."""
        return self.environment.get_template(path).render(context)

    def is_template(self, source: str) -> bool:
        """Tell whether rendering could change a text; most file names hold no syntax at all."""
        known = self._templates.get(source)
        if known is None:
            known = self._templates[source] = self._could_change(source)
        return known

    def _could_change(self, source: str) -> bool:
        environment = self.environment
        marks = (environment.variable_start_string, environment.block_start_string, environment.comment_start_string)
        prefixes = environment.line_statement_prefix or environment.line_comment_prefix
        trimmed = source.endswith("\n") and not environment.keep_trailing_newline
        return bool(prefixes) or trimmed or "\r" in source or any(mark in source for mark in marks)


class _SnapshotLoader(BaseLoader):
    """Loads templates from a mapping by the rules of Jinja's file loader."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Find a template by its path from the catalog's root."""
        del environment
        parts = [part for part in template.split("/") if part and part != "."]
        file = self._files.get("/".join(parts))
        if file is None or ".." in parts:
            raise TemplateNotFound(template)
        return file.content.decode("utf-8"), template, lambda: True


class SharingEnvironment(SandboxedEnvironment):
    """A sandbox that compiles a text once per process: two versions of a catalog share most of their templates."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Refuse numbers that no clock could stop Python from computing.

        Raises:
            OverflowError: The result would have more digits than any template needs.
        """
        if isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
            if bits > _MOST_BITS:
                raise OverflowError("it computes a number that is far too large")
        return super().call_binop(context, operator, left, right)

    def share_code(self, options: Mapping[str, object]) -> None:
        """Share compiled code with every environment that was made with the same options, also between runs.

        Args:
            options: What tells this environment from others: Jinja already computes what is constant, by its filters.
        """
        sources = [__file__, str(jinja2.compiler.__file__), filters.__file__, yaml_filters.__file__]
        self._signature = f"{fingerprint_code(sources)} {sorted(options.items())!r} {sorted(self.intercepted_binops)}"
        self._store = cache_folder()

    def compile(  # type: ignore[override]  # never raw: only Jinja's own tool for modules asks for source
        self, source: str, name: str | None = None, filename: str | None = None
    ) -> CodeType:
        """Compile a template, unless the same text was compiled under the same name."""
        compile_ = partial(super().compile, source, name, filename)
        return compiled((self._signature, source, name, filename), self._store, compile_)


def _make_environment(loader: BaseLoader, options: Mapping[str, object]) -> SandboxedEnvironment:
    unknown = sorted(set(options) - _ENVIRONMENT_OPTIONS)
    if unknown:
        raise UnsupportedTemplateError(
            f"`_envops` in copier.yml sets {', '.join(unknown)}, which only Copier itself understands."
        )
    chosen: dict[str, object] = {"keep_trailing_newline": True, **options}
    undefined = chosen.pop("undefined", "jinja2.Undefined")
    if undefined not in _UNDEFINED_KINDS:
        raise CatalogError(
            f"`_envops.undefined` in copier.yml is {undefined!r}.", f"Use one of {', '.join(_UNDEFINED_KINDS)}."
        )
    environment = SharingEnvironment(
        loader=loader,
        cache_size=-1,
        auto_reload=False,
        undefined=_UNDEFINED_KINDS[str(undefined)],
        **chosen,
    )
    environment.share_code(options)
    environment.filters.update(filters.ansible_filters())
    environment.filters["from_yaml"] = _from_yaml
    environment.filters["to_json"] = partial(json.dumps, default=_plain)
    environment.globals["pathjoin"] = _join_path
    return environment


def _plain(value: object) -> str:
    """Write what JSON has no type for as Copier does; whatever is rare is left to Copier."""
    if isinstance(value, Undefined):
        raise TypeError(f"{value._undefined_name or 'a value'} is not there, so it cannot be written as JSON")  # noqa: SLF001
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    raise UnsupportedTemplateError(f"A template writes a {type(value).__name__} as JSON.")


def _from_yaml(data: object) -> object:
    """Parse YAML once per text: architectures are read by many templates."""
    if not isinstance(data, str):
        return data
    try:
        return parse_known_yaml(data)
    except YamlError as error:
        raise ValueError(f"it is no YAML: {explain_yaml_error(error)}") from error


def _join_path(*parts: str, mode: str = "posix") -> str:
    kind = PureWindowsPath if mode == "windows" else PurePosixPath
    return str(kind(*parts))


def explain_template_error(error: Exception) -> str:
    """Say in one line what a template did wrong and where."""
    if isinstance(error, TemplateNotFound):
        return f"the catalog has no file {error.name}"
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".") + _place_of(error)


def _place_of(error: Exception) -> str:
    """Name file and line of an error: where Jinja stopped reading, or the innermost template that was running."""
    name, line = getattr(error, "filename", None) or getattr(error, "name", None), getattr(error, "lineno", None)
    if not (isinstance(error, TemplateError) and name and line):
        name, line = None, None
        for frame, number in traceback.walk_tb(error.__traceback__):
            if "__jinja_exception__" in frame.f_globals and frame.f_code.co_filename != "<template>":
                name, line = frame.f_code.co_filename, number
    return f" ({name}, line {line})" if name and line else ""
