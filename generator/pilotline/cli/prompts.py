"""How one question looks and is answered: the same habit for every line, and lines that break between words.

Enter takes what stands in [brackets], typing replaces it, Tab takes it into the line to edit it. Every question goes
away when it is answered; what stays is the question with its answer.
"""

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click
import questionary
from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.utils import is_dumb_terminal
from questionary import Choice, Style

HABIT: Final = (
    "Enter takes what stands in [brackets], typing replaces it, Tab edits it. Ctrl-C leaves: nothing is made."
)

_STYLE: Final = Style(
    [
        ("qmark", "fg:ansicyan bold"),
        ("question", "bold"),
        ("answer", "fg:ansigreen nobold"),
        ("problem", "fg:ansired"),
        ("offer", "fg:ansibrightblack"),
        ("instruction", "fg:ansibrightblack"),
        ("text", "fg:ansibrightblack"),
    ]
)
_POINTER: Final = 5
"""Columns that questionary puts before a choice: the pointer, and a box or a dash."""
_DESCRIPTION: Final = "  Description: "
_ROOM_TO_TYPE: Final = 12


@dataclass(frozen=True)
class Prompt:
    """A question as it stands on the screen."""

    mark: str
    title: str

    def show(self, answer: str) -> None:
        """Leave question and answer on the screen; a dumb terminal has kept them itself."""
        if is_dumb_terminal():
            return
        head, tail = _split(f"{self.mark} {self.title} {answer}", len(self.mark), len(self.mark) + 1 + len(self.title))
        mark, title = head
        click.echo(click.style(mark, fg="cyan") + click.style(title, bold=True) + click.style(tail, fg="green"))


@dataclass(frozen=True)
class Option:
    """One answer of a list; with a reason why it cannot be chosen, if it cannot."""

    label: str
    value: object
    refused: str = ""


def ask_line(prompt: Prompt, present: str, check: Callable[[str], bool | str]) -> str:
    """Ask for a line of text until it is accepted.

    Args:
        prompt: The question.
        present: What Enter takes; nothing where there is no answer yet.
        check: True, or why an answer is refused.

    Raises:
        KeyboardInterrupt: The person left.
        EOFError: The person left.
    """
    problem, to_edit = "", present
    while True:
        typed, edited = _read_line(prompt, present, problem, to_edit)
        value = typed if typed or edited else present
        verdict = check(value)
        if verdict is True:
            prompt.show(value)
            return value
        problem, to_edit = str(verdict), value


def _read_line(prompt: Prompt, present: str, problem: str, to_edit: str) -> tuple[str, bool]:
    """Read one line; tell also whether it was edited, so that an emptied line is an answer."""
    edited = False
    keys = KeyBindings()

    @keys.add("tab")
    def _edit(event: KeyPressEvent) -> None:
        nonlocal edited
        if not event.current_buffer.text:
            event.current_buffer.insert_text(to_edit)
            edited = True

    session: PromptSession[str] = PromptSession(
        _line_tokens(prompt, present, problem), style=_STYLE, key_bindings=keys, erase_when_done=True
    )
    return session.prompt(), edited


def _line_tokens(prompt: Prompt, present: str, problem: str) -> StyleAndTextTuples:
    offer = f" [{present}]" if present else ""
    text = f"{prompt.mark} {prompt.title}{offer} "
    (mark, title), rest = _split(text, len(prompt.mark), len(prompt.mark) + 1 + len(prompt.title))
    last = (mark + title + rest).rpartition("\n")[2]
    gap = "\n" if _columns() - len(last) < _ROOM_TO_TYPE else " "
    refused = f"{fill(problem)}\n" if problem else ""
    return [
        ("class:problem", refused),
        ("class:qmark", mark),
        ("class:question", title),
        ("class:offer", rest),
        ("", gap),
    ]


