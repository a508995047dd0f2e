"""`pilotline retire`: the end of a pilot."""

from pathlib import Path

import click

from pilotline.catalog.learnings import CHALLENGES
from pilotline.cli.commands._stand_here import because_option, path_argument, show_turn, stand_here, today
from pilotline.cli.options.common import json_option
from pilotline.lifecycle.turns import Takeaway, retire
from pilotline.readiness.tools import PilotTools


@click.command("retire")
@path_argument
@because_option
@click.option("--lesson", required=True, metavar="TEXT", help="What was learned; it stays, also when it failed.")
@click.option(
    "--challenge",
    type=click.Choice(list(CHALLENGES)),
    default=None,
    help="What the lesson is about, so that `catalog learnings` brings it to other pilots.",
)
@json_option
def command(*, path: Path, because: str, lesson: str, challenge: str | None, as_json: bool) -> None:
    """End this pilot: its kill switch is turned, and reason and lesson are kept.

    pilot.yml says from then on that it is retired, so the rule decides in the model's place wherever this repository
    runs next.
    """
    stand = stand_here(path)
    told = Takeaway(lesson, challenge or "")
    show_turn(retire(stand, because, told, PilotTools(stand.root), today()), as_json=as_json)
