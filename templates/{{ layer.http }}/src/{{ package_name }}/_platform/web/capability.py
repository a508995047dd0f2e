"""What a layer adds to the routes of a pilot that answers over HTTP."""

from typing import TYPE_CHECKING

from ..capabilities import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from .. import SqlDatabase
    from .section import WebSettings


class WebCapability(Capability):
    """A layer that brings routes of its own."""

    links: "Sequence[tuple[str, str]]" = ()
    """Pages that every page leads to, as their name and place; the first of all layers is where people begin."""
    switched: tuple[str, str, str] | None = None
    """In words: what the switch is about, what holds while it is on, and what while it is off."""

    def routers(self, settings: "WebSettings", database: "SqlDatabase") -> "Sequence[APIRouter]":  # noqa: ARG002
        """Give the routes that every application of this pilot has."""
        return ()
