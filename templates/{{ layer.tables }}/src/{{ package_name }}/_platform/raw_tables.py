"""Reads a table as text, wherever it is and however it is written: its contract gives the types."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from . import PilotError, SqlDatabase
from .contract_rules import Contract
from .progress import tell_count
from .sections import TableSettings
from .table_files import text_pieces
from .table_relations import relation_pieces
from .written import read_numbers


def read_raw(root: Path, table: TableSettings, contract: Contract, database: SqlDatabase | None = None) -> pd.DataFrame:
    """Read CSV, also compressed, Parquet, a sheet of a workbook, or a table behind an SQL integration.

    Numbers with a decimal comma are written with a point, as contracts read them.
    """
    pieces = []
    for piece in raw_pieces(root, table, contract, database):
        pieces.append(piece)
        tell_count(sum(map(len, pieces)), "rows read")
    return pd.concat(pieces, ignore_index=True)


def raw_pieces(
    root: Path, table: TableSettings, contract: Contract, database: SqlDatabase | None = None
) -> Iterator[pd.DataFrame]:
    """Read the same in pieces that have the same columns, so that a large file is never held as a whole."""
    for rows in _pieces(root, table, contract, database):
        if table.decimal == ",":
            for name in (each.name for each in contract.columns if each.logical in ("integer", "number")):
                if name in rows:
                    read = read_numbers(rows[name], table.decimal)
                    rows[name] = rows[name].where(read.isna(), read.astype("string"))
        yield rows


def _pieces(
    root: Path, table: TableSettings, contract: Contract, database: SqlDatabase | None
) -> Iterator[pd.DataFrame]:
    if table.path is not None:
        return text_pieces(root / table.path, table)
    if database is None:
        raise PilotError(f"{table.relation} lies behind {table.integration}, and no database is open.")
    return relation_pieces(database, str(table.relation), contract)
