"""Reads a whole table as text, wherever it is and however it is written: its contract gives the types."""

from pathlib import Path

import pandas as pd

from . import PilotError, SqlDatabase
from .contract_rules import Contract
from .sections import TableSettings
from .table_files import text_pieces
from .table_relations import relation_pieces
from .written import read_numbers


def read_raw(root: Path, table: TableSettings, contract: Contract, database: SqlDatabase | None = None) -> pd.DataFrame:
    """Read CSV, also compressed, Parquet, a sheet of a workbook, or a table behind an SQL integration.

    Numbers with a decimal comma are written with a point, as contracts read them.
    """
    if table.path is not None:
        rows = pd.concat(text_pieces(root / table.path, table), ignore_index=True)
    elif database is not None:
        rows = pd.concat(relation_pieces(database, str(table.relation), contract), ignore_index=True)
    else:
        raise PilotError(f"{table.relation} lies behind {table.integration}, and no database is open.")
    if table.decimal == ",":
        for name in (each.name for each in contract.columns if each.logical in ("integer", "number")):
            if name in rows:
                read = read_numbers(rows[name], table.decimal)
                rows[name] = rows[name].where(read.isna(), read.astype("string"))
    return rows
