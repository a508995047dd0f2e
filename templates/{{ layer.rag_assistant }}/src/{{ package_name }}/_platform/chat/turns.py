"""Keeps conversations and verdicts in the pilot's database: under pseudonyms, and without personal data in texts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from uuid import uuid4

from .. import Column, Row, Scalar, SqlDatabase, Table
from .replies import Cited, Reply, Turn, Verdict

TURNS: Final = Table(
    "chat_turns",
    (
        Column("id", "text", nullable=False),
        Column("conversation", "text", nullable=False),
        Column("asker", "text", nullable=False),
        Column("asked_at", "timestamp", nullable=False),
        Column("question", "text", nullable=False),
        Column("reply", "text", nullable=False),
        Column("kind", "text", nullable=False),
        Column("trace_id", "text", nullable=False),
        Column("seconds", "number", nullable=False),
        Column("cost", "number", nullable=False),
    ),
    key=("id",),
)
VERDICTS: Final = Table(
    "chat_verdicts",
    (
        Column("id", "text", nullable=False),
        Column("answer", "text", nullable=False),
        Column("asker", "text", nullable=False),
        Column("helpful", "boolean", nullable=False),
        Column("comment", "text", nullable=False),
        Column("given_at", "timestamp", nullable=False),
    ),
    key=("id",),
)


class Turns:
    """What was asked and answered, and what people said of it."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        database.ensure(TURNS)
        database.ensure(VERDICTS)

    def keep(self, turn: Turn) -> None:
        """Keep a turn."""
        row: Row = {
            "id": turn.reply.number,
            "conversation": turn.conversation,
            "asker": turn.asker,
            "asked_at": turn.at,
            "question": turn.question,
            "reply": _written(turn.reply),
            "kind": turn.reply.kind,
            "trace_id": turn.trace_id,
            "seconds": turn.seconds,
            "cost": turn.cost,
        }
        self._database.insert_once(TURNS, [row])

    def find(self, number: str) -> Turn | None:
        """Find a turn by the number of its answer."""
        return next(iter(self._read({"id": number})), None)

    def conversation(self, name: str, asker: str, hours: float) -> list[Turn]:
        """Give the turns of a conversation of this person, oldest first; those of somebody else are not there."""
        since = now_utc() - timedelta(hours=hours)
        found = self._read({"conversation": name, "asker": asker})
        return found if found and found[-1].at >= since else []

    def all(self) -> list[Turn]:
        """Give everything, oldest first."""
        return self._read(None)

    def judge(self, answer: str, asker: str, comment: str, *, helpful: bool) -> Verdict:
        """Keep what somebody said of an answer; saying it again replaces what the same person said before."""
        found = Verdict(answer, helpful, comment, asker, now_utc())
        row: Row = {
            "id": f"{answer}-{asker}",
            "answer": answer,
            "asker": asker,
            "helpful": helpful,
            "comment": comment,
            "given_at": found.at,
        }
        self._database.upsert(VERDICTS, [row])
        return found

    def verdicts(self, where: Row | None = None) -> dict[str, Verdict]:
        """Give the newest verdict on each answer."""
        rows = self._database.query(VERDICTS, where, order_by=["given_at", "id"])
        return {str(row["answer"]): _verdict(row) for row in rows}

    def _read(self, where: Row | None) -> list[Turn]:
        turns = [_turn(row) for row in self._database.query(TURNS, where, order_by=["asked_at", "id"])]
        one = {"answer": turns[0].reply.number} if len(turns) == 1 else None
        said = self.verdicts(one or ({"asker": turns[0].asker} if where and turns else None))
        return [replace(turn, verdict=said.get(turn.reply.number)) for turn in turns]


def now_utc() -> datetime:
    """Give the moment as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_conversation() -> str:
    """Name a conversation so that nobody guesses it."""
    return uuid4().hex


def _written(reply: Reply) -> str:
    return json.dumps(
        {
            "text": reply.text,
            "cited": [vars(each) for each in reply.cited],
            "nearest": [vars(each) for each in reply.nearest],
            "confidence": reply.confidence,
            "notes": reply.notes,
            "understood": reply.understood,
            "version": dict(reply.version),
        },
        ensure_ascii=False,
    )


def _turn(row: dict[str, Scalar]) -> Turn:
    said: dict[str, Any] = json.loads(str(row["reply"]))
    reply = Reply(
        number=str(row["id"]),
        kind=cast("Any", row["kind"]),
        text=said["text"],
        cited=tuple(Cited(**each) for each in said["cited"]),
        confidence=said["confidence"],
        notes=tuple(said["notes"]),
        understood=said["understood"],
        version=said["version"],
        nearest=tuple(Cited(**each) for each in said["nearest"]),
    )
    return Turn(
        reply,
        str(row["conversation"]),
        str(row["question"]),
        str(row["asker"]),
        cast("datetime", row["asked_at"]),
        str(row["trace_id"]),
        float(cast("float", row["seconds"])),
        float(cast("float", row["cost"])),
    )


def _verdict(row: dict[str, Scalar]) -> Verdict:
    return Verdict(
        str(row["answer"]),
        bool(row["helpful"]),
        str(row["comment"]),
        str(row["asker"]),
        cast("datetime", row["given_at"]),
    )
