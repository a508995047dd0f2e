"""`pilotline upgrade`: pull in what the catalog improved, as a true merge."""

from pathlib import Path

import click

from pilotline.cli.moving import Options, move_options, open_here, run_move
from pilotline.cli.options import parse_data
from pilotline.pilot import open_repository
from pilotline.sources import load_recorded
from pilotline.undo import undo_move
from pilotline.upgrade import Target


@click.command("upgrade")
@click.option("--to", "version", metavar="VERSION", help="Version to move to. Default: the newest release.")
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="Settle or change an answer; repeatable.")
@click.option("--abort", is_flag=True, help="Return to the state before an upgrade that is not committed yet.")
@move_options
def command(version: str | None, data: tuple[str, ...], abort: bool, options: Options) -> int:
    """Move this pilot to another version of its catalog.

    Your edits are merged, your deleted files stay deleted, your seeds are never touched. Exit code 1 means that there
    are (or, with --plan, would be) conflicts.
    """
    if abort:
        undone = undo_move(open_repository(Path.cwd()))
        click.echo("Back at the last commit." if undone else "There is no unfinished upgrade here.")
        return 0
    pilot, recorded, source = open_here()
    snapshot = load_recorded(pilot.source, version, source)
    message = f"Upgrade from {pilot.version} to {snapshot.identity.version}\n"
    return run_move(pilot, recorded, Target(snapshot, parse_data(data)), message, options)
