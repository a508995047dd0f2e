"""Releases: the command `release`."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from . import Capability

if TYPE_CHECKING:
    from ..commands.feedback import Parts


class Releasing(Capability):
    """What the production stage adds for releases."""

    def commands(self, build: "Callable[[], Parts]") -> Sequence[click.Command]:  # noqa: ARG002 - it needs no database
        """Give `release`."""
        from ..release.command import release_command

        return (release_command(),)


CAPABILITY = Releasing()
