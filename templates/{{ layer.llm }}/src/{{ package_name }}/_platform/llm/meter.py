"""Counts what models take, in tokens and money, and holds the day's budget across all processes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from .. import Column, Row, SqlDatabase, Table
from ..monitoring import Metrics
from ..settings import PlatformSettings
from .port import DearFailure

CALLS: Final = Table(
    "model_calls",
    (
        Column("id", "text", nullable=False),
        Column("called_at", "timestamp", nullable=False),
        Column("day", "text", nullable=False),
        Column("model", "text", nullable=False),
        Column("outcome", "text", nullable=False),
        Column("tokens_in", "integer", nullable=False),
        Column("tokens_out", "integer", nullable=False),
        Column("cost", "number", nullable=False),
        Column("seconds", "number", nullable=False),
    ),
    key=("id",),
)


class Meter:
    """Remembers each call; no text of it."""

    def __init__(
        self,
        database: SqlDatabase,
        settings: PlatformSettings,
        per_day: float | None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._per_day = per_day
        self._now = now or (lambda: datetime.now(UTC))
        database.ensure(CALLS)

    def allow(self, cost: float) -> None:
        """Refuse a call that the day's budget no longer holds."""
        if self._per_day is None:
            return
        spent = self.spent(f"{self._now():%Y-%m-%d}")
        if spent + cost > self._per_day:
            raise DearFailure(f"The model's budget of {self._per_day:g} for today is used up ({spent:.4f} spent).")

    def spent(self, day: str) -> float:
        """Sum up the cost of a day."""
        (found,) = self._database.tally(CALLS, add=["cost"], where={"day": day})
        return float(str(found["cost"]))

    def count(self, model: str, outcome: str, tokens: tuple[int, int], cost: float, seconds: float) -> None:
        """Keep a call, and tell monitoring."""
        now = self._now()
        tokens_in, tokens_out = tokens
        row: Row = {
            "id": uuid4().hex,
            "called_at": now.replace(tzinfo=None),
            "day": f"{now:%Y-%m-%d}",
            "model": model,
            "outcome": outcome,
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
            "cost": cost,
            "seconds": seconds,
        }
        self._database.insert_once(CALLS, [row])
        self._tell()

    def _tell(self) -> None:
        metrics = Metrics(self._settings, "llm")
        for row in self._database.tally(CALLS, ["model", "outcome"]):
            labels = {"model": str(row["model"]), "outcome": str(row["outcome"])}
            metrics.set("pilot_llm_calls", float(str(row["rows"])), **labels)
        for row in self._database.tally(CALLS, ["model"], ["cost"]):
            metrics.set("pilot_llm_cost", float(str(row["cost"])), model=str(row["model"]))
        metrics.write()
