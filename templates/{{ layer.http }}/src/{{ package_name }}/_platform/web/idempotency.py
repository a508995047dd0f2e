"""Idempotency keys: a request that is sent again, because nobody knows whether it arrived, gets the same answer."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, cast

from fastapi import Header
from pydantic import StringConstraints, WithJsonSchema
from starlette.responses import Response

from .. import Column, Row, SqlDatabase, Table
from .keys import now_utc
from .problems import Problem

HEADER: Final = "Idempotency-Key"
JSON: Final = "application/json"
Name = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern="^[!-~]+$")]
Key = Annotated[
    Name | None,
    WithJsonSchema({"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]+$"}),  # a header is no null
    Header(
        alias=HEADER,
        description="Any name of this request: sent again with it, it gets the same answer and does nothing twice",
    ),
]
TABLE: Final = Table(
    "web_idempotency",
    (
        Column("caller", "text", nullable=False),
        Column("name", "text", nullable=False),
        Column("digest", "text", nullable=False),
        Column("status", "integer", nullable=False),
        Column("body", "text", nullable=False),
        Column("written_at", "timestamp", nullable=False),
    ),
    key=("caller", "name"),
)


@dataclass(frozen=True)
class Answer:
    """What is answered: a status and a body in JSON."""

    status: int
    body: str
    again: bool = False

    def response(self) -> Response:
        """Make the answer; one that was given before says so."""
        headers = {"Idempotency-Replayed": "true"} if self.again else {}
        return Response(self.body.encode(), self.status, headers, JSON)


class Idempotency:
    """Remembers answers by caller and key."""

    def __init__(self, database: SqlDatabase, hours: float) -> None:
        self._database, self._life = database, timedelta(hours=hours)
        self._at_work: set[tuple[str, str]] = set()
        database.ensure(TABLE)

    async def once(self, caller: str, key: str | None, request: bytes, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do the work, unless it was done under this key; what failed is not remembered, and may be tried again."""
        if key is None:
            return await work()
        digest = hashlib.sha256(request).hexdigest()
        async with self._alone(caller, key):
            kept = await asyncio.to_thread(self._find, caller, key, digest)
            if kept is not None:
                return kept
            answer = await work()
            return await asyncio.to_thread(self._keep, caller, key, digest, answer)

    @asynccontextmanager
    async def _alone(self, caller: str, key: str) -> AsyncIterator[None]:
        name = (caller, key)
        if name in self._at_work:
            raise Problem("in-progress", "Wait for its answer, then ask again.", headers={"Retry-After": "1"})
        self._at_work.add(name)
        try:
            yield
        finally:
            self._at_work.discard(name)

    def _find(self, caller: str, key: str, digest: str) -> Answer | None:
        rows = self._database.query(TABLE, {"caller": caller, "name": key})
        if not rows or cast("datetime", rows[0]["written_at"]) < now_utc() - self._life:
            return None
        if rows[0]["digest"] != digest:
            raise Problem("key-used-otherwise", "Send a key of its own with each different request.")
        return Answer(int(cast("int", rows[0]["status"])), str(rows[0]["body"]), again=True)

    def _keep(self, caller: str, key: str, digest: str, answer: Answer) -> Answer:
        """Keep the answer; where another process was first, give that one's."""
        new: Row = {
            "caller": caller,
            "name": key,
            "digest": digest,
            "status": answer.status,
            "body": answer.body,
            "written_at": now_utc(),
        }
        if self._database.insert_once(TABLE, [new]):
            return answer
        kept = self._find(caller, key, digest)
        if kept is not None:
            return kept
        self._database.upsert(TABLE, [new])  # what was there is past its day
        return answer
