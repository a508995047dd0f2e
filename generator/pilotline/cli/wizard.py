"""The conversation: outcome before technology, then every other answer on one screen."""

from collections.abc import Callable, Mapping
from typing import Final

import click
from questionary import Choice

from pilotline.cli.prompts import (
    HABIT,
    Option,
    Prompt,
    ask_choice,
    ask_line,
    ask_several,
    choose_row,
    fill,
    make_row,
    room_beside,
    shorten,
)
from pilotline.errors import CatalogError
from pilotline.template.answers import Answers, accept_answers, resolve_answers
from pilotline.template.question_roles import QuestionRoles, read_roles
from pilotline.template.questions import Answered
from pilotline.template.snapshot import Snapshot

_AT_MOST: Final = 12
"""How many questions of a template that says nothing of them are asked one by one."""
_CREATE: Final = "__create__"
_EARLIER: Final = "__earlier__"


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
    if any(problem.question in given for problem in problems):
        accept_answers(snapshot, answers)
    roles = read_roles(snapshot)
    earlier = _first_questions(state, roles)
    first = [name for name in earlier if name not in given and not set(roles.settled_by.get(name, ())) & set(given)]
    _ask_first(snapshot, answers, first, roles, suggested or {})
    return _review(snapshot, answers, earlier, refuse)


def _ask_first(
    snapshot: Snapshot, answers: dict[str, object], first: list[str], roles: QuestionRoles, suggested: Mapping[str, str]
) -> None:
    """Ask one question after the other, and write the answers down."""
    counted = [name for name in first if name not in roles.only_where_open]
    _greet(counted, roles)
    for name in first:
        if name in roles.only_where_open and _is_settled(snapshot, answers, name):
            continue
        mark = f"{counted.index(name) + 1}/{len(counted)}" if name in counted else "»"
        answers[name] = _ask_one(snapshot, answers, name, mark, offer=_offer(answers, name, roles, suggested))


def _offer(answers: Mapping[str, object], name: str, roles: QuestionRoles, suggested: Mapping[str, str]) -> str | None:
    """Choose what Enter takes: of a case of one's own nothing that belongs to the example."""
    beside = roles.blank_beside.get(name, {})
    is_blank = any(answers.get(other) == value for other, value in beside.items())
    return "" if is_blank else suggested.get(name)


def _is_settled(snapshot: Snapshot, answers: Mapping[str, object], name: str) -> bool:
    """Tell whether the answers so far settle a question, or leave none to ask."""
    _, problems = resolve_answers(snapshot, answers)
    return all(problem.question != name for problem in problems)


def _first_questions(state: Answers, roles: QuestionRoles) -> list[str]:
    """Choose what is asked one by one; a catalog without outcome questions begins with its own first ones."""
    asked = [item.question.name for item in state.questions if item.asked]
    known = {item.question.name for item in state.questions}
    later = set(roles.only_where_open) & known
    return [name for name in roles.one_by_one if name in asked or name in later] or asked[:_AT_MOST]


def _greet(first: list[str], roles: QuestionRoles) -> None:
    if not first:
        return
    count = "One question" if len(first) == 1 else f"{len(first)} questions"
    why = "Outcome before technology: " if set(first) & set(roles.outcome) else ""
    click.echo(fill(f"{why}{count}, then everything else on one screen.".replace(": O", ": o")))
    click.echo(click.style(f"{fill(HABIT)}\n", dim=True))


def ask_some(snapshot: Snapshot, given: Mapping[str, object]) -> dict[str, object]:
    """Ask for what a catalog asks and nobody has answered yet, and for what it does not accept; give only that.

    Raises:
        click.Abort: The person left.
    """
    asked: dict[str, object] = {}
    while True:
        answers = {**given, **asked}
        state, problems = resolve_answers(snapshot, answers)
        refused = {problem.question for problem in problems}
        names = [item.question.name for item in state.questions if item.asked and not item.question.secret]
        name = next((name for name in names if name not in answers or name in refused), None)
        if name is None:
            return asked
        asked[name] = _ask_one(snapshot, {**answers}, name, "»")


