"""The list: written back through the SQL port, where people's own systems read it, in their words."""

from datetime import UTC, date, datetime
from typing import Final, cast

from .._platform import Column, Row, Scalar, SqlDatabase, Table
from .._platform.names import identifier
from ..domain.call_list import CallList, Entry
from ..domain.words import Words

BETWEEN_REASONS: Final = "; "
FIXED: Final = ("batch", "cutoff", "place", "chosen", "priority", "probability", "reasons", "method", "written_at")


class SqlCallLists:
    """Lists in a database, in tables and columns named by the words of the case.

    A batch is written once, and the list in force can change between batches.
    """

    def __init__(self, database: SqlDatabase, words: Words) -> None:
        self._database = database
        self._case, self._money = _column(words.case, "case_id"), _column(words.money, "case_value")
        name = identifier(words.list)
        self.table = name if name.endswith("s") else f"{name}s"
        self._lists = _lists(self.table, self._case, self._money)
        self._in_force = _in_force(f"{self.table}_in_force")
        for table in (self._lists, self._in_force):
            database.ensure(table)

    def add(self, call_list: CallList) -> int:
        """Write a list unless its batch is there, and put it in force; give the number of new lines."""
        there = self._database.query(self._lists, {"batch": call_list.batch})
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        rows = [] if there else [self._row(call_list, entry, now) for entry in call_list.entries]
        written = self._database.insert_once(self._lists, rows)
        current = self._database.query(self._in_force, {"cutoff": call_list.cutoff})
        if not current or current[0]["batch"] != call_list.batch:
            row: Row = {"cutoff": call_list.cutoff, "batch": call_list.batch, "since": now}
            self._database.upsert(self._in_force, [row])
        return written

    def find(self, cutoff: date) -> CallList | None:
        """Read the list that is in force on a cut-off."""
        current = self._database.query(self._in_force, {"cutoff": cutoff})
        rows = self._database.query(self._lists, {"batch": current[0]["batch"]}, ["place"]) if current else []
        if not rows:
            return None
        first = rows[0]
        return CallList(
            cutoff=cutoff,
            method=str(first["method"]),
            model_version=str(first["model_version"]),
            run_id=str(first["run_id"]),
            entries=tuple(self._entry(row) for row in rows),
        )

    def cutoffs(self) -> list[date]:
        """Cut-offs with a list, oldest first."""
        rows = self._database.query(self._in_force, order_by=["cutoff"])
        return [cast("date", row["cutoff"]) for row in rows]

    def _row(self, call_list: CallList, entry: Entry, now: datetime) -> Row:
        return {
            "batch": call_list.batch,
            self._case: entry.customer,
            "cutoff": call_list.cutoff,
            "place": entry.rank,
            "chosen": entry.called,
            self._money: entry.revenue,
            "priority": entry.priority,
            "probability": entry.probability,
            "reasons": BETWEEN_REASONS.join(entry.reasons),
            "method": call_list.method,
            "model_version": call_list.model_version,
            "run_id": call_list.run_id,
            "written_at": now,
        }

    def _entry(self, row: dict[str, Scalar]) -> Entry:
        return Entry(
            customer=str(row[self._case]),
            rank=int(_number(row["place"])),
            called=bool(row["chosen"]),
            revenue=_number(row[self._money]),
            priority=_number(row["priority"]),
            probability=None if row["probability"] is None else _number(row["probability"]),
            reasons=tuple(str(row["reasons"]).split(BETWEEN_REASONS)),
        )


def _column(word: str, otherwise: str) -> str:
    """Name a column by a word of the case, unless a fixed column has that name."""
    name = identifier(word)
    return otherwise if name in FIXED else name


def _lists(name: str, case: str, money: str) -> Table:
    """All lists that were ever made; nothing in it is overwritten."""
    return Table(
        name,
        (
            Column("batch", "text", nullable=False),
            Column(case, "text", nullable=False),
            Column("cutoff", "date", nullable=False),
            Column("place", "integer", nullable=False),
            Column("chosen", "boolean", nullable=False),
            Column(money, "number", nullable=False),
            Column("priority", "number", nullable=False),
            Column("probability", "number"),
            Column("reasons", "text", nullable=False),
            Column("method", "text", nullable=False),
            Column("model_version", "text", nullable=False),
            Column("run_id", "text", nullable=False),
            Column("written_at", "timestamp", nullable=False),
        ),
        key=("batch", case),
    )


def _in_force(name: str) -> Table:
    """Which list people work with on a cut-off: the kill switch puts the rule's list in the model's place."""
    return Table(
        name,
        (
            Column("cutoff", "date", nullable=False),
            Column("batch", "text", nullable=False),
            Column("since", "timestamp", nullable=False),
        ),
        key=("cutoff",),
    )


def _number(value: Scalar) -> float:
    return float(cast("float", value))
