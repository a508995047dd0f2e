"""`pilotline extend`: a later end of the experiment."""

from datetime import datetime
from pathlib import Path

import click

from pilotline.cli.commands._stand_here import because_option, path_argument, show_turn, stand_here, today
from pilotline.cli.options.common import json_option
from pilotline.lifecycle.turns import extend


@click.command("extend")
@path_argument
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="YYYY-MM-DD", help="The new end.")
@because_option
@json_option
def command(*, path: Path, until: datetime, because: str, as_json: bool) -> None:
    """Give this pilot's experiment a later end; the old one and the reason stay in its history."""
    show_turn(extend(stand_here(path), until.date(), because, today()), as_json=as_json)
