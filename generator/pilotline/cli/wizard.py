"""The conversation: outcome before technology, then every other answer on one screen."""

import shutil
from collections.abc import Callable, Mapping
from typing import Final

import click
import questionary
from questionary import Choice, Style

from pilotline.errors import CatalogError
from pilotline.template.answers import OUTCOME_QUESTIONS, WIZARD_ORDER, Answers, accept_answers, resolve_answers
from pilotline.template.questions import Answered
from pilotline.template.snapshot import Snapshot

_STYLE: Final = Style(
    [
        ("qmark", "fg:ansicyan bold"),
        ("question", "bold"),
        ("answer", "fg:ansigreen nobold"),
        ("instruction", "fg:ansibrightblack"),
        ("placeholder", "fg:ansibrightblack"),
        ("text", "fg:ansibrightblack"),
    ]
)
_START: Final = "start"
_KPI: Final = "kpi"
_OWN_CASE: Final = "own_case"
_ONLY_WHERE_OPEN: Final = ("kpi_direction",)
"""Questions that other answers settle mostly: which direction is better is seen from baseline and target."""
_CREATE: Final = "__create__"
_EARLIER: Final = "__earlier__"
_NARROWEST: Final = 20


def ask(
    snapshot: Snapshot,
    given: Mapping[str, object],
    suggested: Mapping[str, str] | None = None,
    refuse: Callable[[Answers], str] = lambda _: "",
) -> Answers:
    """Ask a person for the answers that are not given yet.

    Args:
        snapshot: The catalog whose questions are asked.
        given: Answers that are settled already.
        suggested: What to offer instead of the catalog's example.
        refuse: Says what stands in the way of these answers, so that nobody answers eight questions in vain.

    Raises:
        AnswersError: What was given beforehand cannot be accepted.
        click.Abort: The person left.
    """
    answers = dict(given)
    state, problems = resolve_answers(snapshot, answers)
    if any(problem.partition(":")[0] in given for problem in problems):
        accept_answers(snapshot, answers)
    earlier = _first_questions(state)
    first = [name for name in earlier if name not in given and not (name == _START and _KPI in given)]
    counted = [name for name in first if name not in _ONLY_WHERE_OPEN]
    _greet(counted)
    for name in first:
        if name in _ONLY_WHERE_OPEN and _is_settled(snapshot, answers, name):
            continue
        mark = f"{counted.index(name) + 1}/{len(counted)}" if name in counted else "»"
        answers[name] = _ask_one(snapshot, answers, name, mark, offer=_offer(answers, name, suggested or {}))
    return _review(snapshot, answers, earlier, refuse)


def _offer(answers: Mapping[str, object], name: str, suggested: Mapping[str, str]) -> str | None:
    """Choose what Enter takes: of a case of one's own nothing that belongs to the example."""
    return "" if name == _KPI and answers.get(_START) == _OWN_CASE else suggested.get(name)


def _is_settled(snapshot: Snapshot, answers: Mapping[str, object], name: str) -> bool:
    """Tell whether the answers so far settle a question."""
    state, _ = resolve_answers(snapshot, answers)
    return any(item.question.name == name and item.value is not None for item in state.questions)


def _first_questions(state: Answers) -> list[str]:
    """Choose what is asked one by one; a catalog without outcome questions begins with its own first ones."""
    asked = [item.question.name for item in state.questions if item.asked]
    return [name for name in WIZARD_ORDER if name in asked] or asked[: len(WIZARD_ORDER)]


def _greet(first: list[str]) -> None:
    if not first:
        return
    count = "One question" if len(first) == 1 else f"{len(first)} questions"
    why = "Outcome before technology: " if set(first) & set(OUTCOME_QUESTIONS) else ""
    click.echo(f"{why}{count}, then everything else on one screen.".replace(": O", ": o"))
    click.echo(click.style("Enter takes the example in [brackets]. Ctrl-C leaves, and nothing is made.\n", dim=True))


def ask_some(snapshot: Snapshot, given: Mapping[str, object]) -> dict[str, object]:
    """Ask for what a catalog asks and nobody has answered yet, and for what it does not accept; give only that.

    Raises:
        click.Abort: The person left.
    """
    asked: dict[str, object] = {}
    while True:
        answers = {**given, **asked}
        state, problems = resolve_answers(snapshot, answers)
        refused = {problem.partition(":")[0] for problem in problems}
        names = [item.question.name for item in state.questions if item.asked and not item.question.secret]
        name = next((name for name in names if name not in answers or name in refused), None)
        if name is None:
            return asked
        asked[name] = _ask_one(snapshot, {**answers}, name, "»")


def _ask_one(
    snapshot: Snapshot, answers: Mapping[str, object], name: str, mark: str, *, offer: str | None = None
) -> object:
    """Ask one question until its answer is accepted; an answer that is there already is offered for editing."""
    others = {key: value for key, value in answers.items() if key != name}
    state, _ = resolve_answers(snapshot, answers)
    item = next(item for item in state.questions if item.question.name == name)

    def check(value: object) -> bool | str:
        _, problems = resolve_answers(snapshot, {**others, name: value})
        own = [problem.partition(": ")[2] or problem for problem in problems if problem.startswith(f"{name}:")]
        return own[0] if own else True

    if _is_line(item):
        return _ask_line(item, mark, check, offer, edit=name in answers or mark == "»")
    value = _choice_prompt(item, mark, check).unsafe_ask()
    if value is None:
        raise click.Abort
    return value


