"""Pages for people, and the table `[pages]` of the settings."""

from typing import TYPE_CHECKING

from ..web.capability import WebCapability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from .. import SqlDatabase
    from ..web.section import WebSettings


class Pages(WebCapability):
    """What pages add to the routes."""

    settings = ("pages",)
    links = (("Pilot", "/pilot"),)

    def routers(self, settings: "WebSettings", database: "SqlDatabase") -> "Sequence[APIRouter]":
        """Give the pilot's own page, sign-in, and the place for suggestions."""
        from ..pages.routes import page_routes

        return (page_routes(settings, database),)


CAPABILITY = Pages()
