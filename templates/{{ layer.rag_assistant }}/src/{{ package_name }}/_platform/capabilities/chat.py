"""A page and an interface to ask on: the command `cases`, the table `[chat]` of the settings, the time per question."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from ..web.capability import WebCapability

if TYPE_CHECKING:
    from ..commands.feedback import Parts
    from ..measure_functions import BoundFunctions
    from ..settings import PlatformSettings


class Chat(WebCapability):
    """What asking adds to the platform."""

    settings = ("chat",)
    links = (("Ask", "/ask"),)
    switched = ("assistant", "the assistant answers.", "plain full-text search answers in its place.")

    def commands(self, build: "Callable[[], Parts]") -> Sequence[click.Command]:  # noqa: ARG002 - it has its own parts
        """Give `cases`."""
        from ..chat.commands import cases_command

        return (cases_command(),)

    def functions(self, settings: "PlatformSettings", purpose: str, *, keep: bool) -> "BoundFunctions":  # noqa: ARG002 - every table is its own
        """Give the function that measures the time per question."""
        from ..chat.times import FUNCTIONS

        return FUNCTIONS.bind(settings)


CAPABILITY = Chat()
