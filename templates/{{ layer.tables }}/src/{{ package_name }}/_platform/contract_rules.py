"""A data contract as the pilot enforces it: its columns, its rules, and how much of a bad thing each tolerates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from .written import Counted

Logical = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
Check = Literal[
    "type", "required", "minimum", "maximum", "above", "below", "shortest", "longest", "pattern", "among", "unique"
]
NONE_TOLERATED: Final = 0.0
READING: Final = "reading"  # the bound of a day that lies not after the day on which the table is read


@dataclass(frozen=True)
class Limit:
    """How many bad rows a rule tolerates: at most `rows`, or at most the share `share` of all."""

    share: float = NONE_TOLERATED
    rows: int | None = None

    def broken_by(self, bad: int, total: int) -> bool:
        """Say whether that many bad rows are too many."""
        return bad > self.rows if self.rows is not None else bad > self.share * total

    def __str__(self) -> str:
        """Show the limit as the contract's readers know it."""
        return f"{self.rows} rows" if self.rows is not None else f"{self.share:.1%}"


@dataclass(frozen=True)
class Rule:
    """One demand on a row; rows that miss it are set aside."""

    name: str
    columns: tuple[str, ...]
    check: Check
    value: object
    limit: Limit


@dataclass(frozen=True)
class Column:
    """One column, the type that its values are read as, and the type that its source gives them."""

    name: str
    logical: Logical
    format: str | None
    classification: str | None
    written: Counted | None = None
    missing: frozenset[str] = frozenset()
    source: Logical = "string"


@dataclass(frozen=True)
class Freshness:
    """How old the newest value of a column may be."""

    column: str
    days: float


@dataclass(frozen=True)
class Contract:
    """What the owner of the data promises, and who may read it."""

    id: str
    version: str
    owner: str
    classification: str
    readers: frozenset[str]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    least_rows: int
    path: Path
    freshness: Freshness | None = None
