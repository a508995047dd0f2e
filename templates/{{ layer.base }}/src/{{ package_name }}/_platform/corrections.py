"""What users said about single suggestions, under pseudonyms, and what became of it."""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from . import Column, PilotError, Scalar, SqlDatabase, Table
from .monitoring import Metrics
from .settings import PlatformSettings

CORRECTIONS: Final = Table(
    "corrections",
    (
        Column("id", "text", nullable=False),
        Column("batch", "text", nullable=False),
        Column("item", "text", nullable=False),
        Column("decision", "text", nullable=False),
        Column("reason", "text", nullable=False),
        Column("user_pseudonym", "text", nullable=False),
        Column("given_at", "timestamp", nullable=False),
        Column("answer", "text"),
        Column("answered_at", "timestamp"),
    ),
    key=("id",),
)


@dataclass(frozen=True)
class Counts:
    """How many corrections were given, and how many were answered."""

    given: int
    answered: int


class Corrections:
    """What users said about single decisions."""

    def __init__(self, database: SqlDatabase, settings: PlatformSettings) -> None:
        self._database = database
        self._settings = settings
        database.ensure(CORRECTIONS)

    def give(self, *, batch: str, item: str, decision: str, reason: str, user: str) -> str:
        """Record a correction and return its number; saying the same twice is recorded once."""
        if not all(text.strip() for text in (batch, item, decision, user)):
            raise PilotError("A correction has a batch, an item, a decision and a user: name all of them.")
        pseudonym = hmac.new(self._key(), user.strip().lower().encode(), hashlib.sha256).hexdigest()[:16]
        number = hashlib.sha256(json.dumps([batch, item, decision, reason, pseudonym]).encode()).hexdigest()[:12]
        row: dict[str, Scalar] = {
            "id": number,
            "batch": batch,
            "item": item,
            "decision": decision,
            "reason": reason,
            "user_pseudonym": pseudonym,
            "given_at": _now(),
            "answer": None,
            "answered_at": None,
        }
        self._database.insert_once(CORRECTIONS, [row])
        self._count()
        return number

    def answer(self, number: str, text: str) -> None:
        """Tell the user what became of it."""
        found = self._database.query(CORRECTIONS, {"id": number})
        if not found:
            raise PilotError(f"There is no correction {number}: `feedback list` shows them.")
        self._database.upsert(CORRECTIONS, [{**found[0], "answer": text, "answered_at": _now()}])
        self._count()

    def all(self) -> Sequence[dict[str, Scalar]]:
        """Return all corrections, oldest first."""
        return self._database.query(CORRECTIONS, order_by=("given_at", "id"))

    def counts(self) -> Counts:
        """Count them."""
        rows = self.all()
        return Counts(len(rows), sum(row["answer"] is not None for row in rows))

    def _count(self) -> None:
        counts, metrics = self.counts(), Metrics(self._settings, "feedback")
        metrics.set("pilot_corrections", counts.answered, answered="yes")
        metrics.set("pilot_corrections", counts.given - counts.answered, answered="no")
        metrics.write()

    def _key(self) -> bytes:
        """Return the secret of the pseudonyms; only who holds it can tell whether a name fits one."""
        if self._settings.feedback.key:
            return self._settings.feedback.key.get_secret_value().encode()
        path = self._settings.var / "feedback.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(secrets.token_hex(32))
            with suppress(FileExistsError):  # another process was first: its key counts
                os.link(draft, path)
            draft.unlink()
        return path.read_text(encoding="utf-8").strip().encode()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
