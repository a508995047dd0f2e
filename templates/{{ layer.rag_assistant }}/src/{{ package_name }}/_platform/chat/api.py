"""The interface: questions in, answers with citations out, and what people say of them."""

import asyncio
import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ..web.idempotency import Answer, Idempotency, Key
from ..web.identity import Caller, needs
from ..web.problems import documented
from .chatting import COMMENT, LONGEST, Chat
from .replies import KINDS, MARK, Kind

USUAL: Final = documented(
    "not-signed-in", "not-permitted", "invalid-request", "too-many-requests", "overloaded", "out-of-time", "fault"
)
Asks = Annotated[Caller, Depends(needs("ask"))]
Name = Annotated[str, Field(pattern="^[0-9a-f]{12,32}$")]


class Question(BaseModel):
    """What somebody asks; with the id of a conversation it is understood by what was asked before."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "Within how many hours is a data breach notified?"}]},
    )
    question: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"\S")]
    conversation: Annotated[Name | None, Field(description="`conversation` of an earlier answer")] = None


class CitedPassage(BaseModel):
    """A passage that an answer rests on."""

    number: Annotated[int, Field(description="As it stands in the answer, in brackets")]
    source: str
    document: str
    section: str
    place: str
    day: Annotated[str, Field(description="On which the document was changed last")]
    sentence: str
    passage: Annotated[str, Field(description="Names the passage by what it says")]
    link: Annotated[str, Field(description="The page that shows it in its document; empty for a live system")]


class Mark(BaseModel):
    """Says for machines that an AI made the content."""

    generated_by: str = MARK["generated_by"]
    standard: str = MARK["standard"]


class AnswerDocument(BaseModel):
    """An answer, or that there is none."""

    id: str
    conversation: str
    question: Annotated[str, Field(description="As it is kept: without personal data")]
    understood_as: Annotated[str, Field(description="As it was looked up, by the conversation before it")]
    kind: Annotated[Kind, Field(description="; ".join(f"`{name}`: {text}" for name, text in KINDS.items()))]
    known: Annotated[bool, Field(description="False where there is no answer")]
    answer: str
    citations: list[CitedPassage]
    nearest: Annotated[list[CitedPassage], Field(description="Without an answer: places that do not say it")]
    confidence: float
    notes: Annotated[list[str], Field(description="What a reader has to know, such as that a model failed")]
    content: Mark
    version: Annotated[dict[str, str], Field(description="Of documents, evaluation, model and prompt")]
    trace_id: Annotated[str, Field(description="W3C trace; in MLflow the tag `pilot.request_trace`")]
    at: str
    seconds: float


class VerdictAsked(BaseModel):
    """What a person says of an answer."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"helpful": False, "comment": "Article 34 says it"}]}
    )
    helpful: bool
    comment: Annotated[str, Field(max_length=COMMENT)] = ""


EXAMPLE: Final[dict[str, Any]] = {
    "id": "3f9c1a7be204",
    "conversation": "0b8e3c5d6f7a4b1c9d2e3f405162738a",
    "question": "Within how many hours is a data breach notified?",
    "understood_as": "Within how many hours is a data breach notified?",
    "kind": "quoted",
    "known": True,
    "answer": "The controller shall notify the breach not later than 72 hours after it became aware. [1]",
    "citations": [
        {
            "number": 1,
            "source": "documents",
            "document": "gdpr.md",
            "section": "Article 33",
            "place": "GDPR, Article 33",
            "day": "2026-11-30",
            "sentence": "The controller shall notify the breach not later than 72 hours after it became aware.",
            "passage": "0123456789abcdef",
            "link": "/documents/documents/gdpr.md?passage=0123456789abcdef#passage",
        }
    ],
    "nearest": [],
    "confidence": 0.71,
    "notes": [],
    "content": MARK,
    "version": {"documents": "8d1f0c2b3a495867", "evaluation": "passed"},
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "at": "2026-12-01T09:30:00.000Z",
    "seconds": 0.021,
}
SHOWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {"examples": {"one": {"value": EXAMPLE}}}}}
}


def answers_api(chat: Chat) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/v1/answers", tags=["answers"], responses=USUAL)
    by_key = chat.settings.web.sign_in == "keys"

    def name_of(caller: Caller) -> str:
        """Name who asks as rights and pages name them: a key by whom it was given to, whatever its number."""
        return caller.name.rpartition("/")[0] if by_key else caller.name

    @router.post(
        "",
        summary="Answer a question from the documents, under the rights of who asks",
        response_model=AnswerDocument,
        responses=SHOWN | documented("not-found", "conflict"),
    )
    async def ask(question: Question, request: Request, caller: Asks, key: Key = None) -> Response:
        who = chat.asker(name_of(caller))
        remembered: Idempotency = request.app.state.idempotency

        async def work() -> Answer:
            asked = (question.question.strip(), who, question.conversation, request.state.trace_id)
            turn = await asyncio.to_thread(chat.ask, *asked)
            request.state.version = turn.reply.version.get("documents", "")[:8]
            return Answer(200, json.dumps(turn.document_of(), ensure_ascii=False))

        return (await remembered.once(caller.name, key, await request.body(), work)).response()

    @router.get(
        "/{answer}",
        summary="Read an answer again, from what was kept of it",
        response_model=AnswerDocument,
        responses=SHOWN | documented("not-found"),
    )
    async def read(answer: str, caller: Asks) -> dict[str, Any]:
        return (await asyncio.to_thread(chat.find, answer, chat.asker(name_of(caller)))).document_of()

    @router.post(
        "/{answer}/verdict",
        summary="Say whether an answer helped; what is wrong becomes a correction that somebody answers",
        responses=documented("not-found"),
    )
    async def judge(answer: str, verdict: VerdictAsked, caller: Asks) -> dict[str, Any]:
        name = name_of(caller)
        who = chat.asker(name)

        def work() -> None:
            turn = chat.find(answer, who)
            chat.judge(turn, who, name, verdict.comment, helpful=verdict.helpful)

        await asyncio.to_thread(work)
        return {"id": answer, "helpful": verdict.helpful}

    return router
