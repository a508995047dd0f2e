"""Scoring on request: the command `rollout`, and the table `[serving]` of the settings."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from . import Capability

if TYPE_CHECKING:
    from ..commands.feedback import Parts


class Serving(Capability):
    """What scoring on request adds to the platform."""

    settings = ("serving",)

    def commands(self, build: "Callable[[], Parts]") -> Sequence[click.Command]:  # noqa: ARG002 - it has its own parts
        """Give `rollout`."""
        from ..serving.commands import rollout_command

        return (rollout_command(),)


CAPABILITY = Serving()
