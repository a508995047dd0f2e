"""`forget`: delete what is past its day; a job does it by itself, once a day, when its own work is done."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import click

from .. import PilotError
from .feedback import Parts
from .showing import AS_JSON

if TYPE_CHECKING:
    from ..forget import Forgotten
    from ..settings import PlatformSettings

NAME: Final = "forget"
HELP: Final = """Delete rows, lists, models, backups and logs past their day.

Data by data.retention_days in pilot.yml; logs, and rows set aside, by the organisation's policies. What went is counted
in governance/evidence/forgotten.jsonl. A job does this by itself when it is done, once a day.
"""


class ForgetCommand(click.Command):
    """The command, which knows the pilot's parts, so that the end of a job can call it."""

    build: Callable[[], Parts]


def forget_command(build: Callable[[], Parts]) -> click.Command:
    """Make the command."""

    def callback(*, dry_run: bool, as_json: bool) -> None:
        if done := _forget(build, dry=dry_run):
            _show(*done, dry=dry_run, as_json=as_json)

    dry = click.Option(["--dry-run"], is_flag=True, help="Count what is past its day; delete nothing.")
    command = AS_JSON(ForgetCommand(NAME, params=[dry], callback=callback, help=HELP))
    command.build = build
    return command


def forget_at_the_end(group: click.Command, before: "PlatformSettings | None") -> None:
    """Do what `forget` does after a job of the pilot, at most once a day; only what went, or stays, is said.

    `before` is the job that this process did already. When another command is at work, that one will do it.
    """
    job = job_of_this_process()
    command = group.commands.get(NAME) if isinstance(group, click.Group) else None
    if job is None or job is before or not isinstance(command, ForgetCommand):
        return
    from ..forget import is_due

    if not is_due(job):
        return
    try:
        done = _forget(command.build, dry=False, wait=False)
    except PilotError as error:
        text = f"The job is over, but what is past its day could not be deleted: {error}"
        raise PilotError(text, exit_code=error.exit_code) from error
    if done is not None:
        _say_at_the_end(*done)


def job_of_this_process() -> "PlatformSettings | None":
    """Return the settings of the job that this process did last; help and quick commands load nothing for it."""
    monitoring = sys.modules.get(f"{__package__.rpartition('.')[0]}.monitoring")
    job: PlatformSettings | None = monitoring.at_work() if monitoring else None
    return job


def _forget(build: Callable[[], Parts], *, dry: bool, wait: bool = True) -> "tuple[PlatformSettings, Forgotten] | None":
    from ..exclusive import PATIENCE, one_at_a_time
    from ..forget import forget

    parts = build()
    with ExitStack() as stack:
        stack.callback(parts.database.close)
        say = (lambda text: click.echo(text, err=True)) if wait else (lambda _: None)
        lock = one_at_a_time(parts.settings.var / "run.lock", say, PATIENCE if wait else 0.0)
        try:
            stack.enter_context(lock)
        except PilotError:
            if wait:
                raise
            return None
        return parts.settings, forget(parts.settings, parts.database, dry=dry)


def _show(settings: "PlatformSettings", found: "Forgotten", *, dry: bool, as_json: bool) -> None:
    if as_json:
        import json

        facts = {"forgotten": found.counts, "kept": found.kept, "dry_run": dry, "evidence": found.evidence}
        click.echo(json.dumps(facts, ensure_ascii=False, default=str))
        return
    told = "Past their day, and would go:" if dry else "Past their day, and gone:"
    click.echo(told if found.counts else "Nothing is past its day.")
    for what, count in found.counts.items():
        click.echo(f"  {count:,} {what}")
    for why in found.kept:
        click.echo(f"kept: {why}")
    if found.evidence:
        click.echo(f"evidence: {found.evidence.relative_to(settings.root)}")


def _say_at_the_end(settings: "PlatformSettings", found: "Forgotten") -> None:
    listed = ", ".join(f"{count:,} {what}" for what, count in found.counts.items())
    if listed and found.evidence:
        sys.stderr.write(f"Past their day, and gone: {listed} ({found.evidence.relative_to(settings.root)}).\n")
    for why in found.kept:
        sys.stderr.write(f"note: {why}.\n")
