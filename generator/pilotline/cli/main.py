"""The entry point: commands by name, each imported only when it is called."""

import importlib
from typing import Final

import click

from pilotline.about import __version__

_COMMANDS: Final = {
    "new": ("pilotline.cli.new:command", "Make a pilot: a repository that already runs and is measured."),
    "architectures": ("pilotline.cli.architectures:command", "List and explain the reference architectures."),
    "upgrade": ("pilotline.cli.upgrade:command", "Pull in what the catalog improved; your work survives."),
    "add": ("pilotline.cli.answers:add", "Add integrations to this pilot."),
    "remove": ("pilotline.cli.answers:remove", "Remove integrations from this pilot."),
    "prepare": ("pilotline.cli.answers:prepare", "Bring the files that the next stage needs."),
    "diff": ("pilotline.cli.diff:command", "Show what this pilot changed in the catalog's files."),
    "answers": ("pilotline.cli.answers:answers", "Show or change the answers of this pilot."),
}


class _LazyCommands(click.Group):
    """A group that imports a command when it is called, so that help and completion stay instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which a newcomer meets them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one line, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=_LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pilotline")
def group() -> None:
    """AI pilots on a standard path to production.

    Begin with `pilotline new`. Exit codes: 0 done; 1 a check or plan found something; 2 nothing was done, the request
    or its surroundings must change; 3 a fault of pilotline; 130 interrupted.
    """


def main() -> None:
    """Run pilotline and end with one of its exit codes."""
    from pilotline.cli.outcome import run_guarded  # noqa: PLC0415 - start-up stays lean

    run_guarded(group)
