"""What `upgrade`, `add`, `remove`, `prepare` and `answers` share: plan a move, show it, and write it when asked."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import click

from pilotline.cli.options.common import config_path, echo_json, given_options, json_option, open_recorded
from pilotline.cli.options.trust import note_migrations, settle_usage, trust_option
from pilotline.cli.views.plan import plan_as_json, plan_as_text, trailer
from pilotline.config import read_config
from pilotline.errors import ExitCode
from pilotline.pilot.pilot import Pilot, open_pilot, refuse_unready
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import Target
from pilotline.upgrade.apply import apply_merge, refuse_unfinished, write_branch
from pilotline.upgrade.plan import Plan, plan_move

_ANSWERS_FILE: Final = "pilotline.answers_file"


@dataclass(frozen=True)
class Options:
    """How a move shall end."""

    plan: bool
    commit: bool
    branch: str | None
    fail_on_conflicts: bool
    as_json: bool


@dataclass(frozen=True)
class More:
    """What one command shows beyond what all show: lines for people, fields for machines."""

    lines: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)


NOTHING_MORE: Final = More()


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
        expose_value=False,
        callback=lambda context, _, value: context.meta.__setitem__(_ANSWERS_FILE, value),
        help="The pilot's answers file, where it is not the only one here.",
    ),
    json_option,
)


def move_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that every move has; the command gets them as one object."""

    @functools.wraps(function)
    def command(
        *args: object, plan: bool, commit: bool, branch: str | None, conflicts: str, as_json: bool, **kwargs: object
    ) -> int:
        options = Options(plan, commit, branch, conflicts == "fail", as_json)
        _refuse_contradictions(options)
        return function(*args, options=options, **kwargs)

    return functools.reduce(lambda wrapped, decorate: decorate(wrapped), reversed(_OPTIONS), command)


def _refuse_contradictions(options: Options) -> None:
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


def open_here(start: Path | None = None) -> tuple[Pilot, Snapshot, str]:
    """Open the pilot of a folder with the snapshot that it was made from, and the built-in address.

    Args:
        start: The folder; none means the current one.

    Raises:
        PilotError: The pilot records no version to start from.
    """
    context = click.get_current_context(silent=True)
    pilot = open_pilot(start or Path.cwd(), context.meta.get(_ANSWERS_FILE) if context else None)
    source = read_config(config_path()).source
    return pilot, open_recorded(pilot), source


def run_move(pilot: Pilot, recorded: Snapshot, target: Target, message: str, options: Options) -> int:
    """Plan a move, show it, and write it unless only the plan was asked for; return the exit code."""
    if not options.plan and options.branch is None:
        refuse_unfinished(pilot)
        refuse_unready(pilot)
    recorded, target = _settle(pilot, recorded, target)
    with plan_move(pilot, recorded, target, lenient=options.plan) as plan:
        return finish_move(plan, message, options)


def finish_move(plan: Plan, message: str, options: Options, more: More = NOTHING_MORE) -> int:
    """Show a plan, and write it unless only the plan was asked for; return the exit code."""
    conflicts = bool(plan.merge.stages)
    blocked = conflicts and (options.fail_on_conflicts or options.branch is not None)
    commit = None if options.plan or blocked or plan.is_empty else _write(plan, message, options)
    written = not (options.plan or blocked or plan.is_empty)
    if options.as_json:
        shown = {**plan_as_json(plan, written=written, commit=commit), **more.fields}
        echo_json(shown)
    else:
        ending = _ending(plan, written=written, commit=commit, options=options)
        click.echo(plan_as_text(plan, more.lines, ending))
    return ExitCode.FOUND if conflicts or plan.problems else ExitCode.DONE


def _settle(pilot: Pilot, recorded: Snapshot, target: Target) -> tuple[Snapshot, Target]:
    """Say what both snapshots are used for, and tell which of their commands are not run."""
    name = pilot.folder.name
    recorded, snapshot = settle_usage(recorded, target.snapshot, answers_file=pilot.answers_file, folder_name=name)
    if snapshot.identity != recorded.identity:
        note_migrations(snapshot)
    return recorded, replace(target, snapshot=snapshot)


def _write(plan: Plan, message: str, options: Options) -> str | None:
    message = f"{message.rstrip()}\n\n{trailer(plan)}\n" if plan.answers else message
    if options.branch is not None:
        return write_branch(plan.pilot, plan.merge, options.branch, message)
    return apply_merge(plan.pilot, plan.merge, message if options.commit else None)


def _ending(plan: Plan, *, written: bool, commit: str | None, options: Options) -> str:
    """Say what was done, and the next step."""
    if not written:
        if plan.problems:
            return "Nothing was changed. It would stop at these answers: settle each with -d KEY=VALUE, or with --ask."
        blocked = " It would conflict." if plan.merge.stages else ""
        way = " A branch takes no conflicts: upgrade in the work tree to resolve them." if options.branch else ""
        return f"Nothing was changed.{blocked}{way if blocked else ''}"
    if plan.merge.stages:
        return "Resolve the conflicts and commit, or return with `pilotline upgrade --abort`."
    if options.branch is not None:
        return f"Committed as {str(commit)[:9]} on {options.branch}; nothing else was touched."
    if commit:
        return f"Committed as {commit[:9]}."
    hint = f" End its message with the line `{trailer(plan)}`." if plan.answers else ""
    return f"Ready to commit: look at `git diff --cached`, or return with `pilotline upgrade --abort`.{hint}"
