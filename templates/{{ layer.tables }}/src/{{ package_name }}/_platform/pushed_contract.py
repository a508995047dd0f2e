"""A data contract judged where the table lies, in PostgreSQL: rows are counted there, and valid ones seen, unmoved.

What it cannot judge exactly as `contracts` does is left to the way that reads the rows.
"""

from collections.abc import Mapping
from typing import Final

from .contract_rules import Column, Contract, Rule
from .table_rules import wrong_sql
from .table_types import WHITE
from .written import quote, quote_name

NUMBERS: Final = ("smallint", "integer", "bigint", "numeric", "double precision")
# What PostgreSQL calls a column -> what the contract may call it.
TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("text", "character varying"),
    "integer": NUMBERS[:3],
    "number": NUMBERS,
    "boolean": ("boolean",),
    "date": ("date",),
    "timestamp": ("timestamp without time zone", "timestamp with time zone"),
}
UNJUDGED: Final = ("pattern",)  # regular expressions differ


class PushedContract:
    """One contract, as SQL on the columns of its table."""

    def __init__(self, contract: Contract, relation: str, types: Mapping[str, str]) -> None:
        """Take the table's name, quoted, and what PostgreSQL calls the type of each of its columns."""
        self._contract = contract
        self._relation = relation
        self._types = types
        self._columns = {column.name: column for column in contract.columns}
        self.rules = list({rule.name: rule for rule in contract.rules}.values())

    def is_judged(self) -> bool:
        """Tell whether each type and each rule means the same here as where rows are read."""
        plain = all(
            self._types.get(column.name, "").partition("(")[0] in TYPES[column.logical]
            and not column.format
            and not column.written
            and (column.logical == "string" or not column.missing)
            for column in self._contract.columns
        )
        return plain and all(self._missed(rule) is not None for rule in self.rules)

    def counts(self) -> str:
        """Return the query that counts rows, valid rows, and for each rule the rows that miss it."""
        missed = [f"count(*) FILTER (WHERE {self._told(rule)})" for rule in self.rules]
        listed = ", ".join(["count(*)", f"count(*) FILTER (WHERE {self._valid()})", *missed])
        return f"SELECT {listed} FROM {self._relation}"

    def newest(self) -> str | None:
        """Return the query that gives the newest of the valid rows; None where the contract promises none."""
        promise = self._contract.freshness
        if promise is None:
            return None
        return f"SELECT max({self._value(promise.column)}) FROM {self._relation} WHERE {self._valid()}"

    def repeats(self) -> list[str]:
        """Return queries that give a row where something that is to be unique repeats itself."""
        unique = [rule for rule in self.rules if rule.check == "unique"]
        listed = [", ".join(self._value(name) for name in rule.columns) for rule in unique]
        return [f"SELECT 1 FROM {self._relation} GROUP BY {each} HAVING count(*) > 1 LIMIT 1" for each in listed]

    def valid_rows(self) -> str:
        """Return the query that gives the valid rows, with the contract's columns."""
        listed = [f"{self._value(name)} AS {quote_name(name)}" for name in self._columns]
        return f"SELECT {', '.join(listed)} FROM {self._relation} WHERE {self._valid()}"

    def bad_rows(self) -> str:
        """Return the query that gives the other rows as they are, as text, with the reasons at the end."""
        reasons = [f"CASE WHEN {self._told(rule)} THEN {quote(rule.name)} END" for rule in self.rules]
        listed = [f"CAST({quote_name(name)} AS text)" for name in self._columns]
        said = f"concat_ws('; ', {', '.join(reasons or ['NULL'])})"
        return f"SELECT {', '.join([*listed, said])} FROM {self._relation} WHERE NOT ({self._valid()})"

    def _valid(self) -> str:
        return " AND ".join(f"NOT ({self._told(rule)})" for rule in self.rules) or "true"

    def _told(self, rule: Rule) -> str:
        return f"coalesce({self._missed(rule)}, false)"

    def _missed(self, rule: Rule) -> str | None:
        """Say which rows miss a rule; None where that cannot be said here. Repeated values are counted apart."""
        column = self._columns[rule.columns[0]]
        if rule.check == "unique":
            return "false"
        if rule.check == "required":
            return self._blank(column)
        if rule.check == "type":
            return self._unreadable(column)
        if rule.check in UNJUDGED:
            return None
        found = wrong_sql(rule, column, self._value(column.name))
        return None if found is None else found.replace(" AS DOUBLE)", " AS double precision)")

    def _value(self, name: str) -> str:
        """Give a column as the contract reads it; texts are compared by their letters, as everywhere in a pilot."""
        column, plain = self._columns[name], quote_name(name)
        if column.logical == "string":
            gone = self._blank(column) if column.missing else f"{plain} = ''"
            return f'(CASE WHEN {gone} THEN NULL ELSE {plain} END COLLATE "C")'
        if column.logical == "number":
            return f"CAST({plain} AS double precision)"
        return f"({plain} AT TIME ZONE 'UTC')" if self._types[name].endswith(" with time zone") else plain

    def _blank(self, column: Column) -> str:
        plain = quote_name(column.name)
        if column.logical != "string":
            return f"{plain} IS NULL"
        trimmed = f"btrim({plain}, {quote(WHITE)})"
        words = ", ".join(map(quote, sorted(column.missing)))
        return f"({plain} IS NULL OR {trimmed} = ''{f' OR lower({trimmed}) IN ({words})' if words else ''})"

    def _unreadable(self, column: Column) -> str:
        """Find what has the type and is no value all the same."""
        plain = quote_name(column.name)
        if self._types[column.name].partition("(")[0] in NUMBERS[3:]:
            return f"CAST({plain} AS text) IN ('NaN', 'Infinity', '-Infinity')"
        return f"NOT isfinite({plain})" if column.logical in ("date", "timestamp") else "false"
