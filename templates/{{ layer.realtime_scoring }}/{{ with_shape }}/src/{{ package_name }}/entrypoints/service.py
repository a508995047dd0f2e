"""The service: puts the application together, and keeps its models fresh while it answers."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from .._platform.monitoring import configure_logging
from .._platform.serving.scoring_metrics import ScoringMetrics
from .._platform.serving.section import ServingSettings
from .._platform.web.app import Served, make_app
from .._platform.web.server import serve as listen
from .._platform.web.web_metrics import WebMetrics
from ..bootstrap import Parts, build
from ..pipelines.online import Online
from ..settings import Settings
from .routes import afterwards, decisions


def serve(given: Mapping[str, object]) -> None:
    """Answer requests until the process is told to end; `given` goes before the settings."""
    settings = ServingSettings.load()
    web = type(settings.web).model_validate(settings.web.model_dump() | dict(given))
    settings = settings.model_copy(update={"web": web})
    parts = build(Settings.load(settings.root))
    try:
        listen(make(settings, parts), web)
    finally:
        parts.database.close()


def make(settings: ServingSettings, parts: Parts) -> FastAPI:
    """Make the application, with its models loaded."""
    configure_logging(parts.settings, parts.invocation, beside=True)
    metrics = WebMetrics(settings.distribution)
    scoring = ScoringMetrics(metrics.registry, settings.distribution)
    online = Online(parts, settings.serving, scoring.fail)
    _look(online, scoring)
    served = Served(
        title=parts.settings.manifest.name,
        about=f"Decides on {parts.words.cases} on request, with reasons.",
        version="1",
        routers=[decisions(online, scoring), afterwards(online)],
        ready={"database": online.served.reachable},
        beside=_refreshing(online, scoring),
    )
    app = make_app(settings, parts.database, served, metrics)
    app.state.online = online
    return app


def _look(online: Online, scoring: ScoringMetrics) -> None:
    told = online.refresh()
    scoring.look(told.standing.champion, told.standing.challenger, trouble=bool(told.trouble))


def _refreshing(online: Online, scoring: ScoringMetrics) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Look at switch, registry and rollout again and again, beside the requests."""

    async def again() -> None:
        compared = time.monotonic()
        while True:
            await asyncio.sleep(online.serving.poll_seconds)
            await asyncio.to_thread(_look, online, scoring)
            if time.monotonic() - compared >= online.serving.drift_seconds:
                compared = time.monotonic()
                scoring.move(await asyncio.to_thread(online.drift))

    @asynccontextmanager
    async def beside(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(again())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return beside
