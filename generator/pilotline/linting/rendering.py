"""Rules about what templates make, for every combination of answers."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Final

from jinja2 import TemplateError, TemplateSyntaxError

from pilotline.documents.yaml_text import YamlError, parse_documents, parse_mapping
from pilotline.errors import CatalogError
from pilotline.linting.catalog_under_test import Case, Subject
from pilotline.linting.rule import Found, rule
from pilotline.template.environment import explain_template_error

_FAILURES: Final = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, CatalogError,
)  # fmt: skip
_PARSERS: Final[Mapping[str, Callable[[str], object]]] = {
    ".yml": parse_documents,
    ".yaml": parse_documents,
    ".toml": tomllib.loads,
    ".json": json.loads,
}
_STATEMENT: Final = r"\{%-?\s*(?:if|elif|else|endif|for|endfor|set|include|import|from|macro|block)\b"
_TEMPLATES_OF_PILOTS: Final = (".j2", ".jinja2")


@rule("does-not-render", "Mend the template. What may be missing is written `value | default('…')`.")
def does_not_render(subject: Subject) -> Iterator[Found]:
    """A template that fails is found by the team that answers so; a name that nothing answers is found by nobody."""
    seen: set[tuple[str, int]] = set()
    for case in _cases(subject):
        for source, found in _failures(subject, case):
            if (source, found.line) not in seen:
                seen.add((source, found.line))
                yield found


@rule("broken-result", "Quote what is put into the file: `{{ answer | to_json(ensure_ascii=false) }}`.")
def broken_result(subject: Subject) -> Iterator[Found]:
    """A data file that does not parse breaks the pilot of whoever has a colon in a name."""
    seen: set[str] = set()
    sound: set[tuple[str, str]] = set()
    for case, source, path, text in _results(subject, _cases(subject), tuple(_PARSERS)):
        ending = path[path.rfind(".") :]
        if source in seen or (ending, text) in sound:
            continue
        try:
            _PARSERS[ending](text)
            sound.add((ending, text))
        except (YamlError, ValueError) as error:
            seen.add(source)
            reason = str(getattr(error, "problem", None) or error).splitlines()[0]
            yield Found(source, f"It makes a {path} that does not parse ({case.label}): {reason}.")


@rule("leftover-syntax", "Give the template its suffix, or put the text between raw and endraw.")
def leftover_syntax(subject: Subject) -> Iterator[Found]:
    """Template syntax that reaches a pilot is a suffix that was forgotten."""
    names = "|".join(sorted(map(re.escape, subject.snapshot.definition.questions))) if subject.has_questions else ""
    left = re.compile(rf"{_STATEMENT}|\{{\{{-?\s*(?:{names})\b" if names else _STATEMENT)
    seen: set[str] = set()
    for case in _cases(subject):
        for source, path in _targets(subject, case):
            if source in seen or subject.is_template(source) or path.endswith(_TEMPLATES_OF_PILOTS):
                continue
            seen.add(source)
            found = left.search(text := subject.tree[source].content.decode(errors="replace"))
            if found:
                line = text.count("\n", 0, found.start()) + 1
                yield Found(source, f"It is copied as it is, with {found[0].strip()} in it.", line)


@rule("answers-file", "Write `{{ _copier_answers | to_nice_yaml }}` into `{{ _copier_conf.answers_file }}.jinja`.")
def answers_file(subject: Subject) -> Iterator[Found]:
    """A pilot that does not record its source and version, or a relative one, can never be upgraded."""
    for case in _cases(subject)[:1]:
        wanted = subject.snapshot.definition.answers_file
        made = {path: (source, text) for _, source, path, text in _results(subject, (case,), (wanted,))}
        if wanted not in made:
            yield Found(subject.definition_path, f"No template makes {wanted}, so a pilot cannot be upgraded.")
            continue
        source, text = made[wanted]
        yield from _wrong_identity(subject, source, text)


def _wrong_identity(subject: Subject, source: str, text: str) -> Iterator[Found]:
    try:
        recorded = parse_mapping(text) or {}
    except YamlError:
        return  # broken-result says so
    identity = subject.snapshot.identity
    for name, value in (("_src_path", identity.source), ("_commit", identity.version)):
        if recorded.get(name) != value:
            yield Found(source, f"It records {name} as {recorded.get(name)!r} instead of where the pilot came from.")


def _cases(subject: Subject) -> tuple[Case, ...]:
    return subject.cases if subject.has_questions else ()


def _targets(subject: Subject, case: Case) -> tuple[tuple[str, str], ...]:
    try:
        return subject.targets(case)
    except _FAILURES:
        return ()


def _results(
    subject: Subject, cases: tuple[Case, ...], endings: tuple[str, ...]
) -> Iterator[tuple[Case, str, str, str]]:
    """Render each template that makes a file of some kind; what fails is the business of another rule."""
    for case in cases:
        for source, path in _targets(subject, case):
            if path.endswith(endings) and subject.is_template(source):
                try:
                    yield case, source, path, subject.snapshot.templating.render_file(source, case.context)
                except _FAILURES:
                    continue


def _failures(subject: Subject, case: Case) -> Iterator[tuple[str, Found]]:
    try:
        targets = subject.targets(case)
    except _FAILURES as error:
        yield "", Found(subject.definition_path, f"A path does not render ({case.label}): {_explain(error)}.")
        return
    for source, _ in targets:
        if subject.is_template(source):
            try:
                subject.strict_templating.render_file(source, case.context)
            except _FAILURES as error:
                place, line = _place(subject, source, error)
                yield source, Found(place, f"It does not render ({case.label}): {_explain(error)}.", line)


def _explain(error: BaseException) -> str:
    return error.message.rstrip(".") if isinstance(error, CatalogError) else explain_template_error(error)  # type: ignore[arg-type]


def _place(subject: Subject, source: str, error: BaseException) -> tuple[str, int]:
    """Find the template and line that failed: Jinja writes them into the traceback."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or source, error.lineno
    place, line = source, 1
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in subject.tree:
            place, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return place, line
