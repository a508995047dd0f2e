"""The port Memory on the pilot's database: what was asked, what was answered, and on which passages it rests."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from .._platform import Column, Row, SqlDatabase, Table
from ..domain.answer import Answer
from ..domain.question import Asked

ANSWERS: Final = Table(
    "answers",
    (
        Column("id", "text", nullable=False),
        Column("answered_at", "timestamp", nullable=False),
        Column("question", "text", nullable=False),
        Column("answer", "text", nullable=False),
        Column("known", "boolean", nullable=False),
        Column("written", "text", nullable=False),
        Column("confidence", "number", nullable=False),
        Column("citations", "text", nullable=False),
        Column("notes", "text", nullable=False),
        Column("seconds", "number", nullable=False),
        Column("run_id", "text", nullable=False),
    ),
    key=("id",),
)


class AnswersTable:
    """Keeps answers under a number; who asked is not kept, and personal data in the question is redacted."""

    def __init__(self, database: SqlDatabase, run_id: str, redacted: Callable[[str], str]) -> None:
        self._database = database
        self._run_id = run_id
        self._redacted = redacted
        database.ensure(ANSWERS)

    def keep(self, asked: Asked, answer: Answer, seconds: float) -> str:
        """Keep it, and return its number."""
        number = uuid4().hex[:12]
        row: Row = {
            "id": number,
            "answered_at": datetime.now(UTC).replace(tzinfo=None),
            "question": self._redacted(asked.text),
            "answer": self._redacted(answer.text),
            "known": answer.known,
            "written": answer.written.value,
            "confidence": answer.confidence,
            "citations": json.dumps([each.passage.id for each in answer.citations]),
            "notes": " ".join(answer.notes),
            "seconds": seconds,
            "run_id": self._run_id,
        }
        self._database.insert_once(ANSWERS, [row])
        return number

    def has(self, number: str) -> bool:
        """Tell whether an answer of that number was given."""
        return bool(self._database.query(ANSWERS, {"id": number}))

    def counts(self) -> tuple[int, int]:
        """Count the questions, and those that were answered."""
        rows = self._database.query(ANSWERS)
        return len(rows), sum(bool(row["known"]) for row in rows)
