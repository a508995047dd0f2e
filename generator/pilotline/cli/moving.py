"""What `upgrade`, `add`, `remove`, `prepare` and `answers` share: plan a move, show it, and write it when asked."""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import click

from pilotline.apply import apply_merge, refuse_unfinished, write_branch
from pilotline.catalog import Snapshot
from pilotline.changes import Change
from pilotline.cli.options import config_path, json_option, open_recorded
from pilotline.cli.trust import note_migrations, settle_usage, trust_option
from pilotline.config import read_config
from pilotline.errors import ExitCode
from pilotline.pilot import Pilot, PilotError, open_pilot, refuse_unready
from pilotline.upgrade import AnswerChange, Plan, Target, plan_move

_ANSWERS_FILE: Final = "pilotline.answers_file"
_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~", "renamed": ">", "mode": "~"}
_COLOURS: Final = {"added": "green", "removed": "red", "changed": "blue", "renamed": "cyan", "mode": "blue"}


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


def move_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that every move has; the command gets them as one object."""

    @functools.wraps(function)
    def command(
        *args: object, plan: bool, commit: bool, branch: str | None, conflicts: str, as_json: bool, **kwargs: object
    ) -> int:
        return function(*args, options=Options(plan, commit, branch, conflicts == "fail", as_json), **kwargs)

    decorators = (
        click.option("--plan", is_flag=True, help="Show exactly what would happen; change nothing."),
        click.option("--commit", is_flag=True, help="Commit the result when nothing conflicts."),
        click.option("--branch", metavar="NAME", help="Commit the result on a new branch; touch nothing else."),
        click.option(
            "--conflicts",
            type=click.Choice(["keep", "fail"]),
            default="keep",
            show_default=True,
            help="keep: leave ordinary git conflicts to resolve; fail: change nothing then.",
        ),
        trust_option,
        click.option(
            "--answers-file",
            metavar="FILE",
            expose_value=False,
            callback=lambda context, _, value: context.meta.__setitem__(_ANSWERS_FILE, value),
            help="The pilot's answers file, where it is not the only one here.",
        ),
        json_option,
    )
    return functools.reduce(lambda wrapped, decorate: decorate(wrapped), reversed(decorators), command)


def open_here() -> tuple[Pilot, Snapshot, str]:
    """Open the pilot of the current folder with the snapshot that it was made from, and the built-in address.

    Raises:
        PilotError: The pilot records no version to start from.
    """
    context = click.get_current_context(silent=True)
    pilot = open_pilot(Path.cwd(), context.meta.get(_ANSWERS_FILE) if context else None)
    source = read_config(config_path()).source
    if pilot.version is None:
        raise PilotError(
            "The answers file records no version (_commit), so there is no base to merge from.",
            "Set _commit to the version of the catalog that the pilot was made from, and commit that.",
        )
    return pilot, open_recorded(pilot), source


def run_move(pilot: Pilot, recorded: Snapshot, target: Target, message: str, options: Options) -> int:
    """Plan a move, show it, and write it unless only the plan was asked for; return the exit code."""
    if not options.plan and options.branch is None:
        refuse_unfinished(pilot)
        refuse_unready(pilot)
    recorded, target = _settle(pilot, recorded, target)
    with plan_move(pilot, recorded, target) as plan:
        return finish_move(plan, message, options)


def finish_move(plan: Plan, message: str, options: Options, more: More = NOTHING_MORE) -> int:
    """Show a plan, and write it unless only the plan was asked for; return the exit code."""
    conflicts = bool(plan.merge.stages)
    blocked = conflicts and (options.fail_on_conflicts or options.branch is not None)
    commit = None if options.plan or blocked or plan.is_empty else _write(plan, message, options)
    written = not (options.plan or blocked or plan.is_empty)
    if options.as_json:
        shown = {**_as_json(plan, written=written, commit=commit), **more.fields}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        click.echo(_as_text(plan, more.lines, written=written, commit=commit, options=options))
    return ExitCode.FOUND if conflicts else ExitCode.DONE


def _settle(pilot: Pilot, recorded: Snapshot, target: Target) -> tuple[Snapshot, Target]:
    """Say what both snapshots are used for, and tell which of their commands are not run."""
    name = pilot.folder.name
    recorded, snapshot = settle_usage(recorded, target.snapshot, answers_file=pilot.answers_file, folder_name=name)
    if snapshot.identity != recorded.identity:
        note_migrations(snapshot)
    return recorded, replace(target, snapshot=snapshot)


def _write(plan: Plan, message: str, options: Options) -> str | None:
    message = f"{message.rstrip()}\n\n{_trailer(plan)}\n" if plan.answers else message
    if options.branch is not None:
        return write_branch(plan.pilot, plan.merge, options.branch, message)
    return apply_merge(plan.pilot, plan.merge, message if options.commit else None)


def _trailer(plan: Plan) -> str:
    """Name the answers that a commit changes on purpose; a pilot's CI refuses changes that no commit names."""
    return f"Answers: {', '.join(answer.name for answer in plan.answers)}"


