"""`pilotline upgrade`: pull in what the catalog improved, as a true merge."""

import json
import sys
from pathlib import Path

import click

from pilotline.cli.commands._open_here import open_here
from pilotline.cli.options.common import parse_data, refuse_idle
from pilotline.cli.options.move_options import MoveOptions, move_options
from pilotline.git.commands import fetching_missing_objects
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.repository import PilotError, open_repository
from pilotline.template.snapshot import Snapshot


@click.command("upgrade")
@click.option(
    "--to", "version", metavar="VERSION", help="Version to move to, however it is written. Default: the newest release."
)
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="Settle or change an answer; repeatable.")
@click.option("--ask", is_flag=True, help="Ask for new answers and for those that are no longer valid.")
@click.option("--include", multiple=True, metavar="PATH", help="Merge the improvements of a seed, too; repeatable.")
@click.option("--abort", is_flag=True, help="Return to the state before an upgrade that is not committed yet.")
@move_options
def command(
    version: str | None, data: tuple[str, ...], ask: bool, include: tuple[str, ...], abort: bool, options: MoveOptions
) -> int:
    """Move this pilot to another version of its catalog.

    Your edits are merged, your deleted files stay deleted, your seeds are never touched. Exit code 1 means that there
    are (or, with --plan, would be) conflicts.
    """
    if abort:
        refuse_idle("beside --abort", "--abort", "--json")
        from pilotline.upgrade.undo import abort_move  # noqa: PLC0415 - an upgrade itself begins without it

        with fetching_missing_objects():
            undone = abort_move(open_repository(Path.cwd()))
        text = "Back at the last commit." if undone else "There is no unfinished upgrade here."
        click.echo(json.dumps({"format": 1, "undone": undone}) if options.as_json else text)
        return 0
    if version == "":
        raise click.BadParameter("the version is empty", param_hint="--to")
    here = open_here(options.answers_file)
    from pilotline.cli.commands._run_upgrade import run_move  # noqa: PLC0415 - loaded while a worker gets ready
    from pilotline.upgrade.answer_changes import UpgradeRequest  # noqa: PLC0415 - the same

    pilot = here.pilot
    snapshot = here.catalogs.recorded(pilot.source, version)
    if version is None:
        _refuse_backwards(pilot, snapshot)
    message = f"Upgrade from {pilot.version} to {snapshot.identity.version}\n"
    changes = parse_data(data)
    if ask:
        changes = _ask(pilot, snapshot, changes)
    return run_move(here, UpgradeRequest(snapshot, changes, include), message, options)


def _refuse_backwards(pilot: Pilot, newest: Snapshot) -> None:
    """Refuse to leave a version for an older one that nobody named.

    Raises:
        PilotError: The pilot is ahead of the newest release.
    """
    from pilotline.catalog.versions import is_older  # noqa: PLC0415 - loaded while a worker gets ready

    found = newest.identity.version
    if pilot.version is not None and found is not None and is_older(found, pilot.version):
        raise PilotError(
            f"The pilot is at {pilot.version}, which is newer than the newest release here, {found}.",
            "Name where it shall go with --to; with the built-in catalog, upgrade pilotline first.",
        )


def _ask(pilot: Pilot, snapshot: Snapshot, given: dict[str, object]) -> dict[str, object]:
    """Ask for what is new, and for what the new version does not accept any more.

    Raises:
        click.UsageError: Nobody is there to ask.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("--ask needs a terminal; without one, answer with -d KEY=VALUE")
    from pilotline.cli.wizard import ask_some  # noqa: PLC0415 - only the wizard may take longer to load
    from pilotline.template.questions import open_names  # noqa: PLC0415 - the same

    known = open_names(snapshot)
    kept = {name: value for name, value in pilot.answers.items() if name in known}
    return given | ask_some(snapshot, {**kept, **given})
