"""The database that the pilot writes back to: SQLite beside it, until an integration brings a server."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from . import Column, Kind, PilotError, Row, Scalar, Table

TYPES: Final[dict[Kind, type[TypeEngine[Any]]]] = {
    "text": sa.Text,
    "integer": sa.BigInteger,
    "number": sa.Double,
    "boolean": sa.Boolean,
    "date": sa.Date,
    "timestamp": sa.DateTime,
}
Insert = sqlite.Insert | postgresql.Insert
Within = tuple[str, Collection[Scalar]]  # a column, and values of it
# The tables that the pilot made here, and what they belong to: set aside together when the pilot begins anew.
TABLES: Final = Table("pilot_tables", (Column("name", "text", nullable=False),), key=("name",))
BELONGS: Final = Table(
    "pilot_beginning",
    (Column("place", "integer", nullable=False), Column("beginning", "text", nullable=False)),
    key=("place",),
)


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
        self.ensured: dict[str, Table] = {}
        self._known: dict[Table, sa.Table] = {}

    def ensure(self, table: Table) -> None:
        """Create the table when it is missing, and remember that it is the pilot's."""
        if table.lasting:
            with self._transaction() as connection:
                self._table(table).create(connection, checkfirst=True)
            return
        self.ensured[table.name] = table
        with self._transaction() as connection:
            for each in (table, TABLES):
                self._table(each).create(connection, checkfirst=True)
            known = self._table(TABLES)
            if table.name not in connection.execute(sa.select(known.c.name)).scalars().all():
                connection.execute(self._insert(known).on_conflict_do_nothing(), [{"name": table.name}])

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
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(_only(statement, target, where)).mappings()]

    def tally(
        self, table: Table, by: Sequence[str] = (), add: Sequence[str] = (), where: Row | None = None
    ) -> list[dict[str, Scalar]]:
        """Count where the rows lie; without `by` it is one row, also of nothing."""
        target = self._table(table)
        groups = [target.c[name] for name in by]
        sums = (sa.func.coalesce(sa.func.sum(target.c[name]), 0).label(name) for name in add)
        statement = sa.select(*groups, sa.func.count().label("rows"), *sums).group_by(*groups).order_by(*groups)
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(_only(statement, target, where)).mappings()]

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

    def columns(self, table: str) -> tuple[str, ...]:
        """Name the columns of a table as it is now; none where there is no such table."""
        with self._transaction() as connection:
            known = sa.inspect(connection)
            there = known.has_table(table, schema=self._schema)
            return tuple(str(each["name"]) for each in known.get_columns(table, self._schema)) if there else ()

    def values_before(self, table: str, written: str, moment: datetime, column: str) -> set[Scalar]:
        """Return what a column holds in the rows that were written before a moment."""
        target = sa.table(table, sa.column(column), sa.column(written, sa.DateTime), schema=self._schema)
        statement = sa.select(target.c[column]).where(target.c[written] < moment).distinct()
        with self._transaction() as connection:
            return set(connection.execute(statement).scalars())

    def count_before(self, table: str, written: str, moment: datetime, also: Within | None = None) -> int:
        """Count the rows that were written before a moment, or whose column `also` holds one of its values."""
        target, past = self._past(table, written, moment, also)
        with self._transaction() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(target).where(past)).scalar_one()

    def delete_before(self, table: str, written: str, moment: datetime, also: Within | None = None) -> None:
        """Delete those rows, in one transaction."""
        target, past = self._past(table, written, moment, also)
        with self._transaction() as connection:
            connection.execute(sa.delete(target).where(past))

    def _past(
        self, table: str, written: str, moment: datetime, also: Within | None
    ) -> tuple[sa.TableClause, sa.ColumnElement[bool]]:
        column = also[0] if also else written
        target = sa.table(table, sa.column(column), sa.column(written, sa.DateTime), schema=self._schema)
        past: sa.ColumnElement[bool] = target.c[written] < moment
        return target, past | target.c[column].in_(sorted(map(str, also[1]))) if also else past

    @property
    def language(self) -> str:
        """Name the language that it speaks."""
        return self._engine.dialect.name

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Open one transaction, for whoever asks several things of one state and explains what goes wrong itself."""
        return self._engine.begin()

    def belongs_to(self) -> str:
        """Return what `belong` wrote last; empty before the first time."""
        with self._transaction() as connection:
            self._table(BELONGS).create(connection, checkfirst=True)
        return next((str(row["beginning"]) for row in self.query(BELONGS)), "")

    def belong(self, beginning: str, *, aside: str = "", back: str = "") -> tuple[str, ...]:
        """Write what the pilot's tables belong to from now on, and rename them, all in one transaction.

        `aside` is put behind the name of each; those with `back` behind their name get it back without. Returns the
        names of the tables that were set aside.
        """
        with self._transaction() as connection:
            if connection.dialect.name == "sqlite":  # whose driver begins a transaction for rows only
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            for table in (BELONGS, TABLES):
                self._table(table).create(connection, checkfirst=True)
            there = set(sa.inspect(connection).get_table_names(schema=self._schema))
            ours = connection.execute(sa.select(self._table(TABLES).c.name)).scalars().all()
            names = sorted(ours) if aside else []
            moved = tuple(name for name in names if name in there and f"{name}{aside}" not in there)
            returned = [name for name in names if f"{name}{back}" in there]
            for name in moved:
                self._rename(connection, name, f"{name}{aside}")
            for name in returned:
                self._rename(connection, f"{name}{back}", name)
            target = self._table(BELONGS)
            insert = self._insert(target)
            replaced = insert.on_conflict_do_update(
                index_elements=["place"], set_={"beginning": insert.excluded["beginning"]}
            )
            connection.execute(replaced, [{"place": 1, "beginning": beginning}])
        return moved

    def kept_apart(self, table: str) -> list[str]:
        """Name what was set aside of a table."""
        with self._transaction() as connection:
            there = sa.inspect(connection).get_table_names(schema=self._schema)
        return [name for name in there if re.fullmatch(rf"{re.escape(table)}_of_[0-9a-f]{{8}}", name)]

    def _rename(self, connection: sa.Connection, old: str, new: str) -> None:
        quoted = connection.dialect.identifier_preparer.quote
        place = f"{quoted(self._schema)}." if self._schema else ""
        connection.exec_driver_sql(f"ALTER TABLE {place}{quoted(old)} RENAME TO {quoted(new)}")

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
        """Give the same object for the same table: only then does SQLAlchemy find a statement that it has compiled."""
        found = self._known.get(table)
        return found if found is not None else self._known.setdefault(table, self._described(table))

    def _described(self, table: Table) -> sa.Table:
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


def _only(statement: sa.Select[Any], target: sa.Table, where: Row | None) -> sa.Select[Any]:
    for name, value in (where or {}).items():
        statement = statement.where(target.c[name] == value)
    return statement