def _ask_one(
    snapshot: Snapshot, answers: Mapping[str, object], name: str, mark: str, *, offer: str | None = None
) -> object:
    """Ask one question until its answer is accepted; Enter takes the answer that is there already."""
    others = {key: value for key, value in answers.items() if key != name}
    state, _ = resolve_answers(snapshot, answers)
    item = _without_unoffered(next(item for item in state.questions if item.question.name == name), snapshot)

    def check(value: object) -> bool | str:
        _, problems = resolve_answers(snapshot, {**others, name: value})
        return next((problem.reason for problem in problems if problem.question == name), True)

    prompt = Prompt(mark, item.help or name)
    if item.choices and name == read_roles(snapshot).call("architecture"):
        from pilotline.cli.needs_dialogue import choose_architecture  # noqa: PLC0415 - few are asked for it

        return choose_architecture(prompt, _options(item, check), item.value, snapshot)
    if item.choices and item.question.multiselect:
        return ask_several(prompt, _options(item, lambda _: True), item.value)
    if item.choices or item.question.type == "bool":
        return ask_choice(prompt, _options(item, check), item.value)
    present = _plain(item.value)
    if offer == "" or (offer is not None and check(offer) is True):
        present = offer
    return ask_line(prompt, present, check)


def _without_unoffered(item: Answered, snapshot: Snapshot) -> Answered:
    """Leave out what is no answer for a pilot of today, unless it is the present one."""
    hidden = read_roles(snapshot).unoffered.get(item.question.name, ())
    shown = tuple(choice for choice in item.choices if str(choice.value) not in hidden or choice.value == item.value)
    return item._replace(choices=shown)


def _options(item: Answered, check: Callable[[object], bool | str]) -> list[Option]:
    """List what a question offers, with the reason where an answer would be refused."""
    if not item.choices:
        return [Option("Yes", value=True), Option("No", value=False)]
    verdicts = [choice.disabled or check(choice.value) for choice in item.choices]
    return [
        Option(choice.label, choice.value, "" if verdict is True else str(verdict))
        for choice, verdict in zip(item.choices, verdicts, strict=True)
    ]


def _review(
    snapshot: Snapshot, answers: dict[str, object], earlier: list[str], refuse: Callable[[Answers], str]
) -> Answers:
    """Show every other answer with its default on one screen, to accept or to change."""
    while True:
        state, found = resolve_answers(snapshot, answers)
        obstacle = "" if found else refuse(state)
        problems = (*map(str, found), *([obstacle] if obstacle else []))
        rows = _rows(state, earlier, {problem.question for problem in found})
        if not rows and not problems:
            return state
        name = _choose_row(problems, rows, has_earlier=bool(earlier))
        if name == _CREATE:
            return accept_answers(snapshot, answers)
        if name == _EARLIER:
            name = choose_row("Which one?", _rows(state, [], set(), only=earlier))
        answers[name] = _ask_one(snapshot, answers, name, "»")


def _choose_row(problems: tuple[str, ...], rows: list[Choice], *, has_earlier: bool) -> str:
    """Let a person accept everything, or choose what to change; the screen goes away afterwards."""
    earlier = [Choice("Change an earlier answer", value=_EARLIER)] if has_earlier else []
    create = [] if problems else [Choice("Create the pilot", value=_CREATE)]
    if not create and not earlier and not rows:
        raise CatalogError("The catalog computes an answer that it does not accept.", "Report it to its owner.")
    headline = "Mend this first: " + "; ".join(problems) if problems else "Everything else has an answer. Create it?"
    return choose_row(headline, [*create, *rows, *earlier])


def _rows(state: Answers, without: list[str], troubled: set[str], *, only: list[str] | None = None) -> list[Choice]:
    """Lay answers out as lines: name, value, a mark where one is refused, and below what the question asks."""
    asked = [item for item in state.questions if item.asked]
    width = max((len(item.question.name) for item in asked), default=0)
    if only is None:
        shown = [item for item in asked if item.question.name not in without or item.question.name in troubled]
    else:
        shown = sorted((i for i in asked if i.question.name in only), key=lambda i: only.index(i.question.name))
    return [_row(item, width, "! " if item.question.name in troubled else "  ") for item in shown]


def _row(item: Answered, width: int, mark: str) -> Choice:
    """Lay one answer out; where it is longer than the line, all of it stands below while it is pointed at."""
    name, value = item.question.name, " ".join(_plain(item.value).split())
    room = room_beside(width + 8)
    whole = f" [{value}]" if len(value) > room else ""
    return make_row(f"{mark}{name:<{width}}  {shorten(value, room)}", name, f"{item.help or name}{whole}")


def _plain(value: object) -> str:
    """Write a value as a person would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return "" if value is None else str(value)
