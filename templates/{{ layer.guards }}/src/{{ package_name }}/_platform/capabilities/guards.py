"""Guards: the command `red-team`, and the table `[guards]` of the settings."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from . import Capability

if TYPE_CHECKING:
    from ..commands.feedback import Parts


class Guarding(Capability):
    """What guards add to the platform."""

    settings = ("guards",)

    def commands(self, build: "Callable[[], Parts]") -> Sequence[click.Command]:  # noqa: ARG002 - it has its own parts
        """Give `red-team`."""
        from ..guards.commands import red_team_command

        return (red_team_command(),)


CAPABILITY = Guarding()
