"""`pilotline remove`: fewer integrations at the same version, by the same merge as an upgrade."""

import click

from pilotline.cli.commands._open_here import open_here
from pilotline.cli.commands._run_upgrade import run_move
from pilotline.cli.options.move_options import MoveOptions, move_options
from pilotline.pilot.integrations import remove_integrations
from pilotline.upgrade.answer_changes import UpgradeRequest


@click.command("remove")
@click.argument("integrations", nargs=-1, required=True, metavar="INTEGRATION...")
@move_options
def command(integrations: tuple[str, ...], options: MoveOptions) -> int:
    """Remove integrations from this pilot.

    Where you edited what an integration brought, that is a conflict to decide, not a loss.
    """
    here = open_here(options.answers_file)
    wanted = remove_integrations(here.pilot, here.recorded, integrations)
    target = UpgradeRequest(here.recorded, wanted)
    return run_move(here, target, f"Remove {', '.join(integrations)}\n", options)
