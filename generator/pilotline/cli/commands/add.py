"""`pilotline add`: more integrations at the same version, by the same merge as an upgrade."""

import click

from pilotline.cli.commands._open_here import open_here
from pilotline.cli.commands._run_upgrade import run_move
from pilotline.cli.options.move_options import MoveOptions, move_options
from pilotline.pilot.integrations import add_integrations
from pilotline.upgrade.answer_changes import UpgradeRequest


@click.command("add")
@click.argument("integrations", nargs=-1, required=True, metavar="INTEGRATION...")
@move_options
def command(integrations: tuple[str, ...], options: MoveOptions) -> int:
    """Add integrations to this pilot.

    They bring files of the catalog only, so that `pilotline remove` gives the old tree back where nothing was edited.
    """
    here = open_here(options.answers_file)
    wanted = add_integrations(here.pilot, here.recorded, integrations)
    target = UpgradeRequest(here.recorded, wanted)
    return run_move(here, target, f"Add {', '.join(integrations)}\n", options)
