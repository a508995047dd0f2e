"""`pilotline demote`: back to an earlier stage."""

from pathlib import Path

import click

from pilotline.cli.commands._stand_here import because_option, path_argument, show_turn, stand_here, today
from pilotline.cli.options.common import json_option
from pilotline.lifecycle.turns import demote
from pilotline.pilot.stages import STAGES
from pilotline.readiness.tools import PilotTools


@click.command("demote")
@path_argument
@click.option("--to", "to", type=click.Choice(list(STAGES)[:-1]), required=True, help="The stage to go back to.")
@because_option
@json_option
def command(*, path: Path, to: str, because: str, as_json: bool) -> None:
    """Move this pilot back to an earlier stage; the reason stays in its history.

    The MLflow aliases of the stages that it leaves are taken away. To move forward again takes a new decision.
    """
    stand = stand_here(path)
    show_turn(demote(stand, STAGES[to], because, PilotTools(stand.root), today()), as_json=as_json)
