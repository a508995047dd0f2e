"""The pilot's tables under contract, ready for queries: read under the contract's rules, kept apart from all else.

A query sees valid rows of contracted tables and nothing besides: they lie in a database of their own that lives as long
as the question is asked.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import PilotError
from .contract_rules import Contract
from .contract_watch import watch
from .contracts import Access, Finding, need_columns, permit, stop_when_broken, write_journal
from .integrations import connect_database
from .odcs import read_contract
from .progress import tell
from .sections import QuerySettings, TableSettings
from .settings import PlatformSettings
from .table_files import RAW, stage
from .table_relations import stage_relation
from .table_rules import Judge
from .written import quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATABASE: Final = "tables.duckdb"
SPILL: Final = "spill"


@dataclass(frozen=True)
class Landed:
    """What came of reading one table: how many rows there were, how many keep the contract, what was found."""

    name: str
    contract: Contract
    rows_read: int
    rows_valid: int
    findings: tuple[Finding, ...]
    set_aside: Path | None = None


@dataclass(frozen=True)
class Tables:
    """A folder that holds a database with the valid rows of some contracted tables."""

    folder: Path
    landed: tuple[Landed, ...]

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.folder / DATABASE


def known_contract(settings: PlatformSettings, name: str) -> Contract:
    """Read the contract of a table that the settings name."""
    if name not in settings.contracted_tables:
        there = ", ".join(settings.contracted_tables) or "none"
        raise PilotError(f"There is no table {name} under contract: there is {there}. Name it in [tables.{name}].")
    contract = read_contract(settings.root / settings.contracted_tables[name].contract)
    folded = [column.name.lower() for column in contract.columns]
    twice = sorted({each for each in folded if folded.count(each) > 1})
    if twice:
        raise PilotError(
            f"{contract.path} names columns that differ by case alone: {', '.join(twice)}. SQL cannot tell them apart: "
            "rename one of them at the source."
        )
    return contract


@contextmanager
def landed_tables(settings: PlatformSettings, names: Sequence[str], access: Access, *, keep: bool) -> Iterator[Tables]:
    """Read tables under their contracts for as long as they are asked; `keep` puts bad rows into quarantine.

    Raises PilotError where a role may not read, a table cannot be read, or its contract is broken.
    """
    contracts = {name: known_contract(settings, name) for name in names}
    for contract in contracts.values():
        permit(contract, access)
    folder = Path(tempfile.mkdtemp(prefix="pilot-tables-"))
    try:
        connection = open_bench(folder, settings.query)
        try:
            landed = [_land(connection, settings, name, contracts[name], access, keep=keep) for name in contracts]
        finally:
            connection.close()
        yield Tables(folder, tuple(landed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_bench(folder: Path, limits: QuerySettings) -> "DuckDBPyConnection":
    """Open the database that tables are read into: bounded, and without anything that is not in DuckDB itself."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": f"{limits.memory_megabytes}MB",
        "temp_directory": str(folder / SPILL),
        "max_temp_directory_size": f"{limits.disk_megabytes}MB",
        "preserve_insertion_order": "true",
        "threads": str(limits.threads or os.cpu_count() or 1),
    }
    connection = duckdb.connect(str(folder / DATABASE), config=config)
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"ATTACH {quote(str(folder / 'bench.duckdb'))} AS bench")
    return connection


def _land(
    connection: "DuckDBPyConnection",
    settings: PlatformSettings,
    name: str,
    contract: Contract,
    access: Access,
    *,
    keep: bool,
) -> Landed:
    import duckdb

    table = settings.contracted_tables[name]
    tell(f"reading {name}")
    try:
        columns = _stage(connection, settings, table, contract)
        rows = _count(connection, RAW)
        write_journal(contract, access, rows=rows)
        need_columns(contract, columns, rows)
        tell(f"checking {rows:,} rows of {name} against their contract")
        judge = Judge(connection, contract, columns, table.decimal)
        judge.judge()
        findings, total, valid = judge.findings()
        watch(contract, judge.newest(), broken=any(each.broken for each in findings))
        aside = _set_aside(connection, judge, contract, settings.var / "quarantine") if keep and findings else None
        stop_when_broken(contract, findings, valid)
        judge.keep_valid(name)
    except duckdb.OutOfMemoryException as error:
        raise PilotError(
            f"Reading {name} needs more than {settings.query.memory_megabytes} MB of memory and "
            f"{settings.query.disk_megabytes} MB of disk: raise them in [query] of config/default.toml."
        ) from error
    return Landed(name, contract, total, valid, findings, aside)


def _stage(
    connection: "DuckDBPyConnection", settings: PlatformSettings, table: TableSettings, contract: Contract
) -> list[str]:
    if table.path is not None:
        return stage(connection, settings.root / table.path, table)
    database = connect_database(settings, f"{__package__.split('.')[0]}.adapters.integrations")
    try:
        return stage_relation(connection, database, str(table.relation), contract)
    finally:
        database.close()


def _count(connection: "DuckDBPyConnection", table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def _set_aside(connection: "DuckDBPyConnection", judge: Judge, contract: Contract, folder: Path) -> Path:
    """Write the rows that were set aside, with their reasons; the file is named after what is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{contract.id}.new"
    connection.execute(f"COPY ({judge.quarantine_sql()}) TO {quote(str(draft))} (FORMAT csv, HEADER true)")
    digest = hashlib.sha256()
    with draft.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return draft.replace(folder / f"{contract.id}-{digest.hexdigest()[:8]}.csv")
