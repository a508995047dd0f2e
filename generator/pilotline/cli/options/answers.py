"""What `new` and `adopt` share: the options that answer a catalog's questions, and who is asked for the rest."""

import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import click

from pilotline.cli.options.common import catalog_option, parse_data
from pilotline.documents.positions import repeated_keys
from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_mapping
from pilotline.errors import AnswersError, PilotlineError
from pilotline.template.answers import (
    UNASKED_HINT,
    Answers,
    accept_answers,
    find_unasked,
    resolve_answers,
)
from pilotline.template.question_roles import read_roles
from pilotline.template.questions import open_names
from pilotline.template.snapshot import Snapshot

_R = TypeVar("_R")
Person = Callable[[Snapshot, Mapping[str, object]], Answers]
"""Asks a person for the answers that are not given."""
_HINT: Final = (
    "Set them with -d KEY=VALUE, or in a file with --answers FILE. Or look at the complete example first: --defaults."
)
_OWN_HINT: Final = "Set them with -d KEY=VALUE, or in a file with --answers FILE: no default of the example is yours."


@dataclass(frozen=True)
class Answering:
    """How the questions shall be answered."""

    given: Mapping[str, object]
    defaults: bool
    catalog: str | None
    insisted: frozenset[str] = frozenset()
    """What the user named here and now, so that it is never left aside in silence."""


def answering_options(function: Callable[..., _R]) -> Callable[..., _R]:
    """Add the options that answer questions; the command gets them as one object."""

    @functools.wraps(function)
    def command(
        *args: object,
        data: tuple[str, ...],
        answers_file: Path | None,
        defaults: bool,
        catalog: str | None,
        **kwargs: object,
    ) -> _R:
        given = _read_answers(answers_file) | parse_data(data)
        return function(*args, answering=Answering(given, defaults, catalog, frozenset(given)), **kwargs)

    decorators = (
        click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="Answer a question; repeatable."),
        click.option(
            "--answers",
            "answers_file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Answers from a YAML file.",
        ),
        click.option("--defaults", is_flag=True, help="Take the default of every other question: a complete example."),
        catalog_option,
    )
    return functools.reduce(lambda wrapped, decorate: decorate(wrapped), reversed(decorators), command)


def settle_answers(
    snapshot: Snapshot,
    answering: Answering,
    person: Person | None = None,
    *,
    required: Iterable[str] | None = None,
    hint: str = _HINT,
) -> Answers:
    """Get a full set of answers: from what is given, from the defaults, or from a person.

    Args:
        snapshot: The catalog whose questions are answered.
        answering: What is given.
        person: Asks a person, where there is a terminal.
        required: Questions whose default is no answer, unless the defaults were asked for; else the outcome's.
        hint: What to do where they are missing.

    Raises:
        AnswersError: Answers are missing or refused.
        click.Abort: The person left.
    """
    if not answering.defaults and person is not None and sys.stdin.isatty() and sys.stdout.isatty():
        answers = person(snapshot, answering.given)
    elif answering.defaults:
        answers = _accept_defaults(snapshot, answering.given)
    else:
        answers = _accept_unattended(snapshot, answering.given, required, hint)
    unasked = find_unasked(snapshot, answers, answering.insisted)
    if unasked:
        raise AnswersError(unasked, UNASKED_HINT)
    return answers


def _accept_unattended(
    snapshot: Snapshot, given: Mapping[str, object], required: Iterable[str] | None, hint: str
) -> Answers:
    """Accept what is given where nobody can be asked; what only people can answer has to be there."""
    outcome = read_roles(snapshot).outcome if required is None else required
    wanted = [name for name in outcome if name in open_names(snapshot)]
    answers, problems = resolve_answers(snapshot, given, required=wanted)
    if problems:
        raise AnswersError(problems, hint)
    return answers


def _accept_defaults(snapshot: Snapshot, given: Mapping[str, object]) -> Answers:
    """Take every other default, but none of the example's where something else was begun."""
    required = _without_default(snapshot, given)
    return _accept_unattended(snapshot, given, required, _OWN_HINT) if required else accept_answers(snapshot, given)


def _without_default(snapshot: Snapshot, given: Mapping[str, object]) -> tuple[str, ...]:
    """Name the questions whose default belongs to the example, beside given answers that begin something else."""
    beside = read_roles(snapshot).blank_beside
    return tuple(
        name
        for name, answers in beside.items()
        if answers and all(given.get(other) == value for other, value in answers.items())
    )


def ask_person(folder: Path | None = None, refuse: Callable[[Answers], str] = lambda _: "") -> Person:
    """Make a function that asks a person; the name of a folder suggests the pilot's name.

    Args:
        folder: Where the pilot shall lie, if that is known.
        refuse: Says what stands in the way of these answers, so that nobody answers eight questions in vain.
    """

    def ask(snapshot: Snapshot, given: Mapping[str, object]) -> Answers:
        from pilotline.cli import wizard  # noqa: PLC0415 - only the wizard may take longer to load

        name = "" if folder is None else folder.resolve().name.replace("-", " ").replace("_", " ")
        named = read_roles(snapshot).named_after_folder if name else ()
        suggested = {question: name[:1].upper() + name[1:] for question in named}
        return wizard.ask(snapshot, given, suggested, refuse)

    return ask


def _read_answers(path: Path | None) -> dict[str, object]:
    """Read answers from a file; a pilot's own answers file serves too, its internal keys are left out."""
    if path is None:
        return {}
    try:
        content = path.read_bytes()
        data, repeated = parse_mapping(content), dict(repeated_keys(content, deep=False))
    except OSError as error:
        raise PilotlineError(f"{path} cannot be read: {error.strerror}.", "Give an existing YAML file.") from error
    except YamlError as error:
        raise PilotlineError(f"{path}, {explain_yaml_error(error)}.", "Mend the YAML and try again.") from error
    if data is None:
        raise PilotlineError(f"{path} holds no answers.", "Write it as `question: answer`, one a line.")
    if repeated:
        raise PilotlineError(
            f"{path} answers {', '.join(repeated)} more than once.", "Keep one line for each question."
        )
    return {name: value for name, value in data.items() if not name.startswith("_")}
