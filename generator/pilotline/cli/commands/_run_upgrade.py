"""What `upgrade`, `add`, `remove`, `prepare` and `answers` share: plan a move, show it, and write it when asked."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from pilotline.cli.options.catalogs import open_recorded
from pilotline.cli.options.common import config_path, echo_json
from pilotline.cli.options.move_options import MoveOptions
from pilotline.cli.options.trust import settle_usage
from pilotline.cli.views.plan import plan_as_json, plan_as_text, trailer
from pilotline.cli.views.terminal import say
from pilotline.config import read_config
from pilotline.errors import ExitCode
from pilotline.git.commands import fetching_missing_objects
from pilotline.pilot.paths import MANIFEST
from pilotline.pilot.pilot import open_pilot
from pilotline.pilot.repository import Pilot
from pilotline.template.copier_migrations import has_migrations
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.apply import apply_merge, refuse_unfinished, write_branch
from pilotline.upgrade.plan import UpgradePlan, plan_move


@dataclass(frozen=True)
class More:
    """What one command shows beyond what all show: lines for people, fields for machines."""

    lines: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)


NOTHING_MORE: Final = More()


def open_here(answers_file: str | None = None, start: Path | None = None) -> tuple[Pilot, Snapshot, str]:
    """Open the pilot of a folder with the snapshot that it was made from, and the built-in address.

    Args:
        answers_file: The pilot's answers file, where it is not the only one.
        start: The folder; none means the current one.

    Raises:
        PilotError: The pilot records no version to start from.
    """
    pilot = open_pilot(start or Path.cwd(), answers_file)
    source = read_config(config_path()).source
    return pilot, open_recorded(pilot), source


@contextlib.contextmanager
def ready_for(pilot: Pilot, options: MoveOptions) -> Iterator[None]:
    """Refuse what stands in the way of a move that is written, and let git fetch what a partial clone left out for it.

    Raises:
        PilotError: An earlier move is unfinished, or the pilot has changes that are not committed.
    """
    if options.plan:
        yield
        return
    if options.branch is None:
        refuse_unfinished(pilot)
    with fetching_missing_objects():
        yield


def run_move(pilot: Pilot, recorded: Snapshot, target: UpgradeRequest, message: str, options: MoveOptions) -> int:
    """Plan a move, show it, and write it unless only the plan was asked for; return the exit code."""
    with ready_for(pilot, options):
        recorded, target = _settle(pilot, recorded, target, trust=options.trust)
        with plan_move(pilot, recorded, target, lenient=options.plan) as plan:
            return finish_move(plan, message, options, _foresee(plan) if options.plan else NOTHING_MORE)


def _foresee(plan: UpgradePlan) -> More:
    """Say what a move means for the pilot's readiness."""
    if plan.is_empty or f"{plan.pilot.prefix}{MANIFEST}" not in plan.merge.tracked:
        return NOTHING_MORE
    from pilotline.cli.views.foresight import foresight_as_json, foresight_lines  # noqa: PLC0415 - only a plan needs it
    from pilotline.readiness.foresight import foresee_move  # noqa: PLC0415 - the same

    today = date.today()  # noqa: DTZ011 - the user's own day
    found = foresee_move(plan, today, read_config(config_path()).source)
    return More(foresight_lines(found), {"readiness": foresight_as_json(found)})


def finish_move(plan: UpgradePlan, message: str, options: MoveOptions, more: More = NOTHING_MORE) -> int:
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
        say(plan_as_text(plan, more.lines, ending))
    return ExitCode.FOUND if conflicts or plan.problems else ExitCode.DONE


def _settle(
    pilot: Pilot, recorded: Snapshot, target: UpgradeRequest, *, trust: bool
) -> tuple[Snapshot, UpgradeRequest]:
    """Say what both snapshots are used for, and tell which of their commands are not run."""
    name = pilot.folder.name
    recorded, snapshot = settle_usage(
        recorded,
        target.snapshot,
        trust=trust,
        answers_file=pilot.answers_file,
        folder_name=name,
        migrates_to=target.snapshot if has_migrations(recorded, target.snapshot) else None,
    )
    return recorded, replace(target, snapshot=snapshot)


def _write(plan: UpgradePlan, message: str, options: MoveOptions) -> str | None:
    message = f"{message.rstrip()}\n\n{trailer(plan)}\n" if plan.answers else message
    if options.branch is not None:
        return write_branch(plan.pilot, plan.merge, options.branch, message)
    return apply_merge(plan.pilot, plan.merge, message, commit=options.commit)


def _ending(plan: UpgradePlan, *, written: bool, commit: str | None, options: MoveOptions) -> str:
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
    hint = f" Keep the line `{trailer(plan)}` of the message that git offers." if plan.answers else ""
    return f"Ready for `git commit`: look at `git diff --cached`, or return with `pilotline upgrade --abort`.{hint}"
