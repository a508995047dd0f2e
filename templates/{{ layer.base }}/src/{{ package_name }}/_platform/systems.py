"""The systems around a pilot: what is embedded until another one is switched on, and how that one is found.

SQLite for what is written back and a local MLflow store need nothing but this machine. An integration is a module that
provides one thing (`PROVIDES`, `build`); at most one of a kind is switched on.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from . import Kind, PilotError, Row, Scalar, SqlDatabase, Table, TrackingServer
from .policies import check_endpoint
from .settings import PlatformSettings

TYPES: Final[dict[Kind, type[TypeEngine[Any]]]] = {
    "text": sa.Text,
    "integer": sa.BigInteger,
    "number": sa.Double,
    "boolean": sa.Boolean,
    "date": sa.Date,
    "timestamp": sa.DateTime,
}
Insert = sqlite.Insert | postgresql.Insert


class SqlAlchemyDatabase:
    """SqlDatabase on SQLAlchemy: SQLite in the repository by default, a server through an integration."""

    def __init__(self, engine: sa.Engine, *, schema: str | None = None, remedy: str) -> None:
        """Take an engine; `remedy` is the next step that a reader gets when the database does not answer."""
        if engine.dialect.name not in ("sqlite", "postgresql"):
            raise PilotError(
                f"The database {engine.dialect.name} is not supported: use a sqlite:/// or postgresql:// address."
            )
        self._engine = engine
        self._schema = schema
        self._remedy = remedy

    def ensure(self, table: Table) -> None:
        """Create the table when it is missing."""
        with self._transaction() as connection:
            self._table(table).create(connection, checkfirst=True)

    def insert_once(self, table: Table, rows: Sequence[Row]) -> int:
        """Insert the rows whose key is new; the number comes from RETURNING, as row counts differ between drivers."""
        if not rows:
            return 0
        target = self._table(table)
        insert = self._insert(target).on_conflict_do_nothing(index_elements=list(table.key))
        with self._transaction() as connection:
            returned = connection.execute(insert.returning(*self._key(table, target)), [dict(row) for row in rows])
            return len(returned.all())

    def upsert(self, table: Table, rows: Sequence[Row]) -> int:
        """Insert the rows, or replace those whose key exists."""
        if not rows:
            return 0
        target = self._table(table)
        insert = self._insert(target)
        changed = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in table.key}
        insert = insert.on_conflict_do_update(index_elements=list(table.key), set_=changed)
        with self._transaction() as connection:
            returned = connection.execute(insert.returning(*self._key(table, target)), [dict(row) for row in rows])
            return len(returned.all())

    def query(self, table: Table, where: Row | None = None, order_by: Sequence[str] = ()) -> list[dict[str, Scalar]]:
        """Return the rows in which every column of `where` has that value."""
        target = self._table(table)
        statement = sa.select(target).order_by(*(target.c[name] for name in order_by))
        for name, value in (where or {}).items():
            statement = statement.where(target.c[name] == value)
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def select(self, statement: str) -> list[dict[str, Scalar]]:
        """Return the rows of one SELECT; the database itself refuses to write."""
        if not statement.lstrip().lower().startswith(("select", "with")):
            raise PilotError(f"Only a SELECT is asked here, not: {statement.strip().partition(' ')[0]} … Rewrite it.")
        only = "SET TRANSACTION READ ONLY" if self._engine.dialect.name == "postgresql" else "PRAGMA query_only = ON"
        with self._transaction() as connection:
            connection.exec_driver_sql(only)
            try:
                plain = connection.execution_options(no_parameters=True)
                return [dict(row) for row in plain.exec_driver_sql(statement).mappings()]
            finally:
                if self._engine.dialect.name == "sqlite":
                    connection.exec_driver_sql("PRAGMA query_only = OFF")

    def describe(self) -> str:
        """Return the address without its password."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            raise PilotError(
                f"The database {self.describe()} does not answer: {_cause(error)}. {self._remedy}"
            ) from error
        except (sa.exc.ProgrammingError, sa.exc.IntegrityError, sa.exc.DataError, sa.exc.InternalError) as error:
            raise PilotError(
                f"The database {self.describe()} refused a statement: {_cause(error)}. "
                "Check the rights of its user, and that its tables were not changed by hand."
            ) from error

    def _table(self, table: Table) -> sa.Table:
        columns = (
            sa.Column(
                column.name,
                TYPES[column.kind](),
                primary_key=column.name in table.key,
                autoincrement=False,
                nullable=column.nullable and column.name not in table.key,
            )
            for column in table.columns
        )
        return sa.Table(table.name, sa.MetaData(schema=self._schema), *columns)

    def _insert(self, target: sa.Table) -> Insert:
        return postgresql.insert(target) if self._engine.dialect.name == "postgresql" else sqlite.insert(target)

    @staticmethod
    def _key(table: Table, target: sa.Table) -> list[sa.Column[object]]:
        return [target.c[name] for name in table.key]


