"""Rows past their day in the tables that the pilot itself wrote, in whatever database it writes to."""

import json
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from . import Scalar, SqlDatabase, Table
from .corrections import CORRECTIONS
from .forget_files import Item
from .settings import PlatformSettings
from .sql_database import SqlAlchemyDatabase

TABLES: Final = "forget/tables.json"
BATCH: Final = "batch"
Within = tuple[str, Collection[Scalar]]


@runtime_checkable
class Forgetting(Protocol):
    """What a database needs besides, so that rows can go by their age."""

    ensured: dict[str, Table]

    def columns(self, table: str) -> tuple[str, ...]:
        """Name the columns of a table as it is now; none where there is no such table."""

    def values_before(self, table: str, written: str, moment: datetime, column: str) -> set[Scalar]:
        """Return what a column holds in the rows that were written before a moment."""

    def count_before(self, table: str, written: str, moment: datetime, also: Within | None = None) -> int:
        """Count the rows that were written before a moment, or whose column `also` holds one of its values."""

    def delete_before(self, table: str, written: str, moment: datetime, also: Within | None = None) -> None:
        """Delete those rows, in one transaction."""


def due_rows(settings: PlatformSettings, database: SqlDatabase, before: datetime) -> tuple[list[Item], tuple[str, ...]]:
    """Find rows written before a moment; a row that names a batch goes with the rows of that batch."""
    if not isinstance(database, Forgetting):
        why = f"rows in {database.describe()} stay: its adapter cannot delete by age (see _platform/forget_rows.py)"
        return [], (why,)
    tables, unknown = _tables(_remembered(settings.var / TABLES), database)
    if isinstance(database, SqlAlchemyDatabase):
        tables |= {aside: written for name, written in tables.items() for aside in database.kept_apart(name)}
    columns = {name: database.columns(name) for name in tables}
    there = {name: written for name, written in tables.items() if written in columns[name]}
    batches: set[Scalar] = set()
    for name in [name for name in there if BATCH in columns[name]]:
        batches |= database.values_before(name, there[name], before, BATCH)
    found = []
    for name, written in there.items():
        also: Within | None = (BATCH, batches) if batches and BATCH in columns[name] else None
        if count := database.count_before(name, written, before, also):
            erase: Callable[[], None] = partial(database.delete_before, name, written, before, also)
            found.append((f"rows of {name}", count, erase))
    return found, tuple(f"rows of {name} stay: no column says when each was written" for name in unknown)


def remember_tables(settings: PlatformSettings, database: SqlDatabase) -> None:
    """Keep the names of the tables that the pilot writes, so that they are known when later code writes others."""
    path = settings.var / TABLES
    known = _remembered(path)
    tables, _ = _tables(known, database) if isinstance(database, Forgetting) else (known, [])
    if tables != known:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(tables, indent=1, sort_keys=True), encoding="utf-8")
        draft.replace(path)


def _tables(known: dict[str, str], database: Forgetting) -> tuple[dict[str, str], list[str]]:
    """Name the pilot's tables with the column of their moment, also those that an earlier version of it wrote."""
    owned = {**database.ensured, CORRECTIONS.name: CORRECTIONS}
    tables = known | {name: table.written for name, table in owned.items() if table.written}
    return tables, [name for name, table in owned.items() if table.written is None]


def _remembered(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return {str(name): str(written) for name, written in found.items()}
    except (ValueError, AttributeError):
        return {}
