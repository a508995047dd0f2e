"""The options of `upgrade`, `add`, `remove`, `prepare`, `answers`, `move` and `adopt`: how a move shall end."""

import functools
from collections.abc import Callable
from typing import Final, NamedTuple

import click

from pilotline.cli.options.common import given_options, json_option
from pilotline.cli.options.trust import trust_option


class MoveOptions(NamedTuple):
    """How a move shall end."""

    plan: bool
    commit: bool
    branch: str | None
    fail_on_conflicts: bool
    as_json: bool
    trust: bool = False
    answers_file: str | None = None
    """Which of several answers files here is the pilot's."""


_ENDS: Final = (
    click.option("--plan", is_flag=True, help="Show exactly what would happen; change nothing."),
    click.option("--commit", is_flag=True, help="Commit the result when nothing conflicts."),
    click.option(
        "--branch",
        metavar="NAME",
        help="Commit the result on a new branch when nothing conflicts; touch nothing else.",
    ),
    click.option(
        "--conflicts",
        type=click.Choice(["keep", "fail"]),
        default="keep",
        show_default=True,
        help="keep: leave ordinary git conflicts to resolve; fail: change nothing then. To a plan it is the same.",
    ),
    json_option,
)
_OF_A_PILOT: Final = (
    trust_option,
    click.option(
        "--answers-file",
        "recorded_answers",  # beside `--answers`, which `adopt` has, too
        metavar="FILE",
        help="The pilot's answers file, where it is not the only one here.",
    ),
)


def move_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that every move of a pilot has; the command gets them as one object."""

    @functools.wraps(function)
    def command(
        *args: object, trust: bool, recorded_answers: str | None, options: MoveOptions, **kwargs: object
    ) -> int:
        return function(*args, options=options._replace(trust=trust, answers_file=recorded_answers), **kwargs)

    return _with_options(end_options(command), _OF_A_PILOT)


def end_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say how a move shall end; the command gets them as one object."""

    @functools.wraps(function)
    def command(
        *args: object, plan: bool, commit: bool, branch: str | None, conflicts: str, as_json: bool, **kwargs: object
    ) -> int:
        options = MoveOptions(plan, commit, branch, conflicts == "fail", as_json)
        _refuse_contradictions(options)
        return function(*args, options=options, **kwargs)

    return _with_options(command, _ENDS)


def _with_options(
    command: Callable[..., int], options: tuple[Callable[..., Callable[..., int]], ...]
) -> Callable[..., int]:
    """Add options in the order in which help lists them."""
    for decorate in reversed(options):
        command = decorate(command)
    return command


def _refuse_contradictions(options: MoveOptions) -> None:
    """Refuse two answers to the question how a move shall end.

    Raises:
        click.UsageError: It names both.
    """
    ends = {"--plan": options.plan, "--commit": options.commit, "--branch": options.branch is not None}
    chosen = [name for name, wanted in ends.items() if wanted]
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} are different ends of one move: give one of them")
    if options.branch is not None and not options.fail_on_conflicts and "--conflicts" in given_options():
        raise click.UsageError(
            "--branch takes no conflicts: leave out --conflicts keep, or resolve them in the work tree"
        )
