"""`pilotline answers`: what a pilot was made with, shown or changed by the same merge as an upgrade."""

import click

from pilotline.cli.commands._open_here import open_here
from pilotline.cli.commands._run_upgrade import run_move
from pilotline.cli.options.common import echo_json, parse_data, refuse_idle
from pilotline.cli.options.move_options import MoveOptions, move_options
from pilotline.cli.views.terminal import say
from pilotline.template.questions import open_names
from pilotline.upgrade.answer_changes import UpgradeRequest


@click.command("answers")
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="Change an answer; repeatable.")
@move_options
def command(data: tuple[str, ...], options: MoveOptions) -> int:
    """Show the answers of this pilot, or change them.

    Computed and secret questions are not shown: the first are no answers, the second are recorded nowhere.
    """
    if not data:
        refuse_idle("without -d KEY=VALUE", "--json", "--answers-file", "--trust")
    here = open_here(options.answers_file)
    if data:
        changes = parse_data(data)
        target = UpgradeRequest(here.recorded, changes)
        return run_move(here, target, f"Change {', '.join(changes)}\n", options)
    names = open_names(here.recorded)
    shown = {name: value for name, value in here.pilot.answers.items() if name in names}
    if options.as_json:
        echo_json({"format": 1, "answers": shown})
        return 0
    width = max(map(len, shown), default=0)
    say("\n".join(f"{name:<{width}}  {value}" for name, value in shown.items()))
    return 0
