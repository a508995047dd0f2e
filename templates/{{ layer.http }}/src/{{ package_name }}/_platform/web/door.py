"""The door that every request comes through: its id, its size and time, room for it, its metrics and its log line."""

import asyncio
import random
import re
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from http import HTTPStatus
from typing import Any, Final

import structlog
from opentelemetry import trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..monitoring import logger, request_span
from .limits import Room
from .problems import Problem, fault, instance_of
from .section import WebSection
from .web_metrics import METHODS, WebMetrics

REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
PARENT: Final = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context
ALWAYS: Final = ("/health/", "/metrics", "/problems")  # answered however much there is to do
NO_ROUTE: Final = "none"


class Door:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, web: WebSection, metrics: WebMetrics) -> None:
        self._app, self._web, self._metrics = app, web, metrics
        self._room = Room(web.at_once, web.waiting, web.wait_seconds)
        self._log = logger("web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, and see that it gets an answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"].startswith(ALWAYS):  # asked every few seconds, and worth no trace
            await self._let_in(scope, receive, Visit(scope, given, send))
            return
        with request_span(scope["method"], given) as traced:
            visit = Visit(scope, given, send, traced)
            await self._let_in(scope, receive, visit)
            describe(traced, scope, visit.status)

    async def _let_in(self, scope: Scope, receive: Receive, visit: "Visit") -> None:
        structlog.contextvars.bind_contextvars(request_id=visit.request_id, request_trace=visit.trace_id)
        try:
            await self._answer(scope, receive, visit)
        except Problem as problem:
            self._metrics.refuse(problem.kind)
            await visit.answer(problem)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
            self._log.exception("request failed", exc_info=error)
            await visit.answer(fault())
        finally:
            self._count(scope, visit)

    async def _answer(self, scope: Scope, receive: Receive, visit: "Visit") -> None:
        always = scope["path"].startswith(ALWAYS)
        body = await read_body(scope, receive, self._web.body_bytes, self._web.body_seconds)
        visit.started = time.perf_counter()
        async with nullcontext() if always else self._room.taken():
            self._metrics.work(+1)
            try:
                await self._within_time(scope, body, visit)
            finally:
                self._metrics.work(-1)

    async def _within_time(self, scope: Scope, body: bytes, visit: "Visit") -> None:
        """Give the application its time until it begins to answer; what it sends after that may take longer."""
        try:
            async with asyncio.timeout(self._web.answer_seconds) as clock:
                visit.on_start = lambda: clock.reschedule(None)
                await self._app(scope, replay(body), visit.send)
        except TimeoutError:
            if visit.status:
                raise
            visit.on_start = _do_nothing
            raise Problem(
                "out-of-time",
                f"It took longer than {self._web.answer_seconds:g} s: ask again.",
                headers={"Retry-After": "1"},
            ) from None

    def _count(self, scope: Scope, visit: "Visit") -> None:
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        version = str(scope["state"].get("version", ""))
        seconds = time.perf_counter() - visit.started
        self._metrics.count(route, scope["method"], visit.status or 499, version, seconds)
        if not scope["path"].startswith(ALWAYS):
            self._log.info(
                "request",
                route=route,
                method=scope["method"],
                status=visit.status,
                seconds=round(seconds, 4),
                caller=scope["state"].get("caller", ""),
                version=version,
            )


class Visit:
    """One request: its names, and what became of it."""

    def __init__(
        self, scope: Scope, given: Mapping[str, str], send: Send, traced: trace.Span = trace.INVALID_SPAN
    ) -> None:
        context = traced.get_span_context()
        self.request_id = _request_id(given)
        self.trace_id = trace.format_trace_id(context.trace_id) if context.is_valid else _trace_id(given)
        scope.setdefault("state", {}).update(request_id=self.request_id, trace_id=self.trace_id)
        self._scope, self._send = scope, send
        self.started = time.perf_counter()
        self.status = 0
        self.on_start: Callable[[], None] = _do_nothing

    async def send(self, message: Message) -> None:
        """Pass an answer on, with the request's id."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.on_start()
            message["headers"] = [
                *message.get("headers", []),
                (b"x-request-id", self.request_id.encode()),
                (b"x-content-type-options", b"nosniff"),
            ]
        await self._send(message)

    async def answer(self, problem: Problem) -> None:
        """Answer with a problem, unless an answer has begun: then the connection breaks off, which is true."""
        if not self.status:
            await problem.response(instance_of(self._scope))(self._scope, _nothing, self.send)


def describe(traced: trace.Span, scope: Scope, status: int) -> None:
    """Name a request's span by its route, as OpenTelemetry's conventions for HTTP have it; a path would name a case.

    https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    """
    route = getattr(scope.get("route"), "path", NO_ROUTE)
    method = scope["method"] if scope["method"] in METHODS else "_OTHER"
    traced.update_name(f"{method} {route}")
    traced.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
    version = str(scope["state"].get("version", ""))
    if version:
        traced.set_attribute("pilot.model.version", version)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        traced.set_status(trace.StatusCode.ERROR)


async def read_body(scope: Scope, receive: Receive, most: int, seconds: float) -> bytes:
    """Read a request to its end before anything works on it, so that a slow caller takes nobody's place."""
    headers = dict(scope["headers"])
    if int(headers.get(b"content-length", b"0") or 0) > most:
        raise _too_large(most)
    pieces, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Problem("too-slow", "The connection ended before the request did.")
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > most:
                    raise _too_large(most)
                if not message.get("more_body", False):
                    return b"".join(pieces)
    except TimeoutError:
        raise Problem("too-slow", f"It did not arrive within {seconds:g} s: send it again.", headers=_CLOSE) from None


def replay(body: bytes) -> Receive:
    """Give the body to the application, once."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if left:
            return left.pop()
        await asyncio.Event().wait()  # the server ends this task when the caller goes
        return {"type": "http.disconnect"}

    return receive


_CLOSE: Final = {"Connection": "close"}


def _too_large(most: int) -> Problem:
    return Problem("too-large", f"At most {most:,} bytes are taken: send it in parts.", headers=_CLOSE)


def _request_id(headers: Mapping[str, str]) -> str:
    """Take the caller's name for the request where it is a plain one."""
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else _name(8)


def _trace_id(headers: Mapping[str, str]) -> str:
    """Go on with the caller's trace."""
    found = PARENT.fullmatch(headers.get("traceparent", ""))
    return found[1] if found and set(found[1]) != {"0"} else _name(16)


def _name(size: int) -> str:
    """Make a name of so many bytes: no secret, and asking the system for one would cost each request a call of it."""
    return random.getrandbits(8 * size).to_bytes(size).hex()


def _do_nothing() -> None:
    return None


async def _nothing() -> dict[str, Any]:
    return {"type": "http.disconnect"}
