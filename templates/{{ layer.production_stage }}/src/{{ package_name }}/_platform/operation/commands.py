"""`backup`, `restore`, `champion` and `drill`."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from .. import DONE, FOUND, PilotError
from ..commands.showing import account

if TYPE_CHECKING:
    from .champion import Passed

BY: Final = click.option("--by", "who", default=account, show_default="your account", help="Who does it.")
NAMES: Final = ("rollback", "model", "switch", "restore", "vendor")


def backup_command() -> click.Command:
    """Make the command that backs up."""

    @click.command("backup")
    @click.option(
        "--to", "folder", type=click.Path(path_type=Path), help="Below which folder; default: forget.backups."
    )
    def backup(*, folder: Path | None) -> None:
        """Back up what the pilot keeps below var/, while it runs."""
        from ..settings import PlatformPart
        from .backup import back_up, state_elsewhere

        settings = PlatformPart.load()
        named = settings.forget.backups
        place = folder or (settings.root / named if named else None)
        if place is None:
            raise PilotError("Say where it goes: --to FOLDER, or forget.backups in the settings, where `forget` looks.")
        click.echo(str(back_up(settings, place)))
        elsewhere = state_elsewhere(settings)
        if elsewhere:
            click.echo(f"Not in it, as it lies elsewhere: {', '.join(elsewhere)}. Back that up there.")

    return backup


def restore_command() -> click.Command:
    """Make the command that restores."""

    @click.command("restore")
    @click.argument("backup", type=click.Path(path_type=Path))
    @click.option("--replace", is_flag=True, help="Databases that are there may be replaced.")
    def command(*, backup: Path, replace: bool) -> None:
        """Put back what BACKUP holds, once all of it was found whole; end what serves before."""
        from ..settings import PlatformPart
        from .backup import restore

        settings = PlatformPart.load()
        click.echo(f"{restore(settings, backup, replace=replace)} files are back in {settings.var}.")

    return command


def champion_command() -> click.Group:
    """Make the commands that show and change which model decides."""

    @click.group("champion", invoke_without_command=True)
    @click.pass_context
    def champion(context: click.Context) -> None:
        """Show which model decides and which passed before it; `back` goes back."""
        from ..settings import PlatformPart
        from .champion import read_passed

        if context.invoked_subcommand is None:
            _show(read_passed(PlatformPart.load()))

    @champion.command("back")
    @click.option("--why", required=True, help="The reason, for those who read it later.")
    @click.option("--to-rule", is_flag=True, help="Let the rule decide until a model passes the gate.")
    @BY
    def back(*, why: str, to_rule: bool, who: str) -> None:
        """Let the version before decide, from the next run on."""
        from ..settings import PlatformPart
        from .champion import go_back

        _show(go_back(PlatformPart.load(), who=who, why=why, to_rule=to_rule))

    return champion


def _show(known: "Passed") -> None:
    deciding = f"version {known.champion.version} decides" if known.champion else "no model decides: the rule does"
    click.echo(deciding)
    if known.earlier:
        click.echo(f"before it passed: {', '.join(str(each.version) for each in known.earlier)}")


def drill_command() -> click.Command:
    """Make the command that drills."""

    @click.command("drill")
    @click.argument("name", type=click.Choice(NAMES))
    @click.option("--at", help="Of rollback: the environment in which the way back is walked.")
    @click.option("--as-configured", is_flag=True, help="On the systems that the settings name, such as a staging's.")
    @BY
    @click.pass_context
    def command(context: click.Context, *, name: str, at: str | None, as_configured: bool, who: str) -> int:
        """Do on a good day what has to work on a bad one, and keep dated evidence of it.

        All but rollback work on a copy of the pilot and of its state: nothing that people rely on is changed.
        """
        from ..settings import PlatformPart
        from .drills import DRILLS, drill, keep
        from .rollback import roll_back_and_forth

        settings = PlatformPart.load()
        if name == "rollback":
            if at is None:
                raise PilotError("Say in which environment the way back is walked: --at staging.")
            done = roll_back_and_forth(settings.root, settings.distribution, at, who)
            keep(settings, done, who)
        else:
            group = context.find_root().command
            known = group.commands if isinstance(group, click.Group) else {}
            done = drill(settings, name, known, who, as_configured=as_configured)
        click.echo(f"{name}: {'passed' if done.passed else 'FAILED'} in {done.seconds:g} s: {done.said}")
        click.echo(f"Commit governance/evidence/{DRILLS}.")
        return DONE if done.passed else FOUND

    return command
