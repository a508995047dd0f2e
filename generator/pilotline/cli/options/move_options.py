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
    trust: bool
    answers_file: str | None
    """Which of several answers files here is the pilot's."""


_OPTIONS: Final = (
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
    trust_option,
    click.option(
        "--answers-file",
        "recorded_answers",  # beside `--answers`, which `adopt` has, too
        metavar="FILE",
        help="The pilot's answers file, where it is not the only one here.",
    ),
    json_option,
)


def move_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that every move has; the command gets them as one object."""

    @functools.wraps(function)
    def command(
        *args: object,
        plan: bool,
        commit: bool,
        branch: str | None,
        conflicts: str,
        as_json: bool,
        trust: bool,
        recorded_answers: str | None,
        **kwargs: object,
    ) -> int:
        options = MoveOptions(plan, commit, branch, conflicts == "fail", as_json, trust, recorded_answers)
        _refuse_contradictions(options)
        return function(*args, options=options, **kwargs)

    return functools.reduce(lambda wrapped, decorate: decorate(wrapped), reversed(_OPTIONS), command)


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
