"""Lets people in to pages: who it is, whether the form is ours, and the way to the door."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response

from ..web.problems import Problem
from .rendering import HEADERS, links, page
from .section import PagesSettings
from .visitors import COOKIE, Visitor, Visitors

HOME: Final = "/pilot"
SIGN_IN: Final = "/sign-in"
LONGEST: Final = 2000  # characters of what somebody writes
SEE_OTHER: Final = 303


async def read_form(request: Request) -> Mapping[str, str]:
    """Read what a form sent; of several values of one name the first."""
    text = (await request.body()).decode("utf-8", errors="replace")
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Problem("invalid-request", "A form of these pages has fewer fields.") from None
    return {name: values[0].strip()[:LONGEST] for name, values in found.items()}


class PageRoute(APIRoute):
    """A route for people: what is refused is told on a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the page of trouble behind the route."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                request.app.state.metrics.refuse(problem.kind)
                name, title = request.app.title, str(problem.document()["title"])
                given = {"title": title, "detail": problem.detail, "name": name, "home": begin()}
                return page("message.html.j2", status=problem.status, visitor=None, **given)

        return told


def begin() -> str:
    """Name the page where people begin."""
    return links()[0][1] if links() else HOME


def go(place: str) -> Response:
    """Send somebody on, as after a form."""
    return RedirectResponse(place, SEE_OTHER, HEADERS)


class People:
    """Lets people in to pages."""

    def __init__(self, settings: PagesSettings) -> None:
        self._settings = settings
        self._visitors: Visitors | None = None

    def of(self, request: Request) -> Visitors:
        """Give who knows the visitors; the keys come with the application."""
        if self._visitors is None:
            self._visitors = Visitors(self._settings, request.app.state.doorkeeper.keys)
        return self._visitors

    async def find(self, request: Request) -> Visitor | None:
        """Say who it is; None for somebody who is not signed in."""
        visitor = await asyncio.to_thread(self.of(request).find, request)
        request.state.caller = visitor.name if visitor else ""
        return visitor

    async def known(self, request: Request, form: Mapping[str, str]) -> Visitor:
        """Say who sent a form, or refuse it."""
        visitor = await self.find(request)
        if visitor is None:
            raise Problem("not-signed-in", f"Sign in at {SIGN_IN} first.")
        self.of(request).check_token(visitor, form.get("token", ""))
        return visitor

    def turned_away(self, request: Request) -> Response:
        """Send somebody to the door, or say that the proxy is missing."""
        if self.of(request).asks_for_key:
            return go(SIGN_IN)
        raise Problem("not-signed-in", "Open it through the organisation's proxy, which signs you in.")

    def door(self, request: Request, status: int, trouble: str) -> Response:
        """Ask for a key."""
        if not self.of(request).asks_for_key:
            return go(begin())
        name = self._settings.manifest.name
        given = {"title": f"Sign in: {name}", "name": name, "trouble": trouble}
        return page("sign_in.html.j2", status=status, visitor=None, **given)

    async def enter(self, request: Request, key: str) -> Response:
        """Give a cookie to whoever has a key."""
        request.app.state.doorkeeper.limit.take(f"sign-in {request.client.host if request.client else ''}")
        cookie = await asyncio.to_thread(self.of(request).sign_in, key)
        if cookie is None:
            return self.door(request, 401, "This key is not known, was revoked, or has ended.")
        answer = go(begin())
        secure = request.url.scheme == "https"
        hours = round(self._settings.pages.hours * 3600)
        answer.set_cookie(COOKIE, cookie, max_age=hours, httponly=True, samesite="strict", secure=secure)
        return answer
