"""What `upgrade`, `add`, `remove`, `prepare` and `answers` share: plan a move, show it, and write it when asked."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from pilotline.catalog.catalogs import Catalogs
from pilotline.cli.commands._open_here import Here
from pilotline.cli.options.common import echo_json
from pilotline.cli.options.move_options import MoveOptions
from pilotline.cli.options.trust import settle_usage
from pilotline.cli.views.plan import plan_as_json, plan_as_text, trailer
from pilotline.cli.views.terminal import say
from pilotline.errors import ExitCode
from pilotline.git.commands import fetching_missing_objects
from pilotline.pilot.paths import MANIFEST
from pilotline.pilot.repository import OpenRepository
from pilotline.template.copier_migrations import has_migrations
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


class Command(NamedTuple):
    """What people call the command, and what else it says at its end."""

    name: str = "pilotline upgrade"
    then: str = ""
    """What to do once the result is committed."""
    title: str = ""
    """What a plan begins with, where that is not the move from one version to another."""


UPGRADE: Final = Command()


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
    from pilotline.readiness.view.catalog_origin import CatalogOrigin  # noqa: PLC0415 - the same

    today = date.today()  # noqa: DTZ011 - the user's own day
    found = foresee_move(plan, today, CatalogOrigin(catalogs))
    return More(foresight_lines(found), {"readiness": foresight_as_json(found)})


def finish_move(
    plan: UpgradePlan, message: str, options: MoveOptions, more: More = NOTHING_MORE, command: Command = UPGRADE
) -> int:
    """Show a plan, and write it unless only the plan was asked for; return the exit code."""
    summary = plan.summary
    conflicts = bool(summary.conflicts)
    blocked = conflicts and (options.fail_on_conflicts or options.branch is not None)
    written = not (options.plan or blocked or summary.is_empty)
    commit = _write(plan, message, options) if written else None
    if options.as_json:
        echo_json({**plan_as_json(summary, written=written, commit=commit), **more.fields})
    else:
        ending = _unwritten(summary, options) if not written else _written(summary, commit, options, command)
        say(plan_as_text(summary, more.lines, ending, command.title))
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


def _unwritten(plan: PlanSummary, options: MoveOptions) -> str:
    """Say why nothing was written, and the next step."""
    if plan.problems:
        return "Nothing was changed. It would stop at these answers: settle each with -d KEY=VALUE, or with --ask."
    blocked = " It would conflict." if plan.conflicts else ""
    way = " A branch takes no conflicts: upgrade in the work tree to resolve them." if options.branch else ""
    return f"Nothing was changed.{blocked}{way if blocked else ''}"


def _written(plan: PlanSummary, commit: str | None, options: MoveOptions, command: Command) -> str:
    """Say what was done, and the next step."""
    then = f"\n{command.then}" if command.then else ""
    if plan.conflicts:
        return f"Resolve the conflicts and commit, or return with `{command.name} --abort`.{then}"
    if options.branch is not None:
        return f"Committed as {str(commit)[:9]} on {options.branch}; nothing else was touched.{then}"
    if commit:
        return f"Committed as {commit[:9]}.{then}"
    hint = f" Keep the line `{trailer(plan)}` of the message that git offers." if plan.answers else ""
    return f"Ready for `git commit`: look at `git diff --cached`, or return with `{command.name} --abort`.{hint}{then}"
