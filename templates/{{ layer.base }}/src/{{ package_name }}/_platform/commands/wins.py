"""`wins`: what got better for whom; what is measured stands there by itself, the rest is told."""

from datetime import datetime

import click

from .showing import AS_JSON, show


def wins_command() -> click.Command:
    """Make the command."""

    @click.group("wins", invoke_without_command=True)
    @AS_JSON
    @click.pass_context
    def wins(context: click.Context, *, as_json: bool) -> None:
        """List what got better, and for whom; `add` one that no KPI tells by itself."""
        from ..settings import PlatformPart
        from ..wins import read_wins

        if context.invoked_subcommand is None:
            rows = [dict(line) for line in read_wins(PlatformPart.load())]
            show(rows, ("on", "for", "sentence", "kpi", "measured"), as_json=as_json)

    wins.add_command(_add_command())
    return wins


def _add_command() -> click.Command:
    @click.command("add")
    @click.argument("text")
    @click.option("--for", "whom", required=True, help="For whom it got better: a role or a group, not a person.")
    @click.option("--kpi", metavar="ID", help="The KPI that shows it, as it is measured now.")
    @click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="When; default: today.")
    def command(*, text: str, whom: str, kpi: str | None, on: datetime | None) -> None:
        """Record what got better, in a sentence."""
        from ..settings import PlatformPart
        from ..wins import add_win, wins_file

        settings = PlatformPart.load()
        won = add_win(settings, text, whom, kpi=kpi, on=on.date() if on else None)
        click.echo(f"recorded: {won['id']}. Commit {wins_file(settings)}.")

    return command