def _is_line(item: Answered) -> bool:
    return not item.choices and item.question.type != "bool"


def _ask_line(
    item: Answered, mark: str, check: Callable[[object], bool | str], offer: str | None, *, edit: bool
) -> object:
    """Ask for a line of text: over an example that Enter takes, or with the present answer to edit."""
    present = _plain(item.value)
    if offer == "" or (offer is not None and check(offer) is True):
        present = offer
    fallback = "" if edit else present
    value = questionary.text(
        _title(item),
        default=present if edit else "",
        style=_STYLE,
        qmark=mark,
        validate=lambda text: check(text or fallback),
        validate_while_typing=False,
        placeholder=[("class:placeholder", f"[{fallback}]")] if fallback else None,
    ).unsafe_ask()
    if value is None:
        raise click.Abort
    return value or fallback


def _title(item: Answered) -> str:
    return item.help or item.question.name


def _choice_prompt(item: Answered, mark: str, check: Callable[[object], bool | str]) -> questionary.Question:
    """Choose the prompt that fits a question: a list, boxes to tick, or yes or no."""
    if not item.choices:
        return questionary.confirm(_title(item), default=bool(item.value), style=_STYLE, qmark=mark)
    choices = [Choice(c.label, value=c.value, disabled=c.disabled or None) for c in item.choices]
    if item.question.multiselect:
        for choice in choices:
            choice.checked = isinstance(item.value, list) and choice.value in item.value
        return questionary.checkbox(_title(item), choices=choices, style=_STYLE, qmark=mark, validate=check)
    for choice in choices:
        verdict = check(choice.value)
        if verdict is not True:
            choice.disabled = str(verdict)
    default = next((choice for choice in choices if choice.value == item.value and not choice.disabled), None)
    return questionary.select(_title(item), choices=choices, default=default, style=_STYLE, qmark=mark)


def _review(
    snapshot: Snapshot, answers: dict[str, object], earlier: list[str], refuse: Callable[[Answers], str]
) -> Answers:
    """Show every other answer with its default on one screen, to accept or to change."""
    while True:
        state, found = resolve_answers(snapshot, answers)
        obstacle = "" if found else refuse(state)
        problems = (*found, obstacle) if obstacle else found
        rows = _rows(state, earlier, {problem.partition(":")[0] for problem in found})
        if not rows and not problems:
            return state
        name = _choose_row(problems, rows, has_earlier=bool(earlier))
        if name == _CREATE:
            return accept_answers(snapshot, answers)
        if name == _EARLIER:
            name = _select("Which one?", _rows(state, [], set(), only=earlier), "(Enter changes it)")
        answers[name] = _ask_one(snapshot, answers, name, "»")


def _choose_row(problems: tuple[str, ...], rows: list[Choice], *, has_earlier: bool) -> str:
    """Let a person accept everything, or choose what to change; the screen goes away afterwards."""
    earlier = [Choice("Change an earlier answer", value=_EARLIER)] if has_earlier else []
    create = [] if problems else [Choice("Create the pilot", value=_CREATE)]
    if not create and not earlier and not rows:
        raise CatalogError("The catalog computes an answer that it does not accept.", "Report it to its owner.")
    headline = "Mend this first: " + "; ".join(problems) if problems else "Everything else has an answer. Create it?"
    return _select(headline, [*create, *rows, *earlier], "(Enter on a line changes it)")


def _select(title: str, choices: list[Choice], instruction: str) -> str:
    """Show a list on a screen that goes away when something was chosen."""
    answer = questionary.select(
        title,
        choices=choices,
        style=_STYLE,
        qmark="»",
        instruction=instruction,
        erase_when_done=True,
    ).unsafe_ask()
    if answer is None:
        raise click.Abort
    return str(answer)


def _rows(state: Answers, without: list[str], troubled: set[str], *, only: list[str] | None = None) -> list[Choice]:
    """Lay answers out as lines: name, value, a mark where one is refused, and below what the question asks."""
    asked = [item for item in state.questions if item.asked]
    width = max((len(item.question.name) for item in asked), default=0)
    room = max(shutil.get_terminal_size().columns - width - 9, _NARROWEST)
    if only is None:
        shown = [item for item in asked if item.question.name not in without or item.question.name in troubled]
    else:
        shown = [item for item in asked if item.question.name in only]
    return [
        Choice(
            f"{'! ' if item.question.name in troubled else '  '}{item.question.name:<{width}}  "
            f"{_shorten(_plain(item.value), room)}",
            value=item.question.name,
            description=item.help or None,
        )
        for item in shown
    ]


def _plain(value: object) -> str:
    """Write a value as a person would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return "" if value is None else str(value)


def _shorten(text: str, room: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= room else f"{line[: room - 1]}…"
