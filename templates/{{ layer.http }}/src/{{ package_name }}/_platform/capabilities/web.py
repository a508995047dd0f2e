"""Answers over HTTP: the commands `serve` and `keys`, and the table `[web]` of the settings."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from . import Capability

if TYPE_CHECKING:
    from ..commands.feedback import Parts


class Web(Capability):
    """What HTTP adds to the platform."""

    settings = ("web",)

    def commands(self, build: "Callable[[], Parts]") -> Sequence[click.Command]:  # noqa: ARG002 - it has its own parts
        """Give `serve` and `keys`."""
        from ..web.commands import keys_command, serve_command

        return serve_command(), keys_command()


CAPABILITY = Web()
