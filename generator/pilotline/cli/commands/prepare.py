"""`pilotline prepare`: a stage's files at the same version, by the same merge as an upgrade."""

import click

from pilotline.cli.commands._open_here import open_here
from pilotline.cli.commands._run_upgrade import run_move
from pilotline.cli.options.move_options import MoveOptions, move_options
from pilotline.errors import PilotlineError
from pilotline.pilot.stages import STAGES
from pilotline.template.question_roles import read_roles
from pilotline.template.questions import open_names
from pilotline.upgrade.answer_changes import UpgradeRequest


@click.command("prepare")
@click.argument("stage", type=click.Choice(list(STAGES)))
@move_options
def command(stage: str, options: MoveOptions) -> int:
    """Bring the files that a stage needs; the stage itself moves when its proof is there.

    Going back takes away the catalog's files of the later stage. Seeds stay, because they are yours; a file of the
    catalog that you edited is a conflict to decide.
    """
    here = open_here(options.answers_file)
    question = read_roles(here.recorded).call("stage")
    if question not in open_names(here.recorded):
        raise PilotlineError("This pilot's catalog knows no stages.", "`pilotline answers` shows what can be changed.")
    return run_move(here, UpgradeRequest(here.recorded, {question: stage}), f"Prepare for {stage}\n", options)
