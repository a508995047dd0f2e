"""What `upgrade`, `add`, `remove`, `prepare` and `answers` share: plan a move, show it, and write it when asked."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from pilotline.catalog.catalogs import Catalogs
from pilotline.cli.options.catalogs import open_recorded
from pilotline.cli.options.common import echo_json, user_catalogs
from pilotline.cli.options.move_options import MoveOptions
from pilotline.cli.options.trust import settle_usage
from pilotline.cli.views.plan import plan_as_json, plan_as_text, trailer
from pilotline.cli.views.terminal import say
from pilotline.errors import ExitCode
from pilotline.git.commands import fetching_missing_objects
from pilotline.pilot.paths import MANIFEST
from pilotline.pilot.pilot import Pilot, open_pilot
from pilotline.pilot.repository import OpenRepository
from pilotline.template.copier_migrations import has_migrations
from pilotline.template.limits import get_ready
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.apply import apply_merge, refuse_unfinished, write_branch
from pilotline.upgrade.plan import UpgradePlan, plan_move
from pilotline.upgrade.summary import PlanSummary


class More(NamedTuple):
    """What one command shows beyond what all show: lines for people, fields for machines."""

    lines: tuple[str, ...] = ()
    fields: Mapping[str, object] = MappingProxyType({})


NOTHING_MORE: Final = More()


class Here(NamedTuple):
    """The pilot that a command is about, the snapshot that it was made from, and the shelf that it stands on."""

    pilot: Pilot
    recorded: Snapshot
    catalogs: Catalogs


def open_here(answers_file: str | None = None, start: Path | None = None) -> Here:
    """Open the pilot of a folder with the snapshot that it was made from.

    Args:
        answers_file: The pilot's answers file, where it is not the only one.
        start: The folder; none means the current one.

    Raises:
        PilotError: The pilot records no version to start from.
    """
    pilot, catalogs = open_pilot(start or Path.cwd(), answers_file), user_catalogs()
    if not catalogs.is_builtin(pilot.source):
        get_ready()
    return Here(pilot, open_recorded(catalogs, pilot), catalogs)


@contextlib.contextmanager
def ready_for(repository: OpenRepository, options: MoveOptions) -> Iterator[None]:
    """Refuse what stands in the way of a move that is written, and let git fetch what a partial clone left out for it.

    Raises:
        PilotError: An earlier move is unfinished, or the pilot has changes that are not committed.
    """
    if options.plan:
        yield
        return
    if options.branch is None:
        refuse_unfinished(repository)
    with fetching_missing_objects():
        yield


def run_move(here: Here, target: UpgradeRequest, message: str, options: MoveOptions) -> int:
    """Plan a move, show it, and write it unless only the plan was asked for; return the exit code."""
    with ready_for(here.pilot, options):
        recorded, target = _settle(here, target, trust=options.trust)
        with plan_move(here.pilot, recorded, target, lenient=options.plan) as plan:
            more = _foresee(plan, here.catalogs) if options.plan else NOTHING_MORE
            return finish_move(plan, message, options, more)


def _foresee(plan: UpgradePlan, catalogs: Catalogs) -> More:
    """Say what a move means for the pilot's readiness."""
    if plan.summary.is_empty or f"{plan.pilot.prefix}{MANIFEST}" not in plan.merge.tracked:
        return NOTHING_MORE
    from pilotline.cli.views.foresight import foresight_as_json, foresight_lines  # noqa: PLC0415 - only a plan needs it
    from pilotline.readiness.foresight import foresee_move  # noqa: PLC0415 - the same

    today = date.today()  # noqa: DTZ011 - the user's own day
    found = foresee_move(plan, today, catalogs)
    return More(foresight_lines(found), {"readiness": foresight_as_json(found)})


def finish_move(plan: UpgradePlan, message: str, options: MoveOptions, more: More = NOTHING_MORE) -> int:
    """Show a plan, and write it unless only the plan was asked for; return the exit code."""
    summary = plan.summary
    conflicts = bool(summary.conflicts)
    blocked = conflicts and (options.fail_on_conflicts or options.branch is not None)
    written = not (options.plan or blocked or summary.is_empty)
    commit = _write(plan, message, options) if written else None
    if options.as_json:
        echo_json({**plan_as_json(summary, written=written, commit=commit), **more.fields})
    else:
        say(plan_as_text(summary, more.lines, _ending(summary, written=written, commit=commit, options=options)))
    return ExitCode.FOUND if conflicts or summary.problems else ExitCode.DONE


def _settle(here: Here, target: UpgradeRequest, *, trust: bool) -> tuple[Snapshot, UpgradeRequest]:
    """Say what both snapshots are used for, and tell which of their commands are not run."""
    recorded, snapshot = settle_usage(
        here.recorded,
        target.snapshot,
        trusted=here.catalogs.config.trust,
        trust=trust,
        answers_file=here.pilot.answers_file,
        folder_name=here.pilot.folder.name,
        migrates_to=target.snapshot if has_migrations(here.recorded, target.snapshot) else None,
    )
    return recorded, target._replace(snapshot=snapshot)


def _write(plan: UpgradePlan, message: str, options: MoveOptions) -> str | None:
    message = f"{message.rstrip()}\n\n{trailer(plan.summary)}\n" if plan.summary.answers else message
    if options.branch is not None:
        return write_branch(plan.pilot, plan.merge, options.branch, message)
    return apply_merge(plan.pilot, plan.merge, message, commit=options.commit)


def _ending(plan: PlanSummary, *, written: bool, commit: str | None, options: MoveOptions) -> str:
    """Say what was done, and the next step."""
    if not written:
        if plan.problems:
            return "Nothing was changed. It would stop at these answers: settle each with -d KEY=VALUE, or with --ask."
        blocked = " It would conflict." if plan.conflicts else ""
        way = " A branch takes no conflicts: upgrade in the work tree to resolve them." if options.branch else ""
        return f"Nothing was changed.{blocked}{way if blocked else ''}"
    if plan.conflicts:
        return "Resolve the conflicts and commit, or return with `pilotline upgrade --abort`."
    if options.branch is not None:
        return f"Committed as {str(commit)[:9]} on {options.branch}; nothing else was touched."
    if commit:
        return f"Committed as {commit[:9]}."
    hint = f" Keep the line `{trailer(plan)}` of the message that git offers." if plan.answers else ""
    return f"Ready for `git commit`: look at `git diff --cached`, or return with `pilotline upgrade --abort`.{hint}"
