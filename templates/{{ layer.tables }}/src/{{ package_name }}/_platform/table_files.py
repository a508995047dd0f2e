"""Brings a file into DuckDB as text, row by row, whatever its dialect: the contract and not a guess gives the types.

DuckDB reads what it reads exactly as pandas does, in parallel and in bounded memory; all else (other encodings and
compressions, spreadsheets, blanks behind a separator) goes through pandas or calamine in pieces.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from . import PilotError
from .sections import TableSettings
from .written import quote, quote_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RAW: Final = "bench.raw_rows"
PIECE: Final = 200_000  # rows that are held at once where DuckDB does not read by itself
VECTOR: Final = 2048  # rows that DuckDB hands over at once
SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
PLAIN: Final = ("", ".csv", ".tsv", ".txt", ".gz")  # what DuckDB reads by itself, by the file's last suffix
UTF8: Final = ("utf-8", "utf8", "utf-8-sig")


def stage(connection: "DuckDBPyConnection", path: Path, settings: TableSettings) -> list[str]:
    """Create `bench.raw_rows` with one column of text for each of the file's, and return the columns' names."""
    if not path.is_file():
        raise _missing(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # pandas cuts long lines off with a warning only
            return _stage(connection, path, settings)
    except (ValueError, OSError, EOFError, KeyError, pd.errors.ParserWarning) as error:
        raise _unreadable(path, error) from error


def _stage(connection: "DuckDBPyConnection", path: Path, settings: TableSettings) -> list[str]:
    if path.suffix.lower() == ".parquet":
        return _stage_parquet(connection, path)
    if path.suffix.lower() in SPREADSHEETS:
        return stage_pieces(connection, _sheet(path, settings))
    return _stage_csv(connection, path, settings)


def text_pieces(path: Path, settings: TableSettings) -> "Iterator[pd.DataFrame]":
    """Read the file into frames of text that have the same columns."""
    if not path.is_file():
        raise _missing(path)
    pieces = _text_pieces(path, settings)
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)
                piece = next(pieces, None)
        except (ValueError, OSError, EOFError, KeyError, pd.errors.ParserWarning) as error:
            raise _unreadable(path, error) from error
        if piece is None:
            return
        yield piece


def _text_pieces(path: Path, settings: TableSettings) -> "Iterator[pd.DataFrame]":
    if path.suffix.lower() in SPREADSHEETS:
        yield from _sheet(path, settings)
    elif path.suffix.lower() == ".parquet":
        yield from _parquet_pieces(path)
    else:
        yield from _pieces(path, settings)


def _missing(path: Path) -> PilotError:
    return PilotError(f"There is no table {path}: put it there, or mend its path in config/default.toml.")


def staged_name(place: int) -> str:
    """Name a column of `bench.raw_rows`: by its place, since names may differ by case alone."""
    return f"c{place}"


def _stage_parquet(connection: "DuckDBPyConnection", path: Path) -> list[str]:
    import duckdb

    try:
        names, query = _parquet(connection, path)
        connection.execute(f"CREATE OR REPLACE TABLE {RAW} AS {query}")
    except duckdb.Error as error:
        raise _unreadable(path, error) from error
    return names


def _parquet_pieces(path: Path) -> "Iterator[pd.DataFrame]":
    import duckdb

    try:
        with duckdb.connect() as connection:
            names, query = _parquet(connection, path)
            # A table without rows has columns all the same.
            yield pd.DataFrame(columns=names, dtype=object)
            connection.execute(query)
            while len(piece := connection.fetch_df_chunk(PIECE // VECTOR)):
                yield piece.set_axis(names, axis=1).fillna("")
    except duckdb.Error as error:
        raise _unreadable(path, error) from error


def _parquet(connection: "DuckDBPyConnection", path: Path) -> tuple[list[str], str]:
    """Name the columns of a file, and write the query that reads them as text."""
    source = f"read_parquet({quote(str(path))}, hive_partitioning = false)"
    names = [str(row[0]) for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    listed = ", ".join(f"CAST({quote_name(n)} AS VARCHAR) AS {staged_name(i)}" for i, n in enumerate(names))
    return names, f"SELECT {listed} FROM {source}"


def _stage_csv(connection: "DuckDBPyConnection", path: Path, settings: TableSettings) -> list[str]:
    names = _names(path, settings)
    if _suits_duckdb(path, settings, names) and _stage_plain(connection, path, settings, len(names)):
        return names
    return stage_pieces(connection, _pieces(path, settings))


def _suits_duckdb(path: Path, settings: TableSettings, names: Sequence[str]) -> bool:
    """Tell whether DuckDB reads this dialect as pandas does: a blank line of a single column, for one, it does not."""
    encoded = settings.encoding.lower() in (UTF8[:2] if settings.names else UTF8)
    separated = len(settings.separator) == 1 and settings.separator not in ' "\n\r'
    return encoded and separated and path.suffix.lower() in PLAIN and len(names) > 1


def _stage_plain(connection: "DuckDBPyConnection", path: Path, settings: TableSettings, columns: int) -> bool:
    """Let DuckDB read; False where it stumbles, or where blanks behind a separator may not be told from quoted ones."""
    import duckdb

    listed = ", ".join(f"'{staged_name(place)}': 'VARCHAR'" for place in range(columns))
    options = f"delim = {quote(settings.separator)}, quote = '\"', escape = '\"', header = {not settings.names}"
    source = (
        f"read_csv({quote(str(path))}, auto_detect = false, columns = {{{listed}}}, {options}, "
        "null_padding = true, strict_mode = true)"
    )
    blank = " OR ".join(f"starts_with({staged_name(place)}, ' ')" for place in range(columns))
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {RAW} AS SELECT * FROM {source}")
        found = connection.execute(f"SELECT count(*) FROM {RAW} WHERE {blank}").fetchone()
    except duckdb.Error:
        return False
    return found is not None and found[0] == 0


def _read_csv(path: Path, settings: TableSettings, rows: int) -> "Iterator[pd.DataFrame]":
    known = settings.separator
    blank = not known.strip() and known != "\t"
    yield from pd.read_csv(
        path,
        sep=r"\s+" if blank else known if len(known) == 1 else re.escape(known),
        engine="c" if blank or len(known) == 1 else "python",
        names=list(settings.names) or None,
        header=None if settings.names else "infer",
        index_col=False,
        dtype=str,
        encoding=settings.encoding,
        keep_default_na=False,
        skipinitialspace=True,
        chunksize=rows,
    )


def _names(path: Path, settings: TableSettings) -> list[str]:
    """Return the names of the columns as pandas gives them."""
    return (
        [str(name) for name in next(_read_csv(path, settings, 1)).columns] if not settings.names else [*settings.names]
    )


def _pieces(path: Path, settings: TableSettings) -> "Iterator[pd.DataFrame]":
    for piece in _read_csv(path, settings, PIECE):
        yield piece.astype("string").fillna("").astype(object)


def stage_pieces(connection: "DuckDBPyConnection", pieces: "Iterator[pd.DataFrame]") -> list[str]:
    """Create `bench.raw_rows` from frames of text that have the same columns."""
    names: list[str] = []
    for place, piece in enumerate(pieces):
        if not place:
            names = [str(name) for name in piece.columns]
            listed = ", ".join(f"{staged_name(number)} VARCHAR" for number in range(len(names)))
            connection.execute(f"CREATE OR REPLACE TABLE {RAW} ({listed})")
        connection.register("piece", piece.set_axis([staged_name(number) for number in range(len(names))], axis=1))
        connection.execute(f"INSERT INTO {RAW} SELECT * FROM piece")
        connection.unregister("piece")
    return names


def _sheet(path: Path, settings: TableSettings) -> "Iterator[pd.DataFrame]":
    """Read a sheet of a workbook, the first one where none is named; its first row names the columns."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        wanted = settings.sheet or book.sheet_names[0]
        if wanted not in book.sheet_names:
            raise PilotError(f"{path.name} has no sheet {wanted}: it has {', '.join(book.sheet_names)}.")
        rows = iter(book.get_sheet_by_name(wanted).iter_rows())
    except (CalamineError, IndexError) as error:
        raise _unreadable(path, error) from error
    names = list(settings.names) or [_cell(value) for value in next(rows, [])]
    yield pd.DataFrame(columns=names, dtype=object)
    while held := list(islice(rows, PIECE)):
        yield pd.DataFrame([[_cell(value) for value in row] for row in held], columns=names, dtype=object)


def _cell(value: object) -> str:
    """Write a cell as a person reads it: a whole number without a fraction, a day without midnight."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return value.isoformat() if isinstance(value, date) else str(value)


def _unreadable(path: Path, error: Exception) -> PilotError:
    said = str(error).strip().splitlines()
    return PilotError(
        f"{path} cannot be read as a table: {(said[0] if said else type(error).__name__).rstrip('.')}. "
        "Check the file, and its separator, encoding, names or sheet in config/default.toml."
    )
