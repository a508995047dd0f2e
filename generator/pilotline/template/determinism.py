"""Whether Copier would give the same wherever and whenever it renders a snapshot; if not, a merge has no true base.

Only what Copier reads as a template counts: questions, settings, paths, files with the templates' suffix, and what
these include; and there only what stands between Jinja's marks. A `now()` in a plain Python file changes nothing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from jinja2 import Environment, TemplateSyntaxError

from pilotline.errors import UnrepeatableTemplateError
from pilotline.template.snapshot import Snapshot

_UNREPEATABLE: Final = re.compile(
    r"_copier_conf\b\W+(?:src_path|dst_path)\b|\bmake_secret\b|\bnow\s*\("
    r"|\|\s*(?:expanduser|expandvars|fileglob|realpath)\b"
)
_PLACE: Final = re.compile(r"_copier_conf\b\W+(?!answers_file|sep|os)\w+|\b_copier_python\b")
_EXTERNAL: Final = re.compile(r"\b_external_data\b")
_OWN_ANSWERS: Final = "{{ _copier_conf.answers_file }}"
_MARKS: Final = tuple(f"{kind}_{end}_string" for kind in ("block", "variable", "comment") for end in ("start", "end"))
_PREFIXES: Final = ("line_statement_prefix", "line_comment_prefix")
_NO_CODE: Final = frozenset({"comment", "data", "linecomment", "raw_begin", "raw_end"})
_READS_FILES: Final = frozenset({"extends", "from", "import", "include"})
_AFTER_NAME: Final = frozenset({"as", "ignore", "import", "with", "without"})
Tokens = list[tuple[str, str]]
"""Kind and text of what stands between Jinja's marks."""


def refuse_unrepeatable(snapshot: Snapshot) -> None:
    """Refuse a template that reads what is different here: Copier works in a temporary folder, without other files.

    Raises:
        UnrepeatableTemplateError: It names the file.
    """
    others = {path for path in snapshot.definition.external_data.values() if path != _OWN_ANSWERS}
    for path, tokens in _templates(snapshot):
        code = "".join(text for _, text in tokens)
        found = _UNREPEATABLE.search(code) or (_EXTERNAL.search(code) if others else None)
        if found:
            raise UnrepeatableTemplateError(
                f"{path} of {snapshot.identity.label} uses {found[0]}, whose value depends on where or when it is "
                "rendered.",
                "Replace it by an answer, or use `copier copy` for this template.",
            )


def find_place_dependent(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Name the texts of a catalog that differ from machine to machine, each with what it reads."""
    for path, tokens in _templates(snapshot):
        found = _PLACE.search("".join(text for _, text in tokens))
        if found:
            yield path, found[0]


def _templates(snapshot: Snapshot) -> Iterator[tuple[str, Tokens]]:
    """Give the code of every text that Copier may render; tasks are no templates, they know where they run."""
    options = snapshot.definition.environment_options
    environment = Environment(  # noqa: S701 - it only reads, it renders nothing
        **{name: str(options[name]) for name in (*_MARKS, *_PREFIXES) if options.get(name)}  # type: ignore[arg-type]
    )
    files = snapshot.files
    plain = {path: files[path].content.decode("utf-8", "replace") for path in files if path in files}
    suffix = snapshot.definition.templates_suffix
    waiting = [*_named_texts(snapshot), *((path, plain.pop(path)) for path in [*plain] if path.endswith(suffix))]
    while waiting:
        path, text = waiting.pop()
        tokens = _tokens(environment, text)
        yield path, tokens
        included = [*plain] if _includes_by_expression(tokens) else [*_literals(tokens)]
        waiting += [(name, plain.pop(name)) for name in included if name in plain]


def _named_texts(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    definition = snapshot.definition
    settings = [definition.answers_file, definition.subdirectory, definition.exclude, definition.skip_if_exists]
    yield from (("copier.yml", text) for text in _texts_in([definition.questions, settings]))
    yield from ((path, path) for path in snapshot.tree)


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts_in([*value.keys(), *value.values()])
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts_in(item)


def _tokens(environment: Environment, text: str) -> Tokens:
    """Read what stands between Jinja's marks; all of a text that cannot be read."""
    try:
        return [(kind, value) for _, kind, value in environment.lex(text) if kind not in _NO_CODE]
    except TemplateSyntaxError:
        return [("broken", text)]


def _literals(tokens: Tokens) -> Iterator[str]:
    """Name the paths that the texts in some code could mean, each once."""
    texts = (value[1:-1] for kind, value in tokens if kind == "string")
    yield from dict.fromkeys("/".join(part for part in text.split("/") if part not in {"", "."}) for text in texts)


def _includes_by_expression(tokens: Tokens) -> bool:
    """Tell whether some tag reads a file whose name is computed, so that it may be any."""
    begins = names = False
    for kind, value in tokens:
        if kind == "whitespace":
            continue
        if names and ((kind == "name" and value not in _AFTER_NAME) or value in {"~", "+"}):
            return True
        names = (begins and value in _READS_FILES) or (names and kind in {"operator", "string"})
        begins = kind in {"block_begin", "linestatement_begin"}
    return False
