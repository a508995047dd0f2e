"""A data contract as SQL on rows of text: which rows keep it, and which miss which rule.

Held equal to `contracts.enforce` by tests. A rule that SQL would judge otherwise, such as a pattern with look-ahead, is
asked of `contracts` once for each distinct value.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from . import PilotError
from .contract_rules import Column, Contract, Rule
from .contracts import REASONS, Finding, bound_of, find, read_typed, wrong_values
from .table_files import RAW, staged_name
from .table_types import SQL, blank_sql, typed_sql
from .written import Decimal, quote, quote_name, read_numbers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BOUNDS: Final = {"minimum": "<", "maximum": ">", "above": "<=", "below": ">="}
NUMBERS: Final = ("integer", "number")
DAYS: Final = ("date", "timestamp")
# Regular expressions that mean the same to Python and to DuckDB on ASCII text.
ALIKE: Final = re.compile(
    r"\^?(?:[\w ,:;@#%&=~/\"'!<>-]|\\[dw.\\/+*?()\[\]{}|^$-]|\[\^?[\w .,:;@/+-]+\]"
    r"|[()|*+?]|\{\d{1,2}(?:,\d{0,2})?\})*[$]?"
)
UNLIKE: Final = re.compile(r"\(\?|[*+?}]\+")  # groups with an extension, possessive repetition
TYPED: Final = "bench.typed_rows"
FLAGGED: Final = "bench.flagged_rows"
VECTORS: Final = 100  # of 2,048 rows, as DuckDB hands them over


class Judge:
    """Applies one contract to the rows that are staged, and knows what came of it."""

    def __init__(
        self, connection: "DuckDBPyConnection", contract: Contract, columns: Sequence[str], decimal: Decimal
    ) -> None:
        self._connection = connection
        self._contract = contract
        self._columns = columns
        self._decimal = decimal
        self._place = {column.name: number for number, column in enumerate(contract.columns)}
        self._rules = list({rule.name: rule for rule in contract.rules}.values())

    def judge(self) -> None:
        """Make `flagged_rows`: the typed values of each row, and for each rule whether the row misses it."""
        self._read_types()
        missed = [f"coalesce({self._missed(k, rule)}, false) AS m{k}" for k, rule in enumerate(self._rules)]
        self._connection.execute(f"CREATE OR REPLACE VIEW {FLAGGED} AS SELECT {', '.join(['*', *missed])} FROM {TYPED}")

    def findings(self) -> tuple[tuple[Finding, ...], int, int]:
        """Say which rules were missed, how many rows there are, and how many of them are valid."""
        counts = [f"count(*) FILTER (m{k})" for k in range(len(self._rules))]
        listed = ", ".join(["count(*)", f"count(*) FILTER (NOT ({self._any()}))", *counts])
        found = self._connection.execute(f"SELECT {listed} FROM {FLAGGED}").fetchone()
        total, valid, *bad = map(int, found or (0, 0))
        named = {rule.name: number for rule, number in zip(self._rules, bad, strict=True)}
        return find(self._contract, named, total, {}), total, valid

    def newest(self) -> object:
        """Return the newest valid value of the column whose age the contract limits."""
        promise = self._contract.freshness
        if promise is None:
            return None
        place = self._place[promise.column]
        found = self._connection.execute(f"SELECT max(t{place}) FROM {FLAGGED} WHERE NOT ({self._any()})").fetchone()
        return found[0] if found else None

    def keep_valid(self, name: str) -> None:
        """Make the table that queries see: the rows that keep the contract, with its columns and types."""
        kept = f"FROM {FLAGGED} WHERE NOT ({self._any()})"
        listed = [f"{self._exact(column, kept)} AS {quote_name(column.name)}" for column in self._contract.columns]
        self._connection.execute(f"CREATE TABLE {quote_name(name)} AS SELECT {', '.join(listed)} {kept}")

    def quarantine_sql(self) -> str:
        """Return the query of the rows that were set aside, as they came, with their reasons."""
        reasons = ", ".join(f"CASE WHEN m{k} THEN {quote(rule.name)} END" for k, rule in enumerate(self._rules))
        raw = [f"r.{staged_name(number)} AS {quote_name(name)}" for number, name in enumerate(self._columns)]
        listed = ", ".join([*raw, f"concat_ws('; ', {reasons or 'NULL'}) AS {quote_name(REASONS)}"])
        return f"SELECT {listed} FROM {FLAGGED} f JOIN {RAW} r ON r.rowid = f.row WHERE {self._any()} ORDER BY f.row"

    def _any(self) -> str:
        return " OR ".join(f"m{k}" for k in range(len(self._rules))) or "false"

    def _read_types(self) -> None:
        listed, joined = ["r.rowid AS row"], ""
        for number, column in enumerate(self._contract.columns):
            text = f"r.{staged_name(self._columns.index(column.name))}"
            typed = typed_sql(text, column, self._decimal)
            if column.logical != "string" and self._ask_types(number, column, text, typed):
                typed = f"coalesce({typed}, o{number}.value)"
                joined += f" LEFT JOIN bench.odd{number} o{number} ON o{number}.text = {text}"
            listed += [f"{typed} AS t{number}", f"{blank_sql(text, column.missing)} AS b{number}"]
        self._connection.execute(f"CREATE OR REPLACE TABLE {TYPED} AS SELECT {', '.join(listed)} FROM {RAW} r{joined}")

    def _ask_types(self, number: int, column: Column, text: str, typed: str) -> bool:
        """Have the texts that SQL leaves open read by `contracts`; False when it can read none of them either."""
        given = f"NOT {blank_sql(text, column.missing)}"
        open_ = f"SELECT DISTINCT {text} AS text FROM {RAW} r WHERE {given} AND ({typed}) IS NULL"
        self._connection.execute(
            f"CREATE OR REPLACE TABLE bench.odd{number} (text VARCHAR, value {SQL[column.logical]})"
        )
        for piece in self._pieces(open_):
            texts = piece["text"].astype(object)
            read = self._read(texts, column)
            self._insert(f"bench.odd{number}", pd.DataFrame({"text": texts, "value": read})[read.notna()])
        found = self._connection.execute(f"SELECT count(*) FROM bench.odd{number}").fetchone()
        return found is not None and found[0] > 0

    def _read(self, texts: "pd.Series[str]", column: Column) -> pd.Series:
        numbers = column.logical in NUMBERS
        return read_numbers(texts, self._decimal) if numbers else read_typed(texts, column)

    def _missed(self, k: int, rule: Rule) -> str:
        if rule.check == "unique":
            return self._repeated(k, rule)
        number = self._place[rule.columns[0]]
        column = self._contract.columns[number]
        if rule.check == "required":
            return f"b{number}"
        if rule.check == "type":
            broken = f"t{number} % 1 <> 0" if column.logical == "integer" else "false"
            return f"NOT b{number} AND (t{number} IS NULL OR {broken})"
        return wrong_sql(rule, column, f"t{number}") or self._asked(k, rule, column, f"t{number}")

    def _repeated(self, k: int, rule: Rule) -> str:
        """Find rows that repeat an earlier one; those without a value repeat each other."""
        values = ", ".join(f"t{self._place[name]}" for name in rule.columns)
        ranked = f"SELECT row, row_number() OVER (PARTITION BY {values} ORDER BY row) AS place FROM {TYPED}"
        self._connection.execute(
            f"CREATE OR REPLACE TABLE bench.twice{k} AS SELECT row FROM ({ranked}) WHERE place > 1"
        )
        return f"row IN (SELECT row FROM bench.twice{k})"

    def _asked(self, k: int, rule: Rule, column: Column, value: str) -> str:
        """Have the distinct values judged by `contracts`."""
        pattern = _pushed_pattern(rule, column)
        left = f" AND strlen({value}) <> length({value})" if pattern else ""
        self._connection.execute(f"CREATE OR REPLACE TABLE bench.wrong{k} (value {SQL[column.logical]})")
        for piece in self._pieces(f"SELECT DISTINCT {value} AS value FROM {TYPED} WHERE {value} IS NOT NULL{left}"):
            values = _as_read(piece["value"], column)
            bad = wrong_values(rule, values).fillna(value=False).astype(bool)
            self._insert(f"bench.wrong{k}", pd.DataFrame({"value": values[bad].astype(object)}))
        asked = f"{value} IN (SELECT value FROM bench.wrong{k})"
        if not pattern:
            return asked
        told = f"NOT regexp_full_match({value}, {pattern})"
        return f"CASE WHEN strlen({value}) = length({value}) THEN {told} ELSE {asked} END"

    def _exact(self, column: Column, kept: str) -> str:
        """Give whole numbers and days their own type, unless that would change a value."""
        value, wanted = f"t{self._place[column.name]}", {"integer": "BIGINT", "date": "DATE"}.get(column.logical)
        if wanted is None:
            return value
        cast = f"try_cast({value} AS {wanted})"
        lost = f"SELECT count(*) {kept} AND {value} IS DISTINCT FROM CAST({cast} AS {SQL[column.logical]})"
        found = self._connection.execute(lost).fetchone()
        return value if found is None or found[0] else cast

    def _pieces(self, query: str) -> "Iterator[pd.DataFrame]":
        """Return the rows of a query piece by piece, so that no more of them is held."""
        reader = self._connection.cursor()
        reader.execute(query)
        while len(piece := reader.fetch_df_chunk(VECTORS)):
            yield piece
        reader.close()

    def _insert(self, table: str, rows: pd.DataFrame) -> None:
        if not rows.empty:
            self._connection.register("piece", rows)
            self._connection.execute(f"INSERT INTO {table} SELECT * FROM piece")
            self._connection.unregister("piece")


def _as_read(values: pd.Series, column: Column) -> pd.Series:
    """Give values the type that `contracts` gives them."""
    if column.logical == "string":
        return values.astype("string")
    return values.astype("boolean") if column.logical == "boolean" else values


def wrong_sql(rule: Rule, column: Column, value: str) -> str | None:
    """Say in SQL that a value is outside the rule; None where `contracts` has to be asked."""
    text = column.logical == "string"
    if rule.check in BOUNDS and column.logical in DAYS:
        bound = bound_of(rule)
        literal = f"TIMESTAMP '{bound.isoformat(sep=' ')}'"
        return None if bound.tzinfo else f"{value} {BOUNDS[rule.check]} {literal}"
    if rule.check in BOUNDS and column.logical in NUMBERS:
        return f"{value} {BOUNDS[rule.check]} CAST('{float(str(rule.value))!r}' AS DOUBLE)"
    if rule.check in ("shortest", "longest") and not text:
        raise PilotError(f"{rule.name}: SQL cannot judge the length of a {column.logical}; lengths belong to strings.")
    if rule.check in ("shortest", "longest"):
        return f"length({value}) {'<' if rule.check == 'shortest' else '>'} {int(str(rule.value))}"
    if rule.check == "among" and text:
        allowed = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        texts = [each for each in allowed if isinstance(each, str)]
        return f"{value} NOT IN ({', '.join(map(quote, texts))})" if len(texts) == len(allowed) > 0 else None
    return None


def _pushed_pattern(rule: Rule, column: Column) -> str | None:
    """Return the pattern for DuckDB where it means the same there, on ASCII text."""
    pattern = str(rule.value)
    text = rule.check == "pattern" and column.logical == "string"
    alike = text and ALIKE.fullmatch(pattern) and not UNLIKE.search(pattern)
    return quote(pattern) if alike else None
