"""Rules about the questions and settings of `copier.yml`."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib.metadata import version as installed_version
from typing import Final

from jinja2 import TemplateSyntaxError, meta, nodes
from packaging.version import Version

from pilotline.catalog.versions import parse_version
from pilotline.documents.positions import line_of
from pilotline.errors import CatalogError, CopierVersionError
from pilotline.linting.catalog_under_test import STOPPING_SETTINGS, Subject
from pilotline.linting.rule import Found, rule
from pilotline.template.answers import resolve_answers
from pilotline.template.determinism import find_place_dependent
from pilotline.template.question_roles import CALLED, QUESTION, QuestionRoles, read_roles, role_data
from pilotline.template.questions import KNOWN_KEYS, parse_questions

_STANDARD_NAMES: Final = frozenset({"_copier_conf", "_copier_answers", "_copier_operation", "_external_data", "UNSET"})
_TEMPLATED: Final = ("type", "default", "choices", "help", "placeholder", "when", "validator")


@rule("stops-copier", "Remove it: plain Copier asks for trust, and Renovate ends with an error. Let the pilot do it.")
def stops_copier(subject: Subject) -> Iterator[Found]:
    """A pilot must be upgradable by Copier and Renovate without anyone's trust."""
    for name in STOPPING_SETTINGS:
        if subject.settings.get(name):
            line = line_of(subject.definition_content, name)
            yield Found(subject.definition_path, f"{name} makes the template run code.", line)


@rule("copier-version", "Name a version that is released and in use, such as 9.10.0.")
def copier_version(subject: Subject) -> Iterator[Found]:
    """A minimum that is too high ends Renovate's run."""
    wanted = subject.settings.get("_min_copier_version")
    if wanted is None:
        return
    line = line_of(subject.definition_content, "_min_copier_version")
    parsed = parse_version(str(wanted))
    if parsed is None:
        yield Found(subject.definition_path, f"_min_copier_version is {wanted!r}, which is no version.", line)
    elif parsed > Version(installed_version("copier")):
        message = f"_min_copier_version {wanted} is higher than the Copier in use, {installed_version('copier')}."
        yield Found(subject.definition_path, message, line)


@rule("unusable-questions", "Mend the question.")
def unusable_questions(subject: Subject) -> Iterator[Found]:
    """What the questions' own definition does not allow stops everybody."""
    if subject.settings:
        try:
            parse_questions(subject.snapshot)
            resolve_answers(subject.snapshot, {})
        except CopierVersionError:
            return  # the rule copier-version says it
        except CatalogError as error:
            yield Found(subject.definition_path, error.message, _line_of_named(subject, error.message))


@rule("unknown-key", "Remove it, or correct its name: Copier leaves it aside without a word.")
def unknown_key(subject: Subject) -> Iterator[Found]:
    """A key that nobody reads is a slip, or a rule that was never in force."""
    for name, data in _questions(subject).items():
        for key in sorted(set(map(str, data)) - KNOWN_KEYS):
            line = line_of(subject.definition_content, name, key)
            yield Found(subject.definition_path, f"The question {name} has an unknown key: {key}.", line)


@rule("place-dependent", "Replace it by an answer: a project is rendered on many machines.")
def place_dependent(subject: Subject) -> Iterator[Found]:
    """What differs from machine to machine shows up as a change that nobody made."""
    if not subject.has_questions:
        return
    for path, found in find_place_dependent(subject.snapshot):
        place = subject.definition_path if path == "copier.yml" else path
        if place == subject.definition_path or place.startswith(subject.root):
            yield Found(place, f"It reads {found}.")


@rule("question-without-default", "Give it a default that works unattended.")
def question_without_default(subject: Subject) -> Iterator[Found]:
    """An upgrade that nobody watches stops at a question without a default."""
    for name, data in _questions(subject).items():
        if "default" not in data:
            line = line_of(subject.definition_content, name)
            yield Found(subject.definition_path, f"The question {name} has no default.", line)


