"""Brings a table behind an SQL integration into DuckDB as text: read there, by one SELECT that cannot write."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from . import PilotError, Scalar, SqlDatabase
from .contract_rules import Contract
from .table_files import stage_pieces
from .written import quote_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST: Final = 1_000_000  # rows that are held at once; a larger table is summed up where it lies, by a view


def stage_relation(
    connection: "DuckDBPyConnection", database: SqlDatabase, relation: str, contract: Contract
) -> list[str]:
    """Create `bench.raw_rows` from a table or view, with its contract's columns; PilotError where it is too large."""
    return stage_pieces(connection, relation_pieces(database, relation, contract))


def relation_pieces(database: SqlDatabase, relation: str, contract: Contract) -> Iterator[pd.DataFrame]:
    """Read the columns of a contract from a table or view, as text."""
    named = ".".join(map(quote_name, relation.split(".")))
    count = int(str(database.select(f"SELECT count(*) AS n FROM {named}")[0]["n"]))
    if count > MOST:
        raise PilotError(
            f"{relation} has {count:,} rows, of which {MOST:,} can be held: "
            "name a view that leaves out or sums up, in relation of config/default.toml; or write the query in what "
            "PostgreSQL means as well (_platform/pushed_rules.py), and it is asked there."
        )
    listed = ", ".join(quote_name(column.name) for column in contract.columns)
    rows = database.select(f"SELECT {listed} FROM {named}")
    names = [column.name for column in contract.columns]
    yield pd.DataFrame([[_text(row, name) for name in names] for row in rows], columns=names, dtype=object)


def _text(row: Mapping[str, Scalar], name: str) -> str:
    value = row[name]
    return "" if value is None else str(value)
