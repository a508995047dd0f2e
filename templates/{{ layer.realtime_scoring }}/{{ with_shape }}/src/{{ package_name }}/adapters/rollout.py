"""The steps of new versions, in the pilot's database: every process that serves goes by the same ones."""

from typing import TYPE_CHECKING, Final, cast

from .._platform import Column, SqlDatabase, Table
from ..domain.rollout import Mark, Stage

if TYPE_CHECKING:
    from datetime import datetime

TABLE: Final = Table(
    "model_rollout",
    (
        Column("version", "integer", nullable=False),
        Column("stage", "text", nullable=False),
        Column("written_at", "timestamp", nullable=False),
        Column("who", "text", nullable=False),
        Column("why", "text", nullable=False),
    ),
    key=("version", "stage"),
)


class SqlRollout:
    """Each version takes each step once."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        database.ensure(TABLE)

    def add(self, mark: Mark) -> bool:
        """Keep a step; False where another process was first."""
        row = {
            "version": mark.version,
            "stage": mark.stage,
            "written_at": mark.at,
            "who": mark.who,
            "why": mark.why,
        }
        return bool(self._database.insert_once(TABLE, [row]))

    def marks(self) -> list[Mark]:
        """Give all steps, in order."""
        rows = self._database.query(TABLE, order_by=["written_at", "version"])
        return [
            Mark(
                version=int(cast("int", row["version"])),
                stage=cast("Stage", row["stage"]),
                at=cast("datetime", row["written_at"]),
                who=str(row["who"]),
                why=str(row["why"]),
            )
            for row in rows
        ]