def open_sqlite(url: str) -> SqlAlchemyDatabase:
    """Open the embedded default; a writer waits up to 30 s for another one instead of failing."""
    try:
        engine = sa.create_engine(url, connect_args={"timeout": 30} if url.startswith("sqlite") else {})
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise PilotError(
            f"database.url is no address that can be used here: {_cause(error)}. Use sqlite:///…, or bring the other "
            "database as an integration: `pilotline add postgres`."
        ) from error
    return SqlAlchemyDatabase(engine, remedy="Check database.url, and that its folder can be written and has room.")


def _cause(error: Exception) -> str:
    """Return the driver's first line; SQLAlchemy's own text repeats statement and values, which may be personal."""
    original = getattr(error, "orig", None) or error
    lines = str(original).strip().splitlines()
    return (lines[0] if lines else type(original).__name__).rstrip(".")


class LocalServer:
    """TrackingServer on a SQLite file below `var/`: needs nothing but this machine."""

    def __init__(self, var: Path, uri: str | None = None) -> None:
        self._var = var
        self._given = uri

    @property
    def uri(self) -> str:
        """The address of the database."""
        return self._given or f"sqlite:///{self._var / 'mlflow.db'}"

    @property
    def artifact_location(self) -> str | None:
        """The folder of the artifacts, absolute, as MLflow keeps it."""
        return None if self._given and not self._given.startswith("sqlite") else (self._var / "mlruns").as_uri()

    def prepare(self) -> None:
        """Create the database once, apart, then move it into place: others wait, a killed process leaves none."""
        if self._given and self._given.startswith("http"):
            _do_not_insist()
        self._var.mkdir(parents=True, exist_ok=True)
        database = self._var / "mlflow.db"
        if self._given or database.exists():
            return
        with _one_process(self._var / "mlflow.lock"):
            if not database.exists():
                draft = self._var / "mlflow.db.new"
                draft.unlink(missing_ok=True)
                _migrate(draft, str(self.artifact_location))
                draft.replace(database)


def _do_not_insist() -> None:
    """Let MLflow ask a server that does not answer for seconds; by itself it repeats its question for minutes."""
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")


@contextmanager
def _one_process(path: Path) -> Iterator[None]:
    """Hold a lock that the system releases even when the process is killed; SQLite has one on every platform."""
    lock = sqlite3.connect(path, timeout=120, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        lock.close()


def _migrate(draft: Path, artifacts: str) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(f"sqlite:///{draft}", artifacts)  # type: ignore[no-untyped-call]
    store.engine.dispose()


def open_database(settings: PlatformSettings, integrations: str) -> SqlDatabase:
    """Return the database that is switched on, or the embedded one; `integrations` names the package to look in."""
    module = _switched_on("sql", settings, integrations)
    if module is None:
        settings.var.mkdir(parents=True, exist_ok=True)
        check_endpoint(settings, settings.database_url, "database.url")
        return open_sqlite(settings.database_url)
    database: SqlDatabase = module.build(settings)
    return database


def open_tracking(settings: PlatformSettings, integrations: str) -> TrackingServer:
    """Return the MLflow server that is switched on, or the local store; `integrations` as for `open_database`."""
    module = _switched_on("tracking", settings, integrations)
    if module is None:
        check_endpoint(settings, settings.tracking.uri or "", "tracking.uri")
        return LocalServer(settings.var, settings.tracking.uri)
    server: TrackingServer = module.build(settings)
    return server


def _switched_on(kind: str, settings: PlatformSettings, folder: str) -> ModuleType | None:
    package = find_spec(folder)  # a pilot without integrations has none
    present = {found.name for found in iter_modules(package.submodule_search_locations)} if package else set()
    wanted = sorted(name for name, integration in settings.integrations.items() if integration.on)
    absent = [name for name in wanted if name not in present]
    if absent:
        raise PilotError(
            f"The integration {absent[0]} is switched on, but this pilot has no adapter for it: "
            f"add it with `pilotline add {absent[0]}`, or take integrations.{absent[0]} out of the settings."
        )
    for name in wanted:
        url = settings.integrations[name].url
        check_endpoint(settings, url.get_secret_value() if url else "", f"integrations.{name}.url")
    modules = [import_module(f"{folder}.{name}") for name in wanted]
    fitting = [module for module in modules if kind == module.PROVIDES]
    if len(fitting) > 1:
        names = " and ".join(module.__name__.rsplit(".", 1)[-1] for module in fitting)
        raise PilotError(f"{names} both provide {kind}: switch one of them off (integrations.<name>.enabled = false).")
    return fitting[0] if fitting else None