def _as_json(plan: Plan, *, written: bool, commit: str | None) -> Mapping[str, object]:
    return {
        "format": 1,
        "from": plan.pilot.version,
        "to": plan.target.identity.version,
        "catalog": {"from": plan.pilot.source, "to": plan.target.identity.source},
        "up_to_date": plan.is_empty,
        "changes": [
            {"kind": change.kind, "path": change.path, **({"from": change.old_path} if change.old_path else {})}
            for change in plan.changes
        ],
        "conflicts": list(plan.merge.conflicts),
        "messages": list(plan.merge.messages),
        "answers": [{"name": a.name, "kind": a.kind, "old": a.old, "new": a.new} for a in plan.answers],
        "seeds_delivered": list(plan.delivered),
        "seeds_improved": list(plan.improved),
        "team_files": sorted(plan.pilot.team_files),
        "kept_deleted": list(plan.kept_deleted),
        "derived_rebuilt": list(plan.derived),
        "written": written,
        "commit": commit,
    }


def _as_text(plan: Plan, more: tuple[str, ...], *, written: bool, commit: str | None, options: Options) -> str:
    if plan.is_empty:
        return f"Already at {plan.target.identity.version}; nothing to do."
    lines = [_headline(plan), *_change_lines(plan)]
    lines += list_lines("Answers", [_answer_line(answer) for answer in plan.answers])
    lines += list_lines("Stay deleted, as you left them", plan.kept_deleted)
    lines += list_lines("Yours, and improved in the catalog since; left alone", plan.improved)
    lines += more
    lines += list_lines("Conflicts to decide", plan.merge.messages or plan.merge.conflicts)
    return "\n".join([*lines, "", _ending(plan, written=written, commit=commit, options=options)])


def _headline(plan: Plan) -> str:
    old, new = plan.pilot.version, plan.target.identity.version
    if old is None:
        return click.style(f"Under {plan.target.identity.source} {new}", bold=True)
    if plan.pilot.source != plan.target.identity.source:
        return click.style(f"{plan.pilot.source} {old} -> {plan.target.identity.source} {new}", bold=True)
    other = ", with other answers" if plan.answers else ""
    return click.style(f"{old} -> {new}" if old != new else f"At {new}{other}", bold=True)


def _answer_line(answer: AnswerChange) -> str:
    """Say what happens to an answer: it changes, it is new, or this catalog does not ask for it."""
    match answer.kind:
        case "added":
            return f"{answer.name}: {answer.new!r} (new)"
        case "dropped":
            return f"{answer.name}: {answer.old!r} (dropped: this catalog does not ask for it)"
    return f"{answer.name}: {answer.old!r} -> {answer.new!r}"


def _change_lines(plan: Plan) -> list[str]:
    notes = dict.fromkeys(plan.delivered, " (seed: yours from now on)") | dict.fromkeys(plan.derived, " (rebuilt)")
    conflicted = set(plan.merge.conflicts)
    return [
        change_line(change, conflicted=change.path in conflicted)
        + notes.get(change.path.removeprefix(plan.pilot.prefix), "")
        for change in plan.changes
    ]


def change_line(change: Change, *, conflicted: bool = False) -> str:
    """Show one change as a line: a sign, and where a renamed file came from."""
    sign = click.style("!" if conflicted else _SIGNS[change.kind], fg=_COLOURS[change.kind])
    return f"  {sign} {f'{change.old_path} -> ' if change.old_path else ''}{change.path}"


def list_lines(title: str, items: Sequence[str]) -> list[str]:
    """Show a titled list; nothing where it is empty."""
    return ["", click.style(title, fg="cyan"), *(f"  {item}" for item in items)] if items else []


def _ending(plan: Plan, *, written: bool, commit: str | None, options: Options) -> str:
    """Say what was done, and the next step."""
    if not written:
        return "Nothing was changed." + (" It would conflict." if plan.merge.stages else "")
    if plan.merge.stages:
        return "Resolve the conflicts and commit, or return with `pilotline upgrade --abort`."
    if options.branch is not None:
        return f"Committed as {str(commit)[:9]} on {options.branch}; nothing else was touched."
    if commit:
        return f"Committed as {commit[:9]}."
    trailer = f" End its message with the line `{_trailer(plan)}`." if plan.answers else ""
    return f"Ready to commit: look at `git diff --cached`, or return with `pilotline upgrade --abort`.{trailer}"
