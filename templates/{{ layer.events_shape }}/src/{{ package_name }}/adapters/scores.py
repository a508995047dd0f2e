"""The call list: written back through the SQL port, where account managers' own systems read it."""

from datetime import UTC, date, datetime
from typing import Final, cast

from .._platform import Column, Row, Scalar, SqlDatabase, Table
from ..domain.call_list import CallList, Entry

# All lists that were ever made; nothing in it is overwritten.
LISTS: Final = Table(
    "call_lists",
    (
        Column("batch", "text", nullable=False),
        Column("customer", "text", nullable=False),
        Column("cutoff", "date", nullable=False),
        Column("place", "integer", nullable=False),
        Column("called", "boolean", nullable=False),
        Column("revenue", "number", nullable=False),
        Column("priority", "number", nullable=False),
        Column("probability", "number"),
        Column("reasons", "text", nullable=False),
        Column("method", "text", nullable=False),
        Column("model_version", "text", nullable=False),
        Column("run_id", "text", nullable=False),
        Column("written_at", "timestamp", nullable=False),
    ),
    key=("batch", "customer"),
)
# Which list people work with on a cut-off: the kill switch puts the rule's list in the model's place.
IN_FORCE: Final = Table(
    "call_lists_in_force",
    (
        Column("cutoff", "date", nullable=False),
        Column("batch", "text", nullable=False),
        Column("since", "timestamp", nullable=False),
    ),
    key=("cutoff",),
)
BETWEEN_REASONS: Final = "; "


class SqlCallLists:
    """Call lists in a database; a batch is written once, and the list in force can change between batches."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        for table in (LISTS, IN_FORCE):
            database.ensure(table)

    def add(self, call_list: CallList) -> int:
        """Write a list unless its batch is there, and put it in force; give the number of new lines."""
        there = self._database.query(LISTS, {"batch": call_list.batch})
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        rows = [] if there else [_row(call_list, entry, now) for entry in call_list.entries]
        written = self._database.insert_once(LISTS, rows)
        current = self._database.query(IN_FORCE, {"cutoff": call_list.cutoff})
        if not current or current[0]["batch"] != call_list.batch:
            self._database.upsert(IN_FORCE, [{"cutoff": call_list.cutoff, "batch": call_list.batch, "since": now}])
        return written

    def find(self, cutoff: date) -> CallList | None:
        """Read the list that is in force on a cut-off."""
        current = self._database.query(IN_FORCE, {"cutoff": cutoff})
        rows = self._database.query(LISTS, {"batch": current[0]["batch"]}, ["place"]) if current else []
        if not rows:
            return None
        first = rows[0]
        return CallList(
            cutoff=cutoff,
            method=str(first["method"]),
            model_version=str(first["model_version"]),
            run_id=str(first["run_id"]),
            entries=tuple(_entry(row) for row in rows),
        )

    def cutoffs(self) -> list[date]:
        """Cut-offs with a list, oldest first."""
        rows = self._database.query(IN_FORCE, order_by=["cutoff"])
        return [cast("date", row["cutoff"]) for row in rows]


def _row(call_list: CallList, entry: Entry, now: datetime) -> Row:
    return {
        "batch": call_list.batch,
        "customer": entry.customer,
        "cutoff": call_list.cutoff,
        "place": entry.rank,
        "called": entry.called,
        "revenue": entry.revenue,
        "priority": entry.priority,
        "probability": entry.probability,
        "reasons": BETWEEN_REASONS.join(entry.reasons),
        "method": call_list.method,
        "model_version": call_list.model_version,
        "run_id": call_list.run_id,
        "written_at": now,
    }


def _number(value: Scalar) -> float:
    return float(cast("float", value))


def _entry(row: dict[str, Scalar]) -> Entry:
    return Entry(
        customer=str(row["customer"]),
        rank=int(_number(row["place"])),
        called=bool(row["called"]),
        revenue=_number(row["revenue"]),
        priority=_number(row["priority"]),
        probability=None if row["probability"] is None else _number(row["probability"]),
        reasons=tuple(str(row["reasons"]).split(BETWEEN_REASONS)),
    )
