"""What every pilot shares: kept by the catalog and upgraded with it, so put your own code elsewhere.

Here stand what every module may need: the one exception that a user can act on, the exit codes, and the ports that
integrations implement, so that each of them fits every architecture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, Protocol

DONE: Final = 0
FOUND: Final = 1
NOTHING_DONE: Final = 2
FAULT: Final = 3
INTERRUPTED: Final = 130

Scalar = str | int | float | bool | date | datetime | None
Row = Mapping[str, Scalar]
Kind = Literal["text", "integer", "number", "boolean", "date", "timestamp"]


class PilotError(Exception):
    """Something that the reader can put right: the text says what is wrong, where, and the next step.

    `exit_code` is FOUND when a gate or a check did its work and said no, and NOTHING_DONE when configuration,
    a contract or a service has to change first.
    """

    def __init__(self, message: str, *, exit_code: int = NOTHING_DONE) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Column:
    """One column, in words that every database understands."""

    name: str
    kind: Kind
    nullable: bool = True


@dataclass(frozen=True)
class Table:
    """A table that the pilot owns; `key` names the columns that make a row the same row.

    A `lasting` one is no data of the case: it stays when the pilot begins anew, and `forget` leaves it alone.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    lasting: bool = False

    @property
    def written(self) -> str | None:
        """Name the column that says when a row was written: the first moment that each row has."""
        moments = (column.name for column in self.columns if column.kind == "timestamp" and not column.nullable)
        return next(moments, None)


class SqlDatabase(Protocol):
    """Where rows are written back and read again. Every method is one transaction."""

    def ensure(self, table: Table) -> None:
        """Create the table when it is missing; an existing one is left as it is."""

    def insert_once(self, table: Table, rows: Sequence[Row]) -> int:
        """Insert the rows whose key is new and return their number, so that a repeated batch writes nothing."""

    def upsert(self, table: Table, rows: Sequence[Row]) -> int:
        """Insert the rows, replacing those whose key exists, and return their number."""

    def query(self, table: Table, where: Row | None = None, order_by: Sequence[str] = ()) -> list[dict[str, Scalar]]:
        """Return the rows in which every column of `where` has that value."""

    def tally(
        self, table: Table, by: Sequence[str] = (), add: Sequence[str] = (), where: Row | None = None
    ) -> list[dict[str, Scalar]]:
        """Count the rows for each set of values in the columns `by`, as `rows`, and sum up the numbers in `add`."""

    def select(self, statement: str) -> list[dict[str, Scalar]]:
        """Return the rows of one SELECT; a statement that writes is refused."""

    def describe(self) -> str:
        """Return the address without its password, for people and logs."""

    def close(self) -> None:
        """Give the connections back."""


class TrackingServer(Protocol):
    """Where MLflow keeps runs and models."""

    @property
    def uri(self) -> str:
        """The address that MLflow is given."""

    @property
    def artifact_location(self) -> str | None:
        """Where a new experiment keeps its files; None when the server decides."""

    def prepare(self) -> None:
        """Make the server usable, or raise PilotError; safe when several processes start at once."""


@dataclass(frozen=True)
class TraceTarget:
    """Where the spans of traces are sent, by OTLP over HTTP, and what the receiver wants to be told besides."""

    endpoint: str
    headers: Mapping[str, str]
