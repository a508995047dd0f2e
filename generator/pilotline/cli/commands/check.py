"""`pilotline check`: what is missing for the next stage, and how to mend it."""

import sys
from datetime import date, datetime
from pathlib import Path

import click

from pilotline.cli.options.common import user_catalogs
from pilotline.cli.views.check import show_verdict
from pilotline.cli.views.terminal import say
from pilotline.errors import ExitCode
from pilotline.pilot.stages import STAGES
from pilotline.readiness.reports import FORMATS, write_report
from pilotline.readiness.run import CheckOptions, CheckOutcome, check_pilot


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--stage", type=click.Choice(list(STAGES)), help="Judge this stage. Default: the one pilot.yml claims.")
@click.option("--select", multiple=True, metavar="ID|FAMILY", help="Evaluate only these checks.")
@click.option("--ignore", multiple=True, metavar="ID|FAMILY", help="Do not evaluate these checks.")
@click.option("--all", "show_all", is_flag=True, help="Show every check, not only the next steps.")
@click.option("--format", "format_", type=click.Choice(["text", *FORMATS]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--run", is_flag=True, help="Run what only a command can prove, and record the evidence.")
@click.option("--offline", is_flag=True, help="Run nothing that needs the network.")
@click.option("--repo-review", is_flag=True, help="Run the installed plug-ins of repo-review too; they only warn.")
@click.option("--fix", is_flag=True, help="Mend first what can be mended without judgement.")
@click.option("--break-glass", is_flag=True, help="Record first that a hotfix may pass; asks for --why and --until.")
@click.option("--why", metavar="TEXT", help="Why the glass is broken.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Until when; at most 7 days.")
def command(  # noqa: PLR0913 - one argument per option
    *,
    path: Path,
    stage: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    show_all: bool,
    format_: str,
    as_json: bool,
    run: bool,
    offline: bool,
    repo_review: bool,
    fix: bool,
    break_glass: bool,
    why: str | None,
    until: datetime | None,
) -> int:
    """Say what is missing for the next stage, offline, and how to mend it.

    PATH is a pilot or a folder in it; the current folder when it is left out. Exit code 1 means that the stage is not
    reached, and that nobody broke the glass for a hotfix.
    """
    if break_glass or why or until:
        _break_glass(path, break_glass=break_glass, why=why, until=until)
    options = CheckOptions(
        STAGES[stage] if stage else None, _split(select), _split(ignore), run=run, offline=offline, fix=fix,
        repo_review=repo_review,
    )  # fmt: skip
    today = date.today()  # noqa: DTZ011 - the user's own day
    outcome = check_pilot(path, options, today=today, catalogs=user_catalogs(), progress=_progress)
    _show(outcome, "json" if as_json else format_, show_all=show_all)
    return ExitCode.DONE if outcome.verdict.passes else ExitCode.FOUND


def _break_glass(path: Path, *, break_glass: bool, why: str | None, until: datetime | None) -> None:
    """Record that a hotfix may pass."""
    if not break_glass or why is None or until is None:
        raise click.UsageError("--break-glass, --why and --until belong together")
    from pilotline.lifecycle.break_glass import record_broken_glass  # noqa: PLC0415 - few runs need it

    today = date.today()  # noqa: DTZ011 - the user's own day
    written = record_broken_glass(path, why, until.date(), today)
    say(f"Recorded in {written}: commit it with the hotfix. What is open stays open, and is shown below.", err=True)


def _split(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Take an option that is given several times, or once with commas."""
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _progress(step: str) -> None:
    """Show people what takes long; machines get none of it."""
    if sys.stderr.isatty():
        click.echo(click.style(f"Running {step} …", dim=True), err=True)


def _show(outcome: CheckOutcome, form: str, *, show_all: bool) -> None:
    """Show the verdict, and say beside it what was written."""
    if form == "text":
        say(show_verdict(outcome.verdict, show_all=show_all))
    else:
        click.echo(write_report(outcome.verdict, form))
    for path in outcome.mended:
        say(f"Mended {path}", err=True)
    if outcome.unrecorded:
        click.echo(f"The evidence was not kept: {outcome.unrecorded}.", err=True)
