"""What goes wrong, as a document that programs understand: RFC 9457, problem details for HTTP APIs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"
PLACE: Final = "/problems"

KINDS: Final[Mapping[str, tuple[int, str]]] = {
    "invalid-request": (422, "The request is not what the interface asks for"),
    "not-signed-in": (401, "A key or token is needed"),
    "not-permitted": (403, "The key or token does not permit this"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "That method is not for this place"),
    "too-slow": (408, "The request did not arrive in time"),
    "in-progress": (409, "The same request is being answered"),
    "conflict": (409, "It contradicts what is there already"),
    "too-large": (413, "The request is too large"),
    "key-used-otherwise": (422, "The idempotency key was used for another request"),
    "too-many-requests": (429, "This caller has asked too often"),
    "overloaded": (429, "There is more to do than can be answered in time"),
    "fault": (500, "A fault of the pilot, not of the request"),
    "not-ready": (503, "It cannot answer now"),
    "out-of-time": (503, "The answer took too long"),
}
"""Each kind of problem with its status and title; its type is the path below `/problems`."""


@dataclass
class Problem(Exception):
    """Something that a caller is told: the kind, this case in a sentence with the next step, and more for programs."""

    kind: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind][0]

    def document(self, instance: str = "") -> dict[str, Any]:
        """Write it as RFC 9457 has it; `instance` names this request, so that a caller can ask about it."""
        status, title = KINDS[self.kind]
        found = {"type": f"{PLACE}/{self.kind}", "title": title, "status": status, "detail": self.detail}
        return found | ({"instance": instance} if instance else {}) | dict(self.more)

    def response(self, instance: str = "") -> Response:
        """Make the answer."""
        content = json.dumps(self.document(instance), ensure_ascii=False).encode()
        return Response(content, self.status, dict(self.headers), MEDIA_TYPE)


def instance_of(scope: Mapping[str, Any]) -> str:
    """Name the request by its id."""
    found = scope.get("state", {}).get("request_id", "")
    return f"urn:request:{found}" if found else ""


async def answer_problem(request: Request, error: Exception) -> Response:
    """Answer what the pilot's own code raised."""
    assert isinstance(error, Problem)  # noqa: S101 - registered for nothing else
    request.app.state.metrics.refuse(error.kind)
    return error.response(instance_of(request.scope))


async def answer_invalid(request: Request, error: Exception) -> Response:
    """Name each place that is wrong; what was sent is not repeated, as it may be personal."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    places = [{"at": _pointer(item["loc"]), "why": str(item["msg"])} for item in error.errors()]
    return wrong_parts(places).response(instance_of(request.scope))


def wrong_parts(places: Sequence[Mapping[str, str]]) -> Problem:
    """Say which parts of a request are wrong: where each is, and why."""
    parts = "One of its parts is" if len(places) == 1 else f"{len(places)} of its parts are"
    return Problem("invalid-request", f"{parts} wrong: see `errors`, mend it and send it again.", {"errors": places})


async def answer_http(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: an unknown path, another method."""
    assert isinstance(error, HTTPException)  # noqa: S101
    kinds = {404: "not-found", 405: "method-not-allowed", 401: "not-signed-in", 403: "not-permitted"}
    kind = kinds.get(
        error.status_code, "invalid-request" if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else "fault"
    )
    detail = (
        "See /openapi.json for what there is." if kind in ("not-found", "method-not-allowed") else str(error.detail)
    )
    return Problem(kind, detail, headers=error.headers or {}).response(instance_of(request.scope))


async def answer_fault(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as the framework calls it
    """Tell nothing of what happened inside; the log has it under the request's id."""
    return fault().response(instance_of(request.scope))


def fault() -> Problem:
    """Say that it is no mistake of the caller."""
    return Problem("fault", "Send the value of `instance` to the pilot's technical owner: its log has the reason.")


def documented(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """Describe problems for the OpenAPI document of a route, with an example each."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        status, title = KINDS[kind]
        entry = found.setdefault(status, {"description": title, "content": {MEDIA_TYPE: {"examples": {}}}})
        example = Problem(kind, "What is wrong here, and the next step.").document("urn:request:0123456789abcdef")
        entry["content"][MEDIA_TYPE]["examples"][kind] = {"value": example}
    return found


def _pointer(place: Sequence[str | int]) -> str:
    """Write where it is as a JSON pointer (RFC 6901) behind the part of the request."""
    head, *rest = [str(part).replace("~", "~0").replace("/", "~1") for part in place] or ["body"]
    return "/".join((f"{head}:", *rest)) if rest else head
