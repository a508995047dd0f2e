"""A group of commands that imports a command only when it is called, so that help and completion stay instant."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class LazyGroup(click.Group):
    """Commands by name, each with the place it is imported from and its one line of help."""

    def __init__(self, *, table: Mapping[str, tuple[str, str]], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]  # click's own keywords, passed on
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which a newcomer meets them."""
        del ctx
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in self._table:
            return None
        module, _, name = self._table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the called command; a slip of the fingers is told which one was meant."""
        name = args[0]
        if name not in self._table and not name.startswith("-"):
            from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

            near = get_close_matches(name, self._table, n=1)
            ctx.fail(f"No such command {name!r}" + (f": did you mean {near[0]}?" if near else ""))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Offer commands with their one line, without importing any; the group's own options after a dash."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell's question needs it

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        named = ((name, self._table[name][1]) for name in self.list_commands(ctx) if name.startswith(incomplete))
        return [CompletionItem(name, help=help_) for name, help_ in named]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one line, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._table[name][1]) for name in self.list_commands(ctx)])
