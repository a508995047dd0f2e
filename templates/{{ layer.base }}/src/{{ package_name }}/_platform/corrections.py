"""What users said about single suggestions, under pseudonyms, and what became of it."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from . import Column, PilotError, Scalar, SqlDatabase, Table
from .kept_secret import kept_secret
from .monitoring import Metrics
from .settings import PlatformSettings

PLACE: Final = "page"  # stands in the place of a batch where somebody suggests something
SUGGESTION: Final = "suggestion"
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
        pseudonym = pseudonym_of(self._settings, user)
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

    def suggest(self, *, about: str, text: str, user: str) -> str:
        """Record a suggestion about a page, or about the pilot as a whole, and return its number."""
        if not text.strip():
            raise PilotError("A suggestion says what would help.")
        return self.give(batch=PLACE, item=about, decision=SUGGESTION, reason=text, user=user)

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


def pseudonym_of(settings: PlatformSettings, user: str) -> str:
    """Name somebody so that only who holds the secret can tell whether a name fits."""
    key = settings.feedback.key
    secret = key.get_secret_value().encode() if key else kept_secret(settings.var / "feedback.key")
    return hmac.new(secret, user.strip().lower().encode(), hashlib.sha256).hexdigest()[:16]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
