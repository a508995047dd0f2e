"""The pages that people ask on and read at: a conversation, and a document with the cited passage marked."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from ..pages.people import PageRoute, People, go, read_form
from ..pages.rendering import page
from ..pages.visitors import Visitor
from ..web.problems import Problem
from .chatting import COMMENT, Chat
from .replies import TOLD, Turn

Form = Annotated[Mapping[str, str], Depends(read_form)]
HOME: Final = "/ask"
STYLE: Final = Path(__file__).with_name("chat.css")
FORM_CHARACTERS: Final = 2000
"""What a form of these pages takes in one field."""


def chat_pages(chat: Chat) -> APIRouter:
    """Make the routes."""
    router, people = APIRouter(include_in_schema=False, route_class=PageRoute), People(chat.settings)
    _add_asking(router, people, chat)
    _add_verdicts(router, people, chat)
    _add_documents(router, people, chat)
    return router


def _add_asking(router: APIRouter, people: People, chat: Chat) -> None:
    @router.get("/chat.css")
    async def style() -> Response:
        headers = {"Cache-Control": "max-age=3600"}
        return Response(STYLE.read_text(encoding="utf-8"), media_type="text/css", headers=headers)

    @router.get(HOME)
    async def begin(request: Request) -> Response:
        visitor = await people.find(request)
        return await _shown(people, request, chat, visitor, "") if visitor else people.turned_away(request)

    @router.get(f"{HOME}/{{conversation}}")
    async def go_on(request: Request, conversation: str) -> Response:
        visitor = await people.find(request)
        return await _shown(people, request, chat, visitor, conversation) if visitor else people.turned_away(request)

    @router.post(HOME)
    async def ask(request: Request, form: Form) -> Response:
        visitor = await people.known(request, form)
        question = form.get("question", "")
        if not question:
            raise Problem("invalid-request", "Write a question.")
        request.app.state.doorkeeper.limit.take(f"page {visitor.name}")
        turn = await asyncio.to_thread(_asked, chat, visitor, question, form, request.state.trace_id)
        request.state.version = turn.reply.version.get("documents", "")[:8]
        return go(f"{HOME}/{turn.conversation}#a-{turn.reply.number}")


def _asked(chat: Chat, visitor: Visitor, question: str, form: Mapping[str, str], trace_id: str) -> Turn:
    """Ask within the conversation of the page; one that is over by now goes on as another."""
    asker, named = chat.asker(visitor.name), form.get("conversation") or None
    before = chat.conversation(named, asker) if named else []
    return chat.ask(question, asker, named if before else None, trace_id)


async def _shown(people: People, request: Request, chat: Chat, visitor: Visitor, conversation: str) -> Response:
    asker = chat.asker(visitor.name)
    turns = await asyncio.to_thread(chat.conversation, conversation, asker) if conversation else []
    given: dict[str, Any] = {
        "name": chat.settings.manifest.name,
        "owner": chat.settings.manifest.owners.business,
        "told": TOLD,
        "described": await asyncio.to_thread(chat.desk.described),
        "trouble": await asyncio.to_thread(chat.desk.holding),
        "turns": turns,
        "conversation": conversation if turns else "",
        "over": bool(conversation) and not turns,
        "full": len(turns) >= chat.settings.chat.turns,
        "most": FORM_CHARACTERS,
        "most_comment": COMMENT,
        "token": people.of(request).token(visitor),
        "place": HOME,
    }
    title = f"{turns[-1].question}: {given['name']}" if turns else f"Ask: {given['name']}"
    return page("chat/chat.html.j2", title=title, visitor=visitor, **given)


def _add_verdicts(router: APIRouter, people: People, chat: Chat) -> None:
    @router.post("/verdicts")
    async def judge(request: Request, form: Form) -> Response:
        visitor, verdict = await people.known(request, form), form.get("verdict")
        if verdict not in ("helpful", "not helpful"):
            raise Problem("invalid-request", "Say whether it helped.")
        asker = chat.asker(visitor.name)

        def work() -> Turn:
            turn = chat.find(form.get("answer", ""), asker)
            chat.judge(turn, asker, visitor.name, form.get("comment", ""), helpful=verdict == "helpful")
            return turn

        turn = await asyncio.to_thread(work)
        return go(f"{HOME}/{turn.conversation}#a-{turn.reply.number}")


def _add_documents(router: APIRouter, people: People, chat: Chat) -> None:
    @router.get("/documents/{source}/{name:path}")
    async def read(request: Request, source: str, name: str, passage: str = "") -> Response:
        visitor = await people.find(request)
        if visitor is None:
            return people.turned_away(request)
        person = chat.asker(visitor.name).person
        found = await asyncio.to_thread(chat.desk.document, source, name, person)
        if found is None:
            raise Problem("not-found", "There is no such document that you may read: it may be gone, or not for you.")
        there = any(piece.passage == passage for piece in found.pieces)
        given: dict[str, Any] = {
            "name": chat.settings.manifest.name,
            "document": found,
            "marked": passage,
            "moved": bool(passage) and not there,
            "token": people.of(request).token(visitor),
            "place": HOME,
        }
        return page("chat/document.html.j2", title=f"{found.title}: {given['name']}", visitor=visitor, **given)
