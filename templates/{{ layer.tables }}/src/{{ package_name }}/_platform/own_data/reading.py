"""Loads tables as text into an embedded database of its own, whatever they are written in."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copyfileobj, rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from .. import PilotError
from ..contract_rules import Logical
from ..names import identifier
from ..written import quote, quote_name
from .dialect import BLANKS, OPENERS, Dialect, read_dialect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ..settings import PlatformSettings

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MEMORY: Final = "3GB"
IN_MEMORY: Final = 200_000_000  # bytes of text up to which a table is held in memory
PACKED: Final = 8  # times larger than its file is what was compressed
HELD: Final[tuple[tuple[type | tuple[type, ...], Logical], ...]] = (
    (bool, "boolean"),
    (int, "integer"),
    ((float, Decimal), "number"),
    (datetime, "timestamp"),
    (date, "date"),
)
STORED: Final[Mapping[str, Logical]] = {"BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp"}
RELATION: Final = r"[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*){0,2}"


@dataclass(frozen=True)
class Source:
    """The type that a column has where it lies, in the words of contracts, and exactly where that says more."""

    logical: Logical = "string"
    physical: str | None = None


@dataclass(frozen=True)
class Table:
    """A loaded table: its name in the database, its columns, and how its settings describe it."""

    name: str
    columns: tuple[str, ...]
    rows: int
    path: Path | None = None
    dialect: Dialect | None = None
    sheet: str | None = None
    integration: str | None = None
    relation: str | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)  # of columns that are no text where they lie

    def source(self, column: str) -> Source:
        """Return the type that a column has where it lies."""
        return self.sources.get(column, Source())

    @property
    def shown(self) -> str:
        """What people call it."""
        return self.path.name if self.path else f"{self.integration}:{self.relation}"

    def row(self, place: int) -> int:
        """Turn a place, counted from 0, into the number that an editor or a spreadsheet shows."""
        return place + (2 if self.dialect is None or self.dialect.header else 1)


class Loader:
    """Loads tables; everything is gone when it is closed."""

    def __init__(self, folder: Path, *, large: bool) -> None:
        import duckdb

        self._folder = folder
        self.connection: DuckDBPyConnection = duckdb.connect(str(folder / "tables.duckdb") if large else ":memory:")
        self.connection.execute(f"SET memory_limit = '{MEMORY}'")
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_progress_bar = false")  # it would write into what --json prints
        self.connection.execute(f"SET temp_directory = {quote(str(folder))}")

    def load(self, given: str, settings: "PlatformSettings", sheet: str | None) -> Table:
        """Load a file, or `INTEGRATION:TABLE`."""
        path = Path(given)
        integration, _, relation = given.partition(":")
        if not path.is_file() and relation and integration.isidentifier() and len(integration) > 1:
            return self._load_relation(integration, relation, settings)
        if not path.is_file():
            raise PilotError(f"There is no table {given}: give the path of a file, or INTEGRATION:TABLE.")
        if path.suffix.lower() in WORKBOOKS:
            return self._load_workbook(path, sheet)
        if path.suffix.lower() in (".parquet", ".pq"):
            return self._load_parquet(path)
        return self._load_text(path, read_dialect(path))

    def _load_text(self, path: Path, dialect: Dialect) -> Table:
        source = self._plain(path, dialect)
        columns = ", ".join(f"{quote(name)}: 'VARCHAR'" for name in dialect.columns)
        separator = "\t" if dialect.separator == BLANKS else dialect.separator
        options = f"delim = {quote(separator)}, quote = '\"', escape = '\"', header = {str(dialect.header).lower()}"
        query = f"SELECT * FROM read_csv({quote(str(source))}, columns = {{{columns}}}, auto_detect = false, {options})"  # noqa: S608
        return self._keep(path, query, dialect=dialect)

    def _plain(self, path: Path, dialect: Dialect) -> Path:
        """Write the file anew where the database cannot read it as it is: its letters, its packing, its blanks."""
        packed = path.suffix.lower()
        plain = dialect.encoding in ("utf-8", "utf-8-sig") and dialect.separator != BLANKS
        if plain and packed not in (".bz2", ".xz"):
            return path
        target = self._folder / "plain.csv"
        opened = OPENERS.get(packed)
        with opened(path) if opened else path.open("rb") as source:
            if plain:
                with target.open("wb") as raw:
                    copyfileobj(source, raw, 1 << 20)
                return target
            with target.open("w", encoding="utf-8", newline="") as written:
                for line in _decoded(source, dialect.encoding):
                    written.write("\t".join(line.split()) + "\n" if dialect.separator == BLANKS else line)
        return target

    def _load_parquet(self, path: Path) -> Table:
        source = f"read_parquet({quote(str(path))})"
        loaded = self._keep(path, f"SELECT COLUMNS(*)::VARCHAR FROM {source}")  # noqa: S608
        described = self.connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
        return replace(loaded, sources={str(name): _stored(str(kind)) for name, kind, *_ in described})

    def _load_workbook(self, path: Path, wanted: str | None) -> Table:
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            book = CalamineWorkbook.from_path(str(path))
            filled = {name: rows for name in book.sheet_names if (rows := book.get_sheet_by_name(name).to_python())}
        except (CalamineError, OSError) as error:
            raise PilotError(f"{path.name} is no workbook that can be read: save its table as CSV in UTF-8.") from error
        if wanted is not None and wanted not in filled:
            raise PilotError(f"{path.name} has no sheet {wanted} with rows; it has {', '.join(filled)}.")
        if wanted is None and len(filled) != 1:
            named = ", ".join(filled) or "none"
            raise PilotError(f"{path.name} has several sheets with rows, or none: {named}. Say which: --sheet NAME.")
        sheet = wanted or next(iter(filled))
        head, *rows = [row for row in filled[sheet] if any(cell not in ("", None) for cell in row)]
        return self._keep_rows(path.name, [_text(cell) for cell in head], rows, path=path, sheet=sheet)

    def _load_relation(self, integration: str, relation: str, settings: "PlatformSettings") -> Table:
        from ..integrations import connect_database
        from ..manifest import PACKAGE

        if re.fullmatch(RELATION, relation) is None:
            raise PilotError(f"{relation} is no name of a table: give SCHEMA.TABLE, of letters, digits and _.")
        found = settings.integrations.get(integration)
        if found is None or not found.on:
            raise PilotError(f"The integration {integration} is not switched on: set integrations.{integration}.url.")
        database = connect_database(settings, f"{PACKAGE}.adapters.integrations")
        try:
            rows = database.select(f"SELECT * FROM {relation}")  # noqa: S608 - a plain name, as checked above
        finally:
            database.close()
        if not rows:
            raise PilotError(f"{integration}:{relation} has no row: give a table with a row for each case or event.")
        values = [list(row.values()) for row in rows]
        loaded = self._keep_rows(relation, list(rows[0]), values, integration=integration, relation=relation)
        return replace(loaded, sources={name: _held([row[name] for row in rows]) for name in rows[0]})

    def _keep_rows(
        self,
        name: str,
        columns: list[str],
        rows: Iterable[Iterable[object]],
        *,
        path: Path | None = None,
        sheet: str | None = None,
        integration: str | None = None,
        relation: str | None = None,
    ) -> Table:
        names = tuple(column or f"Unnamed: {place}" for place, column in enumerate(columns))
        target = self._folder / "rows.csv"
        with target.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([_text(cell) for cell in row] for row in rows)
        listed = ", ".join(f"{quote(column)}: 'VARCHAR'" for column in names)
        if len(set(names)) < len(names):
            raise PilotError(f"{name} has a column more than once: give each a name of its own.")
        query = (
            f"SELECT * FROM read_csv({quote(str(target))}, columns = {{{listed}}}, auto_detect = false, "  # noqa: S608
            "delim = ',', quote = '\"', escape = '\"', header = false)"
        )
        return self._keep(path or Path(name), query, sheet=sheet, integration=integration, relation=relation)

    def _keep(
        self,
        path: Path,
        query: str,
        *,
        dialect: Dialect | None = None,
        sheet: str | None = None,
        integration: str | None = None,
        relation: str | None = None,
    ) -> Table:
        import duckdb

        name = table_name(relation.rpartition(".")[2] if relation else path.name)
        try:
            self.connection.execute(f"CREATE TABLE {quote_name(name)} AS {query}")
            columns = tuple(row[0] for row in self.connection.execute(f"DESCRIBE {quote_name(name)}").fetchall())
            (rows,) = self.connection.execute(f"SELECT count(*) FROM {quote_name(name)}").fetchall()[0]  # noqa: S608
        except duckdb.Error as error:
            raise PilotError(f"{path.name} cannot be read as a table: {_reason(error)}. Mend it there.") from error
        if not rows:
            raise PilotError(f"{path.name} is empty: it has names of columns and no row.")
        file = None if integration else path
        return Table(name, columns, rows, file, dialect, sheet, integration, relation)


def _stored(kind: str) -> Source:
    """Name a type of DuckDB as contracts do; numbers are told apart, as `number` alone may lose their fractions."""
    plain = kind.partition("(")[0]
    if plain.removeprefix("U") in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"):
        return Source("integer", "BIGINT")
    if plain in ("FLOAT", "DOUBLE", "DECIMAL"):
        return Source("number", kind)
    return Source(STORED.get(plain.partition(" ")[0].partition("_")[0], "string"))


def _held(values: Sequence[object]) -> Source:
    """Tell the type of a database's column from what it gives."""
    first = next((value for value in values if value is not None), "")
    for kinds, logical in HELD:
        if isinstance(first, kinds):
            return Source(logical)
    return Source()


