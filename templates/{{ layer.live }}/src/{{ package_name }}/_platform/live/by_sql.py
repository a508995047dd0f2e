"""Asks a database: one SELECT with bound parameters, in a transaction that can only read, ended at the deadline."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from .port import Found, SourceFailure
from .section import LiveSourceSection


def ask_sql(source: LiveSourceSection, given: Mapping[str, str], root: Path, until: float) -> list[Found]:
    """Give the rows of the query, so many as the source may show; raise SourceFailure with the reason."""
    try:
        url = sa.make_url(source.url.get_secret_value())
    except sa.exc.ArgumentError as error:
        raise SourceFailure("its url is no address of a database") from error
    if url.get_backend_name() == "sqlite":
        return _ask_sqlite(root / (url.database or ""), source, given, until)
    if url.get_backend_name() == "postgresql":
        return _ask_postgres(url, source, given, until)
    raise SourceFailure(f"{url.get_backend_name()} is not spoken: sqlite and postgresql are")


def _ask_sqlite(path: Path, source: LiveSourceSection, given: Mapping[str, str], until: float) -> list[Found]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
            rows = connection.execute(source.query, dict(given)).fetchmany(source.rows)
            return [dict(row) for row in rows]
    except sqlite3.Error as error:
        raise _failure(error, late=time.monotonic() > until) from error


def _ask_postgres(url: sa.URL, source: LiveSourceSection, given: Mapping[str, str], until: float) -> list[Found]:
    left = max(until - time.monotonic(), 0.05)
    options = {"connect_timeout": max(1, round(left)), "options": f"-c statement_timeout={round(1000 * left)}"}
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"), poolclass=sa.pool.NullPool, connect_args=options
        )
        with engine.connect() as connection:
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            rows = connection.execute(sa.text(source.query), dict(given)).mappings().fetchmany(source.rows)
            return [dict(row) for row in rows]
    except ImportError as error:
        raise SourceFailure("the driver psycopg is not installed: `pilotline add postgres` brings it") from error
    except sa.exc.DBAPIError as error:
        raise _failure(error.orig or error, late=time.monotonic() > until or "timeout" in str(error.orig)) from error


def _failure(error: BaseException, *, late: bool) -> SourceFailure:
    detail = str(error).splitlines()[0][:200]
    return SourceFailure("it took too long", detail) if late else SourceFailure("its database refused", detail)
