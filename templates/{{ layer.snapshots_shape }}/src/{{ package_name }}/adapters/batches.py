"""Batches of decisions: written back through the SQL port, where people's own systems read them, in their words."""

from datetime import UTC, date, datetime
from typing import Final, cast

from .._platform import Column, Row, Scalar, SqlDatabase, Table
from .._platform.case import CaseWords
from .._platform.names import identifier
from ..domain.batch import Batch, Entry

BETWEEN_REASONS: Final = "; "


class SqlBatches:
    """Batches in a database; one is written once, and the one in force can change between batches."""

    def __init__(self, database: SqlDatabase, words: CaseWords) -> None:
        self._database = database
        self._name = f"{identifier(words.case)}_id"
        self.table = f"{identifier(words.list)}_entries"
        self.entries = _entries_table(self.table, self._name)
        self._in_force = Table(
            f"{identifier(words.list)}_in_force",
            (
                Column("period", "text", nullable=False),
                Column("batch", "text", nullable=False),
                Column("since", "timestamp", nullable=False),
                Column("first", "timestamp", nullable=False),
            ),
            key=("period",),
        )
        for table in (self.entries, self._in_force):
            database.ensure(table)

    def add(self, batch: Batch) -> int:
        """Write a batch unless it is there, and put it in force; give the number of new lines."""
        there = self._database.query(self.entries, {"batch": batch.name})
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        rows = [] if there else [self._row(batch, entry, now) for entry in batch.entries]
        written = self._database.insert_once(self.entries, rows)
        current = self._database.query(self._in_force, {"period": batch.period})
        if not current or current[0]["batch"] != batch.name:
            first = current[0]["first"] if current else now
            row: Row = {"period": batch.period, "batch": batch.name, "since": now, "first": first}
            self._database.upsert(self._in_force, [row])
        return written

    def find(self, period: str) -> Batch | None:
        """Read the batch in force of a period."""
        current = self._database.query(self._in_force, {"period": period})
        rows = self._database.query(self.entries, {"batch": current[0]["batch"]}, ["place"]) if current else []
        if not rows:
            return None
        first = rows[0]
        return Batch(
            period=period,
            method=str(first["method"]),
            model_version=str(first["model_version"]),
            run_id=str(first["run_id"]),
            entries=tuple(self._entry(row) for row in rows),
        )

    def periods(self) -> list[str]:
        """Periods with a batch, in the order in which they were first decided."""
        return [str(row["period"]) for row in self._database.query(self._in_force, order_by=["first", "period"])]

    def _row(self, batch: Batch, entry: Entry, now: datetime) -> Row:
        return {
            "batch": batch.name,
            self._name: entry.name,
            "day": entry.day,
            "row_key": entry.key,
            "place": entry.place,
            "action": entry.action,
            "amount": entry.amount,
            "money": entry.money,
            "likely": entry.likely,
            "rule_action": entry.rule_action,
            "rule_amount": entry.rule_amount,
            "waiting": entry.waiting,
            "reasons": BETWEEN_REASONS.join(entry.reasons),
            "method": batch.method,
            "model_version": batch.model_version,
            "run_id": batch.run_id,
            "written_at": now,
        }

    def _entry(self, row: dict[str, Scalar]) -> Entry:
        return Entry(
            name=str(row[self._name]),
            day=cast("date | None", row["day"]),
            place=int(_number(row["place"])),
            action=str(row["action"]),
            amount=_number(row["amount"]),
            money=_number(row["money"]),
            likely=None if row["likely"] is None else _number(row["likely"]),
            rule_action=str(row["rule_action"]),
            rule_amount=_number(row["rule_amount"]),
            waiting=bool(row["waiting"]),
            reasons=tuple(str(row["reasons"]).split(BETWEEN_REASONS)),
        )


def _entries_table(name: str, case: str) -> Table:
    """All decisions that were ever made; nothing in it is overwritten."""
    return Table(
        name,
        (
            Column("batch", "text", nullable=False),
            Column(case, "text", nullable=False),
            Column("day", "date"),
            Column("row_key", "text", nullable=False),
            Column("place", "integer", nullable=False),
            Column("action", "text", nullable=False),
            Column("amount", "number", nullable=False),
            Column("money", "number", nullable=False),
            Column("likely", "number"),
            Column("rule_action", "text", nullable=False),
            Column("rule_amount", "number", nullable=False),
            Column("waiting", "boolean", nullable=False),
            Column("reasons", "text", nullable=False),
            Column("method", "text", nullable=False),
            Column("model_version", "text", nullable=False),
            Column("run_id", "text", nullable=False),
            Column("written_at", "timestamp", nullable=False),
        ),
        key=("batch", "row_key"),
    )


def _number(value: Scalar) -> float:
    return float(cast("float", value))
