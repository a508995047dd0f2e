"""Puts an application together: the pilot's own routes within what every pilot that answers over HTTP has."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from .. import PilotError, SqlDatabase
from ..capabilities import capabilities
from ..policies import check_endpoint
from .capability import WebCapability
from .door import Door
from .idempotency import Idempotency
from .identity import Doorkeeper
from .keys import Keys
from .limits import RateLimit
from .oidc import Issuer
from .problems import KINDS, PLACE, Problem, answer_fault, answer_http, answer_invalid, answer_problem
from .section import WebSection, WebSettings
from .web_metrics import CONTENT_TYPE, WebMetrics

Ready = Callable[[], str | None]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Served:
    """What a pilot serves: its routes, what has to hold before it answers, and what runs beside it.

    A check of `ready` gives None, or in a sentence what is missing.
    """

    title: str
    about: str
    version: str
    routers: Sequence[APIRouter]
    ready: Mapping[str, Ready] = field(default_factory=dict)
    beside: Lifespan | None = None


def make_app(settings: WebSettings, database: SqlDatabase, served: Served, metrics: WebMetrics) -> FastAPI:
    """Make the application."""
    web = settings.web
    app = Application(
        web,
        metrics,
        title=served.title,
        description=served.about,
        version=served.version,
        lifespan=_lifespan(served),
        docs_url=None,  # its pages fetch scripts from elsewhere; /openapi.json is the document
        redoc_url=None,
        license_info={"name": "inside the organisation only"},
    )
    keys, issuer = _sign_in(settings, database)
    app.state.doorkeeper = Doorkeeper(keys, issuer, RateLimit(web.per_minute, web.burst))
    app.state.idempotency = Idempotency(database, web.idempotency_hours)
    app.state.draining = False
    app.state.metrics = metrics
    for error, answer in (
        (Problem, answer_problem),
        (RequestValidationError, answer_invalid),
        (HTTPException, answer_http),
        (Exception, answer_fault),
    ):
        app.add_exception_handler(error, answer)
    brought = [
        router
        for each in capabilities()
        if isinstance(each, WebCapability)
        for router in each.routers(settings, database)
    ]
    for router in (*served.routers, *brought, _platform_routes(app, served.ready, metrics)):
        app.include_router(router)
    return app


class Application(FastAPI):
    """An application that is reached through the door alone, also where the framework answers a fault by itself."""

    def __init__(self, web: WebSection, metrics: WebMetrics, **given: Any) -> None:  # noqa: ANN401 - FastAPI's own
        self._web, self._metrics = web, metrics
        super().__init__(**given)

    def build_middleware_stack(self) -> ASGIApp:
        """Put the door around all else."""
        return Door(super().build_middleware_stack(), self._web, self._metrics)


def _lifespan(served: Served) -> Lifespan:
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        if served.beside is None:
            yield
            return
        async with served.beside(app):
            yield

    return run


def _sign_in(settings: WebSettings, database: SqlDatabase) -> tuple[Keys | None, Issuer | None]:
    web = settings.web
    if web.sign_in == "oidc":
        check_endpoint(settings, web.oidc.issuer, "web.oidc.issuer")
        return None, Issuer(web.oidc)
    if web.sign_in == "keys":
        return Keys(database, web.pepper.get_secret_value() if web.pepper else ""), None
    return None, None


def _platform_routes(app: FastAPI, ready: Mapping[str, Ready], metrics: WebMetrics) -> APIRouter:
    router = APIRouter(tags=["operation"])

    @router.get("/health/live", summary="Whether the process answers")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready", summary="Whether it can do its work", responses={503: {"description": "Not now"}})
    async def is_ready() -> Response:
        found = {name: await asyncio.to_thread(_asked, check) for name, check in ready.items()}
        lacking = {name: why for name, why in found.items() if why}
        if app.state.draining:
            lacking["draining"] = "it ends: send requests elsewhere"
        if lacking:
            detail = "; ".join(f"{name}: {why}" for name, why in lacking.items())
            raise Problem("not-ready", detail, headers={"Retry-After": "1"})
        return JSONResponse({"status": "ready", "checks": dict.fromkeys(found, "ok")})

    @router.get("/metrics", summary="What Prometheus fetches", include_in_schema=False)
    async def fetched() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    @router.get(f"{PLACE}/{{kind}}", summary="What a kind of problem means", include_in_schema=False)
    async def explained(kind: str) -> dict[str, str | int]:
        if kind not in KINDS:
            raise Problem("not-found", f"The kinds are: {', '.join(sorted(KINDS))}.")
        return {"type": f"{PLACE}/{kind}", "status": KINDS[kind][0], "title": KINDS[kind][1]}

    return router


def _asked(check: Ready) -> str | None:
    try:
        return check()
    except (PilotError, OSError) as error:
        return str(error)
