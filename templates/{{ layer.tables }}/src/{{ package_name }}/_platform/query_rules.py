"""What a query may be: one SELECT on the tables that it is allowed to see, by the word of DuckDB's own parser.

The database that it runs in is locked besides; this names what is wrong, with its line, before anything is read.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from . import PilotError

PARAMETERS: Final = ("since", "until", "today")
# Where rows may come from: a table, another query, or values that are written down.
SOURCES: Final = ("BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "EMPTY_FROM", "CTE")
BARE: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
GENERATORS: Final = ("range", "generate_series", "unnest")
# Functions that tell of the machine or the database, or that run a text as a query.
FORBIDDEN: Final = (
    "current_setting", "getenv", "getvariable", "query", "query_table", "nextval", "currval", "current_database",
    "current_schemas", "pg_conf_load_time", "set_config", "read_text", "read_blob", "glob", "write_log",
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """A query that may run: its text, the tables that it names, and its parameters."""

    text: str
    tables: tuple[str, ...]
    parameters: frozenset[str]


def parse_query(place: str, text: str, allowed: Collection[str]) -> Query:
    """Check a query before anything is read; `place` names it. Every problem is reported at once, with its line."""
    import duckdb

    with duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    ) as parser:
        try:
            statements = parser.extract_statements(text)
        except duckdb.Error as error:
            raise PilotError(f"{place} cannot be read as SQL: {told(error)}") from error
        if len(statements) != 1 or statements[0].type.name != "SELECT":
            kinds = ", ".join(each.type.name for each in statements) or "nothing"
            raise PilotError(f"{place} has to be one SELECT, and is {kinds}: take out the rest.")
        query, parameters = statements[0].query, frozenset(statements[0].named_parameters)
        found = parser.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    tree = json.loads(found[0]) if found else {"error": True}
    if tree.get("error"):
        raise PilotError(f"{place} has to be one SELECT that only reads: {tree.get('error_message', 'rewrite it')}.")
    look = _Look(query, {name.lower() for name in allowed})
    look.walk(tree)
    look.problems += [
        f"${name} is no parameter: there are $since, $until and $today" for name in sorted(parameters - {*PARAMETERS})
    ]
    if look.problems:
        raise PilotError(f"{place} asks for what a query may not see: {'; '.join(dict.fromkeys(look.problems))}.")
    return Query(query.rstrip().rstrip(";"), tuple(dict.fromkeys(look.tables)), parameters)


def named_tables(text: str, known: Collection[str]) -> tuple[str, ...] | None:
    """Return which of the known tables a query names; None where DuckDB's parser cannot read it."""
    import duckdb

    with duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    ) as parser:
        found = parser.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    tree = json.loads(found[0]) if found else {"error": True}
    if tree.get("error"):
        return None
    look = _Look(text, {name.lower() for name in known})
    look.walk(tree)
    return tuple(dict.fromkeys(look.tables))


def told(error: Exception, before: int = 0) -> str:
    """Say what DuckDB found wrong, in one line, with the line of the query; `before` lines were put in front of it."""
    lines = str(error).strip().splitlines()
    said = lines[0].partition(": ")[2] or lines[0]
    hint = next((line for line in lines[1:] if line.startswith(("Candidate bindings", "Did you mean"))), "")
    marked = next((place for place, line in enumerate(lines) if line.startswith("LINE ")), None)
    if marked is None:
        return f"{said.rstrip('.!')}. {hint}".strip()
    number, _, text = lines[marked].removeprefix("LINE ").partition(": ")
    if int(number) <= before:
        return f"{said.rstrip('.!')}. {hint}".strip()
    return f"line {int(number) - before}: {said.rstrip('.!')}, at `{text.strip()}`. {hint}".strip()


class _Look:
    """Walks through a parsed query and remembers which tables it names, and what it may not."""

    def __init__(self, text: str, allowed: Collection[str]) -> None:
        self._text = text
        self._allowed = allowed
        self.tables: list[str] = []
        self.problems: list[str] = []

    def walk(self, node: object, inner: frozenset[str] = frozenset()) -> None:
        """Look at a node and all below it; `inner` are the names that the query gives to parts of itself."""
        if isinstance(node, list):
            for each in node:
                self.walk(each, inner)
        if not isinstance(node, dict):
            return
        within = inner | frozenset(_named_parts(node))
        self._look(node, within)
        for each in node.values():
            self.walk(each, within)

    def _look(self, node: dict[str, object], inner: frozenset[str]) -> None:
        kind = str(node.get("type", ""))
        if kind == "BASE_TABLE":
            self._table(node, inner)
        elif kind == "TABLE_FUNCTION":
            name = _function(node.get("function"))
            if name not in GENERATORS:
                self.problems.append(f"{self._line(node)}: {name}(…) as a table")
        elif "query_location" in node and ("sample" in node or kind == "SHOW_REF") and kind not in SOURCES:
            self.problems.append(f"{self._line(node)}: {kind.lower().replace('_', ' ')}")
        if node.get("class") in ("FUNCTION", "WINDOW") and _function(node) in FORBIDDEN:
            self.problems.append(f"{self._line(node)}: {_function(node)}(…)")

    def _table(self, node: dict[str, object], inner: frozenset[str]) -> None:
        name = str(node.get("table_name") or "").lower()
        qualified = node.get("schema_name") or node.get("catalog_name")
        if not qualified and name in inner:
            return
        if qualified or name not in self._allowed:
            there = ", ".join(sorted(self._allowed)) or "none"
            shown = f"{qualified}.{node.get('table_name')}" if qualified else node.get("table_name")
            self.problems.append(f"{self._line(node)}: the table {shown}, under contract is {there}")
        else:
            self.tables.append(name)

    def _line(self, node: dict[str, object]) -> str:
        place, text = node.get("query_location"), self._text.encode()
        if not isinstance(place, int) or place > len(text):
            return "somewhere"
        before = text[:place].count(b"\n")
        return f"line {before + 1}"


def _named_parts(node: dict[str, object]) -> Iterator[str]:
    """Give the names of a query's own WITH parts."""
    listed = node.get("cte_map")
    for entry in (listed.get("map") or []) if isinstance(listed, dict) else []:
        yield str(entry.get("key", "")).lower()
    if node.get("type") in ("CTE_NODE", "RECURSIVE_CTE_NODE"):
        yield str(node.get("cte_name") or node.get("ctename") or "").lower()


def _function(node: object) -> str:
    if not isinstance(node, dict):
        return "?"
    qualified = node.get("qualified_name")
    path = qualified.get("path") if isinstance(qualified, dict) else None
    return str(node.get("function_name") or (path[-1] if path else "?")).lower()