@rule("default-refused", "Give it a default that its own type, choices and validator accept.")
def default_refused(subject: Subject) -> Iterator[Found]:
    """A default that its own rule refuses stops an unattended run just as well."""
    if not subject.has_questions:
        return
    without = {name for name, data in _questions(subject).items() if "default" not in data}
    for problem in resolve_answers(subject.snapshot, {})[1]:
        if problem.question not in without:
            line = line_of(subject.definition_content, problem.question, "default")
            yield Found(subject.definition_path, f"The default of {problem}.", line)


@rule("unknown-role", "Correct the name of the role, or of the question: a role of nothing is left out in silence.")
def unknown_role(subject: Subject) -> Iterator[Found]:
    """The wizard, the checks of answers and this very lint go by the roles that the catalog gives to its questions."""
    if not subject.settings or QUESTION not in _questions(subject):
        return
    known = {item.name for item in fields(QuestionRoles)}
    put = {name for name, data in _questions(subject).items() if data.get("when") is not False}
    line = line_of(subject.definition_content, QUESTION, "default")
    for role, value in role_data(subject.snapshot).items():
        if role not in known:
            yield Found(subject.definition_path, f"{QUESTION} names the role {role}, which there is not.", line)
        elif not isinstance(value, (list, dict)):
            yield Found(subject.definition_path, f"{QUESTION}: {role} is no list and no mapping.", line)
    for role, name in read_roles(subject.snapshot).names():
        if name not in put:
            yield Found(subject.definition_path, f"{QUESTION} gives {name} the role {role}; it is not asked.", line)
    for what, name in read_roles(subject.snapshot).called.items():
        if what not in CALLED:
            yield Found(subject.definition_path, f"{QUESTION} names {what} in called, which nothing reads.", line)
        elif name not in _questions(subject):
            yield Found(subject.definition_path, f"{QUESTION} calls {name} the {what}; there is no such answer.", line)


@rule("question-order", "Move the question that is read before the one that reads it.")
def question_order(subject: Subject) -> Iterator[Found]:
    """A question sees only the answers before it; what comes later is empty, in Copier and here."""
    for name, key, read in _reads(subject):
        order = list(_questions(subject))
        if read in order and order.index(read) > order.index(name):
            line = line_of(subject.definition_content, name, key)
            yield Found(subject.definition_path, f"The question {name} reads {read}, which is asked after it.", line)


@rule("unknown-name", "Correct the name, or add the question.")
def unknown_name(subject: Subject) -> Iterator[Found]:
    """A name that nothing answers renders to nothing, silently."""
    known = _STANDARD_NAMES | set(_questions(subject))
    for name, key, read in _reads(subject):
        if read not in known:
            line = line_of(subject.definition_content, name, key)
            yield Found(subject.definition_path, f"The question {name} reads {read}, which nothing answers.", line)


def _questions(subject: Subject) -> Mapping[str, Mapping[object, object]]:
    return {
        name: value if isinstance(value, dict) else {"default": value}
        for name, value in subject.settings.items()
        if not name.startswith("_")
    }


def _reads(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """Tell which question reads which name, and in which of its keys."""
    if not subject.has_questions:
        return
    environment = subject.snapshot.templating.environment
    for name, data in _questions(subject).items():
        for key in _TEMPLATED:
            for text in _texts(data.get(key)):
                try:
                    parsed = environment.parse(text)
                except TemplateSyntaxError:
                    continue
                read = meta.find_undeclared_variables(parsed) - _imported(parsed)
                yield from ((name, key, other) for other in sorted(read) if other != name or key != "validator")


def _imported(parsed: nodes.Template) -> set[str]:
    """Name what a template imports from others, which Jinja counts as undeclared inside a branch."""
    pairs = (name for found in parsed.find_all(nodes.FromImport) for name in found.names)
    return {pair[1] if isinstance(pair, tuple) else pair for pair in pairs}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(name)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _line_of_named(subject: Subject, message: str) -> int:
    """Find the question that a message names."""
    named = next((name for name in _questions(subject) if f"question {name}" in message), None)
    return line_of(subject.definition_content, named) if named else 1
