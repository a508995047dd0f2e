"""`alias`: put the name of a stage on the champion in MLflow; a promotion calls it."""

import click


def alias_command() -> click.Command:
    """Make the command."""

    @click.command("alias")
    @click.argument("stage", type=click.Choice(["pilot", "production"]))
    @click.option("--take-away", is_flag=True, help="Take the alias off whatever model has it.")
    def alias(*, stage: str, take_away: bool) -> None:
        """Put the name of a stage on the champion, as its alias in MLflow; `pilotline promote` calls this."""
        from ..settings import PlatformPart
        from ..stage_alias import set_stage_alias, take_stage_alias

        change = take_stage_alias if take_away else set_stage_alias
        click.echo(str(change(PlatformPart.load(), stage)))

    return alias
