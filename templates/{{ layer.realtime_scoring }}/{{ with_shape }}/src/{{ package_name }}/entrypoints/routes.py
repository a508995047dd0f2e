"""Routes: they decide, explain, and take in what a person decided and what became of the case."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from starlette.responses import Response

from .._platform.serving.contracted import Asked
from .._platform.serving.scoring_metrics import ScoringMetrics
from .._platform.web.idempotency import Answer, Idempotency, Key
from .._platform.web.identity import Caller, needs
from .._platform.web.problems import Problem, documented, wrong_parts
from ..domain.batch import said
from ..domain.served import Answered, Origin, Review
from ..domain.value import ACT, LEAVE
from ..pipelines.online import Online

USUAL: Final = documented(
    "not-signed-in",
    "not-permitted",
    "too-slow",
    "too-large",
    "invalid-request",
    "too-many-requests",
    "overloaded",
    "out-of-time",
    "fault",
)
REPEATABLE: Final = documented("in-progress") | documented("invalid-request", "key-used-otherwise")
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Scores = Annotated[Caller, Depends(needs("score"))]
Reads = Annotated[Caller, Depends(needs("read"))]
Reviews = Annotated[Caller, Depends(needs("review"))]
Reports = Annotated[Caller, Depends(needs("outcome"))]
Document = TypeVar("Document", bound=BaseModel)


class ReviewAsked(BaseModel):
    """What a person decided about a case, whatever was suggested."""

    model_config = ConfigDict(extra="forbid")
    action: Text
    by: Text
    why: Text


class OutcomeAsked(BaseModel):
    """What became of a case, as the table says it."""

    model_config = ConfigDict(extra="forbid")
    outcome: Text | float


def decisions(online: Online, scoring: ScoringMetrics) -> APIRouter:
    """Make the routes that decide."""
    router = APIRouter(prefix="/v1", tags=["decisions"], responses=USUAL | REPEATABLE)
    one, many = _models(online)
    word, words = online.parts.words.case, online.parts.words.cases

    async def answer(
        request: Request, caller: Caller, key: str | None, asked: Sequence["Named"], *, single: bool
    ) -> Answer:
        ids = [_id_of(caller, key, place) for place in range(len(asked))] if key else []
        origin = Origin(caller.name, request.state.request_id, request.state.trace_id)

        def work() -> list[Answered]:
            return online.decide(online.requests.cases([(each.case, each.data) for each in asked]), origin, ids)

        made = await asyncio.to_thread(work)
        request.state.version = made[0].version
        for each in made:
            scoring.make(each.version, each.choice.action)
        told = [told_of(online, each) for each in made]
        return Answer(200, json.dumps(told[0] if single else {"decisions": told}, ensure_ascii=False))

    @router.post("/decisions", summary=f"Decide on one {word}", openapi_extra=_body(one, _example(online)))
    async def decide_one(request: Request, caller: Scores, key: Key = None) -> Response:
        body = await request.body()
        asked = _read(one, body)

        async def work() -> Answer:
            return await answer(request, caller, key, [asked], single=True)

        return (await _remembered(request).once(caller.name, key, body, work)).response()

    @router.post(
        "/decisions/batch", summary=f"Decide on many {words}", openapi_extra=_body(many, {"cases": [_example(online)]})
    )
    async def decide_many(request: Request, caller: Scores, key: Key = None) -> Response:
        body = await request.body()
        asked = _read(many, body).cases
        request.app.state.doorkeeper.limit.take(caller.name, len(asked) - 1)

        async def work() -> Answer:
            return await answer(request, caller, key, asked, single=False)

        return (await _remembered(request).once(caller.name, key, body, work)).response()

    return router


def afterwards(online: Online) -> APIRouter:
    """Make the routes for what comes after a decision."""
    router = APIRouter(
        prefix="/v1/decisions/{decision}", tags=["afterwards"], responses=USUAL | documented("not-found")
    )

    async def found(decision: str) -> Answered:
        kept = await asyncio.to_thread(online.served.find, decision)
        if kept is None:
            raise Problem("not-found", "No decision has that id: it is in the answer, as `decision`.")
        return kept

    @router.get("", summary="Explain a decision, from what was kept of it")
    async def explain(decision: str, _: Reads) -> dict[str, Any]:
        kept = await found(decision)
        review = await asyncio.to_thread(online.served.reviewed, decision)
        outcome = await asyncio.to_thread(online.served.outcome, decision)
        word = online.parts.words.decision
        person = {"action": said(review.action, word), "by": review.by, "why": review.why} if review else None
        data = dict(zip(online.intake.names, kept.case.features, strict=False))
        return told_of(online, kept) | {"data": data, "review": person, "outcome": outcome}

    actions = _actions(online)
    reviews = create_model("Review", __base__=ReviewAsked, action=(_one_of(tuple(actions)), ...))
    outcomes = create_model("Outcome", __base__=OutcomeAsked, outcome=(_outcomes(online), ...))
    example = {"action": next(iter(actions)), "by": "clerk 7", "why": "the account was opened last week"}

    @router.post(
        "/review",
        summary="Keep what a person decided",
        responses=documented("conflict"),
        openapi_extra=_body(reviews, example),
    )
    async def review(decision: str, request: Request, _: Reviews) -> dict[str, str]:
        asked = _read(reviews, await request.body())
        await found(decision)
        kept = Review(decision, _now(), actions[asked.action], asked.by, asked.why)
        if not await asyncio.to_thread(online.served.review, kept):
            raise Problem("conflict", "A person's decision is kept already, and stays.")
        return {"decision": decision, "action": asked.action}

    @router.post(
        "/outcome",
        summary="Keep what became of it",
        responses=documented("conflict"),
        openapi_extra=_body(outcomes, {"outcome": next(iter(online.requests.outcomes), 12.5)}),
    )
    async def outcome(decision: str, request: Request, _: Reports) -> dict[str, Any]:
        asked = _read(outcomes, await request.body())
        await found(decision)
        value = online.requests.outcome(asked.outcome)
        if value is None:
            raise Problem("invalid-request", "`outcome` is not one that the data contract names.")
        if await asyncio.to_thread(online.report, decision, value) != value:
            raise Problem("conflict", "Another outcome is kept already, and stays.")
        return {"decision": decision, "outcome": asked.outcome}

    return router


def _actions(online: Online) -> dict[str, str]:
    """Name what a person can do, as answers write it."""
    costs = online.parts.settings.decision.costs
    return {said(action, online.parts.words.decision): action for action in costs or (ACT, LEAVE)}


def _outcomes(online: Online) -> Any:  # noqa: ANN401 - a type that is made here
    """Name what can become of a case: what the contract lists, or a number."""
    if online.parts.settings.the_case.outcome_kind == "number":
        return float
    return _one_of(online.requests.outcomes) if online.requests.outcomes else Text


def _one_of(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - a type that is made here
    return Literal[names]


def told_of(online: Online, each: Answered) -> dict[str, Any]:
    """Write a decision as callers read it."""
    word = online.parts.words.decision
    return {
        "decision": each.id,
        "case": each.case.name,
        "action": said(each.choice.action, word),
        "suggestion": each.choice.action in online.serving.person_decides,
        "amount": each.choice.amount,
        "likely": each.likely,
        "reasons": list(each.reasons),
        "rule": said(each.rule.action, word),
        "model_version": each.version,
        "at": each.at.isoformat(timespec="milliseconds") + "Z",
        "request_id": each.origin.request_id,
        "trace_id": each.origin.trace_id,
    }


class Named(BaseModel):
    """A case with its name."""

    model_config = ConfigDict(extra="forbid")
    case: Annotated[str, Field(min_length=1, max_length=128, description="Its name in your system")]
    data: Asked


class Many(BaseModel):
    """Several cases."""

    model_config = ConfigDict(extra="forbid")
    cases: list[Named]


def _models(online: Online) -> tuple[type[Named], type[Many]]:
    """Make the documents for what the data contract says."""
    one = create_model("OneCase", __base__=Named, data=(online.requests.model, ...))
    limit = Field(min_length=1, max_length=online.serving.most_at_once)
    return one, create_model("ManyCases", __base__=Many, cases=(list[one], limit))


def _read(model: type[Document], body: bytes) -> Document:
    """Read a document; each place that is wrong is named, and what was sent is not repeated."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        places = [
            {"at": "/".join(("body:", *map(str, item["loc"]))), "why": item["msg"]}
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise wrong_parts(places) from None


def _body(model: type[BaseModel], example: object) -> dict[str, Any]:
    """Describe the body for the OpenAPI document, all in one place."""
    schema = model.model_json_schema(by_alias=True, ref_template="#/x/{model}")
    parts = schema.pop("$defs", {})
    content = {"schema": _inlined(schema, parts), "examples": {"one": {"value": example}}}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(schema, list):
        return [_inlined(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[str(schema["$ref"]).rsplit("/", 1)[1]], parts)
    return {name: _inlined(value, parts) for name, value in schema.items()}


def _example(online: Online) -> dict[str, Any]:
    return {"case": "A-1001", "data": online.requests.example()}


def _id_of(caller: Caller, key: str, place: int) -> str:
    """Name a decision: the same request under the same key names the same one."""
    return hashlib.sha256(f"{caller.name}\n{key}\n{place}".encode()).hexdigest()[:32]


def _remembered(request: Request) -> Idempotency:
    found: Idempotency = request.app.state.idempotency
    return found


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
