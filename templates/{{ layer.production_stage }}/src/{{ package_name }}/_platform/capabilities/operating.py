"""Operation: `backup`, `restore`, `champion`, `drill`."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from . import Capability

if TYPE_CHECKING:
    from ..commands.feedback import Parts


class Operating(Capability):
    """What the production stage adds for bad days."""

    def commands(self, build: "Callable[[], Parts]") -> Sequence[click.Command]:  # noqa: ARG002 - they have parts of their own
        """Give the commands."""
        from ..operation.commands import backup_command, champion_command, drill_command, restore_command

        return backup_command(), restore_command(), champion_command(), drill_command()


CAPABILITY = Operating()