@contextmanager
def loader(folder: Path, tables: Iterable[str]) -> Iterator[Loader]:
    """Open a loader with a folder of its own, which is removed in the end; large tables are kept on disk."""
    import duckdb

    files = [Path(given) for given in tables if Path(given).is_file()]
    sizes = [path.stat().st_size * (PACKED if path.suffix.lower() in OPENERS else 1) for path in files]
    folder.mkdir(parents=True, exist_ok=True)
    place = Path(mkdtemp(prefix="tables-", dir=folder))
    opened = Loader(place, large=sum(sizes) > IN_MEMORY)
    try:
        yield opened
    except duckdb.Error as error:
        raise PilotError(f"The table is too much for this machine: {_reason(error)}. Give a part of it.") from error
    finally:
        opened.connection.close()
        rmtree(place, ignore_errors=True)


def table_name(name: str) -> str:
    """Make a name that settings, SQL and files can all carry."""
    plain = identifier(name.split(".", maxsplit=1)[0], otherwise="")
    return plain if plain and not plain[0].isdigit() else f"table_{plain}".strip("_")


def _decoded(source: Iterable[bytes], encoding: str) -> Iterator[str]:
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    for piece in source:
        *lines, rest = (rest + decoder.decode(piece)).split("\n")
        yield from (f"{line}\n" for line in lines)
    if rest:
        yield rest


def _text(cell: object) -> str:
    """Write a cell as text: a whole number without its point, a day as ISO 8601 does."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _reason(error: Exception) -> str:
    """Shorten what the database says to its first sentences, which name the line."""
    text = " ".join(str(error).split("\n\n", maxsplit=1)[0].split())
    return re.sub(r"^\w+( \w+)? Error: ", "", text.split("Possible ", maxsplit=1)[0].strip()).rstrip(". ")[:300]
