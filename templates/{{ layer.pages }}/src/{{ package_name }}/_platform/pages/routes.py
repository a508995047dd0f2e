"""The pilot's own page, sign-in and sign-out, and the place for suggestions."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from .. import SqlDatabase
from ..corrections import Corrections
from ..switch import turn
from ..web.problems import Problem
from ..web.section import WebSettings
from .facts import read_facts
from .people import HOME, SIGN_IN, PageRoute, People, begin, go, read_form
from .rendering import look, page
from .section import PagesSettings
from .visitors import COOKIE

Form = Annotated[Mapping[str, str], Depends(read_form)]


def page_routes(settings: WebSettings, database: SqlDatabase) -> APIRouter:
    """Make the routes."""
    own = PagesSettings.load(settings.root).model_copy(update={"web": settings.web})
    router, people = APIRouter(include_in_schema=False, route_class=PageRoute), People(own)
    _add_door(router, people)
    _add_pilot(router, people, own, database)
    _add_suggestions(router, people, own, database)
    return router


def _add_door(router: APIRouter, people: People) -> None:
    @router.get("/look.css")
    async def style() -> Response:
        return Response(look(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    @router.get("/")
    async def root() -> Response:
        return go(begin())

    @router.get(SIGN_IN)
    async def door(request: Request) -> Response:
        return people.door(request, 200, "")

    @router.post(SIGN_IN)
    async def enter(request: Request, form: Form) -> Response:
        return await people.enter(request, form.get("key", ""))

    @router.post("/sign-out")
    async def leave() -> Response:
        answer = go(SIGN_IN)
        answer.delete_cookie(COOKIE)
        return answer


def _add_pilot(router: APIRouter, people: People, settings: PagesSettings, database: SqlDatabase) -> None:
    @router.get(HOME)
    async def pilot(request: Request) -> Response:
        visitor = await people.find(request)
        if visitor is None:
            return people.turned_away(request)
        facts = await asyncio.to_thread(read_facts, settings, database)
        token = people.of(request).token(visitor)
        return page("pilot.html.j2", title=facts.name, visitor=visitor, facts=facts, token=token, place=HOME)

    @router.post(f"{HOME}/switch")
    async def switch(request: Request, form: Form) -> Response:
        visitor = await people.known(request, form)
        if not visitor.may_steer:
            raise Problem("not-permitted", "Only who has a decision in pilot.yml (decision_rights) turns the switch.")
        why = form.get("why")
        if not why:
            raise Problem("invalid-request", "Say why: whoever looks tomorrow has to know it.")
        to_on = form.get("to") == "on"
        await asyncio.to_thread(lambda: turn(settings, on=to_on, who=visitor.name, why=why))
        return go(HOME)


def _add_suggestions(router: APIRouter, people: People, settings: PagesSettings, database: SqlDatabase) -> None:
    @router.post("/suggestions")
    async def suggest(request: Request, form: Form) -> Response:
        visitor, text = await people.known(request, form), form.get("text")
        if not text:
            raise Problem("invalid-request", "Write what you suggest.")
        place = form.get("place", "")[:100]
        about = place if place.startswith("/") and not place.startswith("//") else HOME
        said = {"about": about, "text": text, "user": visitor.name}
        await asyncio.to_thread(lambda: Corrections(database, settings).suggest(**said))
        return go(about)