def _split(text: str, first: int, second: int) -> tuple[tuple[str, str], str]:
    """Break a text between words and cut it where it was to be cut: a break stands in the place of one space."""
    filled = fill(text)
    return (filled[:first], filled[first:second]), filled[second:]


def ask_choice(prompt: Prompt, options: Sequence[Option], present: object) -> object:
    """Let a person choose one of a list; Enter takes the present one.

    Raises:
        KeyboardInterrupt: The person left.
    """
    choices = [
        Choice(_lines(f"{option.label} ({option.refused})" if option.refused else option.label), value=option)
        for option in options
    ]
    for choice, option in zip(choices, options, strict=True):
        choice.disabled = bool(option.refused)  # type: ignore[assignment]  # True leaves the reason to the title
    default = next(
        (
            choice
            for choice, option in zip(choices, options, strict=True)
            if option.value == present and not option.refused
        ),
        None,
    )
    chosen: Option = _asked(_list(prompt, choices, "(arrow keys, Enter)", default))
    prompt.show(chosen.label)
    return chosen.value


def ask_several(prompt: Prompt, options: Sequence[Option], present: object) -> list[object]:
    """Let a person tick some of a list.

    Raises:
        KeyboardInterrupt: The person left.
    """
    ticked = present if isinstance(present, list) else []
    choices = [Choice(_lines(option.label), value=option, checked=option.value in ticked) for option in options]
    title = _message(prompt, "(arrow keys, space ticks, Enter)")
    boxes = questionary.checkbox(
        title, choices=choices, style=_STYLE, qmark=prompt.mark, instruction=" ", erase_when_done=True
    )
    chosen: list[Option] = _asked(boxes)
    prompt.show(", ".join(option.label for option in chosen) or "none")
    return [option.value for option in chosen]


def choose_row(title: str, rows: list[Choice]) -> str:
    """Show a list on a screen that goes away when something was chosen.

    Raises:
        KeyboardInterrupt: The person left.
    """
    return str(_asked(_list(Prompt("»", title), rows, "(Enter on a line changes it)", None)))


def _list(prompt: Prompt, choices: list[Choice], habit: str, default: Choice | None) -> questionary.Question:
    """Make a list of choices that leaves nothing on the screen."""
    return questionary.select(
        _message(prompt, habit),
        choices=choices,
        default=default,
        style=_STYLE,
        qmark=prompt.mark,
        instruction=" ",
        erase_when_done=True,
    )


def make_row(text: str, value: str, description: str) -> Choice:
    """Make a line of a list, with what it means below the list while it is pointed at."""
    indent = len(_DESCRIPTION)
    filled = fill(" " * indent + description)[indent:].lstrip(" ") if description else None
    return Choice(text, value=value, description=filled)


def shorten(text: str, room: int) -> str:
    """Keep the beginning of a text, whole words where they fit."""
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"


def fill(text: str) -> str:
    """Break a text between words, as wide as the terminal is."""
    return textwrap.fill(
        text, max(_columns() - 1, 20), break_on_hyphens=False, replace_whitespace=False, drop_whitespace=True
    )


def room_beside(columns: int) -> int:
    """Count the columns that are free beside so many."""
    return max(_columns() - columns, 8)


def _lines(label: str) -> str:
    """Break a choice between words; what comes below stands under its first word."""
    lines = textwrap.wrap(label, max(_columns() - _POINTER - 1, 20), break_on_hyphens=False)
    return ("\n" + " " * _POINTER).join(lines)


def _message(prompt: Prompt, habit: str) -> str:
    """Write title and habit as questionary puts them behind the mark."""
    return fill(f"{prompt.mark} {prompt.title} {habit}")[len(prompt.mark) + 1 :]


def _asked(question: questionary.Question) -> Any:  # noqa: ANN401 - whatever its choices hold
    answer = question.unsafe_ask()
    if answer is None:
        raise click.Abort
    return answer


def _columns() -> int:
    """Measure the terminal itself, as the prompts do; an exported COLUMNS may be that of another one."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return shutil.get_terminal_size().columns
