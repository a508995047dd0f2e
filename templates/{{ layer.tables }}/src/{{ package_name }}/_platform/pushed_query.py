"""A KPI's query asked in the database where its tables lie: rows stay there, and only its cases come.

It sees what it would see here: valid rows of contracted tables, under their names, and nothing else. The transaction is
read-only and sees one state of the tables; names lead to PostgreSQL's own functions alone. What cannot be said to mean
the same there is read and answered here, as for files.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import pandas as pd

from . import PilotError
from .cases import Cases, ask
from .contract_rules import Contract
from .contract_watch import watch
from .contracts import REASONS, Access, find, keep_rows, need_columns, permit, stop_when_broken, write_journal
from .integrations import connect_database
from .progress import tell
from .pushed_contract import PushedContract
from .pushed_rules import is_alike, with_days
from .query_rules import Query
from .settings import PlatformSettings
from .table_files import PIECE
from .table_relations import MOST
from .tables import Landed, Tables, known_contract, open_bench
from .written import quote, quote_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlalchemy import Connection

ROLES: Final = {"value": "DOUBLE", "weight": "DOUBLE"}  # whatever else a query gives is a text that tells groups apart
ANSWER: Final = "pushed_cases"
LOCK: Final = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL TIME ZONE 'UTC'",
    "SET LOCAL search_path = pg_catalog",
)
PLACE: Final = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass({name})
"""
COLUMNS: Final = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = to_regclass({name}) AND attnum > 0 AND NOT attisdropped
"""


@dataclass(frozen=True)
class Pushed:
    """What came of asking in the database."""

    cases: Cases
    landed: tuple[Landed, ...]


@runtime_checkable
class Readable(Protocol):
    """What a database needs besides, so that queries can be asked in it."""

    @property
    def language(self) -> str:
        """Name the language that it speaks, such as postgresql."""

    def reading(self) -> "AbstractContextManager[Connection]":
        """Open one transaction; what the driver says goes wrong is raised as it is."""


class _NotThere(Exception):
    """The query, or a contract, does not mean the same in the database."""


def ask_there(
    settings: PlatformSettings, query: Query, parameters: Mapping[str, date], access: Access, *, keep: bool, place: str
) -> Pushed | None:
    """Ask a query in the database that holds all of its tables; None where it has to be answered here.

    Raises PilotError where a role may not read, a contract is broken, or it takes too long.
    """
    tables = {name: settings.contracted_tables[name] for name in query.tables}
    integrations = {table.integration for table in tables.values()}
    if len(integrations) != 1 or None in integrations or not is_alike(query.text):
        return None
    contracts = {name: known_contract(settings, name) for name in tables}
    for contract in contracts.values():
        permit(contract, access)
    database = connect_database(settings, f"{__package__.split('.')[0]}.adapters.integrations")
    tell(f"asking for {', '.join(tables)} where they lie")
    try:
        if not isinstance(database, Readable) or database.language != "postgresql":
            return None
        with _opened(database, settings, place) as connection:
            judged = {name: _judge(connection, str(tables[name].relation), contracts[name]) for name in contracts}
            landed = tuple(
                _land(connection, settings, name, found, access, keep=keep) for name, found in judged.items()
            )
            parts = ", ".join(f"{quote_name(name)} AS ({found.sql.valid_rows()})" for name, found in judged.items())
            asked = f"WITH {parts} SELECT * FROM (\n{with_days(query.text, parameters)}\n) AS asked"
            return Pushed(_fetch(connection, settings, asked, place), landed)
    except _NotThere:
        return None
    finally:
        database.close()


@dataclass(frozen=True)
class _Judged:
    contract: Contract
    sql: PushedContract
    columns: tuple[str, ...]


@contextmanager
def _opened(database: Readable, settings: PlatformSettings, place: str) -> "Iterator[Connection]":
    """Open a transaction that can only read, for so long."""
    from sqlalchemy.exc import DBAPIError

    seconds = settings.query.timeout_seconds
    try:
        with database.reading() as connection:
            for statement in (*LOCK, f"SET LOCAL statement_timeout = {round(seconds * 1000)}"):
                connection.exec_driver_sql(statement)
            yield connection.execution_options(no_parameters=True)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "57014":
            raise PilotError(
                f"{place} was stopped after {seconds:g} seconds: let it look at less, or raise "
                "query.timeout_seconds in config/default.toml."
            ) from error
        raise _NotThere from error


def _judge(connection: "Connection", relation: str, contract: Contract) -> _Judged:
    """Find the table, and see whether its contract can be judged there."""
    name = quote(relation)
    found = connection.exec_driver_sql(PLACE.format(name=name)).scalar()
    if found is None:  # not qualified, or not there: the other way says which
        raise _NotThere
    types = {str(column): str(kind) for column, kind in connection.exec_driver_sql(COLUMNS.format(name=name))}
    if not {column.name for column in contract.columns} <= set(types):
        raise _NotThere
    sql = PushedContract(contract, str(found), types)
    if not sql.is_judged() or any(connection.exec_driver_sql(each).first() for each in sql.repeats()):
        raise _NotThere
    return _Judged(contract, sql, tuple(types))


def _land(
    connection: "Connection", settings: PlatformSettings, name: str, judged: _Judged, access: Access, *, keep: bool
) -> Landed:
    """Judge a table by counts, as its rows would be judged here."""
    contract, sql = judged.contract, judged.sql
    total, valid, *bad = map(int, connection.exec_driver_sql(sql.counts()).one())
    write_journal(contract, access, rows=total)
    need_columns(contract, judged.columns, total)
    findings = find(contract, {rule.name: n for rule, n in zip(sql.rules, bad, strict=False)}, total, {})
    newest = sql.newest()
    day = connection.exec_driver_sql(newest).scalar() if newest else None
    watch(contract, day, broken=any(each.broken for each in findings))
    aside = _set_aside(connection, settings.var / "quarantine", judged) if keep and findings else None
    stop_when_broken(contract, findings, valid)
    return Landed(name, contract, total, valid, findings, aside)


def _set_aside(connection: "Connection", folder: Path, judged: _Judged) -> Path:
    rows = connection.exec_driver_sql(f"{judged.sql.bad_rows()} LIMIT {MOST}").all()
    names = [*(column.name for column in judged.contract.columns), REASONS]
    return keep_rows(pd.DataFrame([tuple(row) for row in rows], columns=names), judged.contract.id, folder)


def _fetch(connection: "Connection", settings: PlatformSettings, asked: str, place: str) -> Cases:
    """Bring the cases here piece by piece, and sum them up as those of any query."""
    folder = Path(tempfile.mkdtemp(prefix="pilot-cases-"))
    until = time.monotonic() + settings.query.timeout_seconds
    try:
        bench = open_bench(folder, settings.query)
        try:
            result = connection.execution_options(stream_results=True, yield_per=PIECE).exec_driver_sql(asked)
            names = list(result.keys())
            listed = ", ".join(f"{quote_name(name)} {ROLES.get(name.lower(), 'VARCHAR')}" for name in names)
            bench.execute(f"CREATE TABLE {ANSWER} ({listed})")
            for piece in result.partitions():
                if time.monotonic() > until:
                    raise PilotError(
                        f"{place} gives more cases than come in {settings.query.timeout_seconds:g} seconds: "
                        "let it look at less, or raise query.timeout_seconds in config/default.toml."
                    )
                _insert(bench, names, piece)
        finally:
            bench.close()
        seen = Query(f"SELECT * FROM {ANSWER}", (ANSWER,), frozenset())
        return ask(Tables(folder, ()), seen, {}, settings.query, place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _insert(bench: "DuckDBPyConnection", names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = pd.DataFrame([tuple(row) for row in rows], columns=list(names), dtype=object)
    for name in names:
        if name.lower() in ROLES:
            try:
                table[name] = [None if value is None else float(value) for value in table[name]]
            except (ValueError, TypeError) as error:
                raise _NotThere from error
        else:
            table[name] = table[name].map(lambda value: None if value is None else str(value)).astype("string")
    bench.register("piece", table)
    bench.execute(f"INSERT INTO {ANSWER} SELECT * FROM piece")
    bench.unregister("piece")
