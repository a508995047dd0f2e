"""The measures that the team wrote in Python, in `measures.py`, and what each of them is given."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast
from uuid import uuid4

from .contracts import Access
from .manifest import PACKAGE
from .measure_functions import BoundFunctions, MeasureFunctions
from .settings import PlatformSettings
from .tables import landed_tables

if TYPE_CHECKING:
    import pandas as pd

MODULE = f"{PACKAGE}.measures"


@dataclass(frozen=True)
class ReadTable:
    """The rows of a table that keep its contract, and how many were read."""

    rows: "pd.DataFrame"
    rows_read: int


class Tables(Protocol):
    """What a measure of the team is given: the tables under contract, by the names that the settings give them."""

    @property
    def names(self) -> tuple[str, ...]:
        """The tables that there are."""

    def read(self, name: str) -> ReadTable:
        """Read one of them under its contract, as a whole."""


@dataclass(frozen=True)
class ContractedTables:
    """The pilot's own tables."""

    settings: PlatformSettings
    purpose: str
    keep: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The tables that there are."""
        return tuple(self.settings.contracted_tables)

    def read(self, name: str) -> ReadTable:
        """Read one of them under its contract, as a whole; `keep` puts bad rows into quarantine."""
        import duckdb

        access = Access(self.settings.role, self.purpose, uuid4().hex[:12], self.settings.var / "reads.jsonl")
        with landed_tables(self.settings, [name], access, keep=self.keep) as tables:
            (landed,) = tables.landed
            with duckdb.connect(str(tables.database), read_only=True) as connection:
                return ReadTable(connection.table(name).df(), landed.rows_read)


def own_functions(settings: PlatformSettings, purpose: str, *, keep: bool) -> BoundFunctions:
    """Give the functions of the team; none where it has no `measures.py`."""
    if find_spec(MODULE) is None:
        return {}
    functions = cast("MeasureFunctions[Tables]", import_module(MODULE).FUNCTIONS)
    return functions.bind(ContractedTables(settings, purpose, keep))
