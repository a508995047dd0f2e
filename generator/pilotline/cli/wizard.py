"""The conversation: outcome before technology, then every other answer on one screen."""

from collections.abc import Callable, Mapping
from typing import Final

import click
import questionary
from questionary import Choice, Style

from pilotline.catalog import Snapshot
from pilotline.errors import CatalogError
from pilotline.questions import WIZARD_ORDER, Answered, Answers, accept_answers, resolve_answers

_STYLE: Final = Style(
    [
        ("qmark", "fg:ansicyan bold"),
        ("question", "bold"),
        ("answer", "fg:ansigreen"),
        ("instruction", "fg:ansibrightblack"),
    ]
)
_CREATE: Final = "__create__"
_VALUE_WIDTH: Final = 60


def ask(snapshot: Snapshot, given: Mapping[str, object]) -> Answers:
    """Ask a person for the answers that are not given yet.

    Raises:
        AnswersError: What was given beforehand cannot be accepted.
        click.Abort: The person left.
    """
    answers = dict(given)
    state, problems = resolve_answers(snapshot, answers)
    if problems:
        accept_answers(snapshot, answers)
    first = [name for name in WIZARD_ORDER if name in state.values and name not in given]
    if not first:
        first = [item.question.name for item in state.questions if item.asked and not item.given][:8]
    for number, name in enumerate(first, start=1):
        answers[name] = _ask_one(snapshot, answers, name, f"{number}/{len(first)}")
    return _review(snapshot, answers, frozenset(first))


def _ask_one(snapshot: Snapshot, answers: Mapping[str, object], name: str, mark: str) -> object:
    """Ask one question until its answer is accepted."""
    others = {key: value for key, value in answers.items() if key != name}
    state, _ = resolve_answers(snapshot, others)
    item = next(item for item in state.questions if item.question.name == name)
    prompt = _prompt(item, mark, lambda value: _problem(snapshot, others, name, value))
    value = prompt.unsafe_ask()
    if value is None:
        raise click.Abort
    return value


def _problem(snapshot: Snapshot, others: Mapping[str, object], name: str, value: object) -> bool | str:
    """Tell a prompt whether a value is accepted, and else why not."""
    _, problems = resolve_answers(snapshot, {**others, name: value})
    own = [problem.partition(": ")[2] or problem for problem in problems if problem.startswith(f"{name}:")]
    return own[0] if own else True


def _prompt(item: Answered, mark: str, check: Callable[[object], bool | str]) -> questionary.Question:
    """Choose the prompt that fits a question: a list, boxes to tick, yes or no, or a line of text."""
    text = item.help or item.question.name
    if item.choices:
        choices = [Choice(c.label, value=c.value, disabled=c.disabled or None) for c in item.choices]
        if item.question.multiselect:
            for choice in choices:
                choice.checked = isinstance(item.value, list) and choice.value in item.value
            return questionary.checkbox(text, choices=choices, style=_STYLE, qmark=mark, validate=check)
        return _select(item, choices, mark, check)
    if item.question.type == "bool":
        return questionary.confirm(text, default=bool(item.value), style=_STYLE, qmark=mark)
    return questionary.text(text, default=_plain(item.value), style=_STYLE, qmark=mark, validate=check)


def _select(
    item: Answered, choices: list[Choice], mark: str, check: Callable[[object], bool | str]
) -> questionary.Question:
    """Offer a list; a choice that the catalog refuses is shown with its reason instead of being selectable."""
    for choice in choices:
        verdict = check(choice.value)
        if verdict is not True:
            choice.disabled = str(verdict)
    default = next((choice for choice in choices if choice.value == item.value and not choice.disabled), None)
    return questionary.select(item.help, choices=choices, default=default, style=_STYLE, qmark=mark)


def _review(snapshot: Snapshot, answers: dict[str, object], asked: frozenset[str]) -> Answers:
    """Show every other answer with its default on one screen, to accept or to change."""
    while True:
        state, problems = resolve_answers(snapshot, answers)
        open_problems = {problem.partition(":")[0] for problem in problems}
        rows = [item for item in state.questions if item.asked and item.question.name not in asked]
        if not rows and not problems:
            return state
        choice = questionary.select(
            _headline(problems),
            choices=_rows(rows, state, open_problems, can_create=not problems),
            style=_STYLE,
            qmark="»",
            instruction="(arrow keys; Enter on a line changes it)",
        ).unsafe_ask()
        if choice is None:
            raise click.Abort
        if choice == _CREATE:
            return accept_answers(snapshot, answers)
        answers[choice] = _ask_one(snapshot, answers, choice, "»")


def _headline(problems: tuple[str, ...]) -> str:
    return (
        "Mend these first: " + "; ".join(problems) if problems else "Everything else has a default. Create the pilot?"
    )


def _rows(rows: list[Answered], state: Answers, troubled: set[str], *, can_create: bool) -> list[Choice]:
    """Lay the answers out as lines: name, value, and a mark where one is refused."""
    width = max((len(item.question.name) for item in state.questions if item.asked), default=0)
    mended = [item for item in state.questions if item.asked and item.question.name in troubled]
    lines = [*(item for item in mended if item not in rows), *rows]
    if not lines and not can_create:
        raise CatalogError("The catalog computes an answer that it does not accept.", "Report it to its owner.")
    choices = [Choice("Create the pilot", value=_CREATE)] if can_create else []
    for item in lines:
        mark = "! " if item.question.name in troubled else "  "
        choices.append(
            Choice(f"{mark}{item.question.name:<{width}}  {_shorten(_plain(item.value))}", value=item.question.name)
        )
    return choices


def _plain(value: object) -> str:
    """Write a value as a person would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return "" if value is None else str(value)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _VALUE_WIDTH else f"{line[: _VALUE_WIDTH - 1]}…"
