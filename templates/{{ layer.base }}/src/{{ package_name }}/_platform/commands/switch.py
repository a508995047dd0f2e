"""`switch`: show or turn the kill switch."""

from typing import TYPE_CHECKING

import click

from .showing import account

if TYPE_CHECKING:
    from ..switch import Switch


def _state(switch: "Switch") -> str:
    who = f", by {switch.who}" if switch.at else ""
    at = f", {switch.at}" if switch.at else ""
    decides = "the model decides" if switch.on else "the rule decides in the model's place"
    return f"{'on' if switch.on else 'off'}: {decides} ({switch.why}{who}{at})"


def switch_command() -> click.Command:
    @click.group("switch", invoke_without_command=True)
    @click.pass_context
    def switch(context: click.Context) -> None:
        """Show or turn the kill switch: off lets the rule decide."""
        from ..settings import PlatformPart
        from ..switch import model_switch

        if context.invoked_subcommand is None:
            click.echo(_state(model_switch(PlatformPart.load())))

    for word in ("on", "off"):
        switch.add_command(_turn_command(word))
    return switch


def _turn_command(word: str) -> click.Command:
    @click.command(word, help=f"Turn the model {word}, from the next run on.")
    @click.option("--by", "who", default=account, show_default="your account", help="Who decides it.")
    @click.option("--why", required=True, help="The reason, for those who read it later.")
    def command(*, who: str, why: str) -> None:
        from ..settings import PlatformPart
        from ..switch import turn

        click.echo(_state(turn(PlatformPart.load(), on=word == "on", who=who, why=why)))

    return command
