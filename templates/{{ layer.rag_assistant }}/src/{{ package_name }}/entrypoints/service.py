"""The service: the page and the interface that people ask an assistant through."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from .._platform.chat.api import answers_api
from .._platform.chat.chat_metrics import ChatMetrics
from .._platform.chat.chatting import open_chat
from .._platform.chat.pages import chat_pages
from .._platform.chat.section import ChatSettings
from .._platform.chat.traces import Traces
from .._platform.llm.opening import open_section
from .._platform.llm.section import LlmSection
from .._platform.monitoring import configure_logging
from .._platform.web.app import Served, make_app
from .._platform.web.section import WebSection
from .._platform.web.server import serve as listen
from .._platform.web.web_metrics import WebMetrics
from ..bootstrap import INTEGRATIONS, Parts, build
from ..pipelines.conversing import DocumentDesk
from ..settings import Settings

BESIDE_A_MODEL = 5.0  # seconds for all else, where a model has its own deadline
A_MOMENT = 1.0  # seconds that a person rather waits than asks again


def serve(given: Mapping[str, object]) -> None:
    """Answer requests until the process is told to end; `given` goes before the settings."""
    settings = ChatSettings.load()
    parts = build(Settings.load(settings.root))
    web = type(settings.web).model_validate(settings.web.model_dump(exclude_unset=True) | dict(given))
    try:
        model = open_section(parts.settings, parts.settings.llm, INTEGRATIONS)
        settings = settings.model_copy(update={"web": patient(web, model)})
        app = make(settings, parts)
        sys.stderr.write(f"Serving on http://{web.host}:{web.port}/ask; Ctrl-C ends it.\n")
        listen(app, settings.web)
    finally:
        parts.database.close()


def patient(web: WebSection, model: LlmSection) -> WebSection:
    """Give an answer as long as a model's deadline, and some: it says by itself when that has passed."""
    needed = model.deadline_seconds + BESIDE_A_MODEL if model.endpoints else 0.0
    waits = web.wait_seconds if "wait_seconds" in web.model_fields_set else A_MOMENT
    return web.model_copy(update={"answer_seconds": max(web.answer_seconds, needed), "wait_seconds": waits})


def make(settings: ChatSettings, parts: Parts) -> FastAPI:
    """Make the application."""
    configure_logging(parts.settings, parts.invocation, beside=True)
    metrics = WebMetrics(settings.distribution)
    told = ChatMetrics(metrics.registry, settings.distribution)
    desk = DocumentDesk(parts)
    desk.warm()
    how = settings.chat
    traces = Traces(parts.tracking, desk.prompt(), how.traced_share, how.traces_waiting, told.trace)
    chat = open_chat(settings, parts.database, desk, traces, told)
    served = Served(
        title=parts.settings.manifest.name,
        about="Answers questions from documents, with citations, or says that it does not know. An AI answers.",
        version="1",
        routers=[answers_api(chat), chat_pages(chat)],
        ready={"documents": desk.holding},
        beside=_traced(traces, how.drain_seconds),
    )
    app = make_app(settings, parts.database, served, metrics)
    app.state.chat = chat
    return app


def _traced(traces: Traces, drain_seconds: float) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Write traces beside the requests, and what is left of them at the end."""

    @asynccontextmanager
    async def beside(_: FastAPI) -> AsyncIterator[None]:
        traces.begin()
        try:
            yield
        finally:
            traces.end(drain_seconds)

    return beside
