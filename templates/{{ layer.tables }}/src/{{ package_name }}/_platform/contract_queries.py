"""The quality rules of a contract that are SQL: one grammar writes them, and reads them back as rules on rows.

The standard's library of metrics has none for values that cannot be read, that lie outside a bound, or for rows that
repeat, where a share of them is tolerated; as a query, other tools judge the same. A query that says anything else
cannot set rows aside, so it is none of this grammar, and its contract is refused.
"""

import re
from collections.abc import Sequence
from typing import Final

from .contract_rules import READING, Check, Column
from .written import DAYS_OF_EXCEL, PER_SECOND, SECONDS_A_DAY, Counted, number_sql, quote, quote_name

ITSELF: Final = "{property}"
PLAIN: Final = f"try_cast({ITSELF} AS DOUBLE)"
COMMA: Final = f"try_cast(replace(replace({ITSELF}, '.', ''), ',', '.') AS DOUBLE)"
SHARE: Final = "SELECT 100.0 * {counted} / greatest(count(*), 1) FROM {{object}}"
COUNT: Final = "SELECT {counted} FROM {{object}}"
BAD: Final = "count(*) FILTER (WHERE {condition})"
REPEATED: Final = "(count(*) - count(DISTINCT ROW({columns})))"
AHEAD: Final = "current_date + 2"  # it is tomorrow already somewhere
OPERATORS: Final[dict[Check, str]] = {"minimum": "<", "maximum": ">", "above": "<=", "below": ">="}
NAME: Final = r'"(?:[^"]|"")+"|[A-Za-z_]\w*'


def values_of(column: Column) -> tuple[str, ...]:
    """Return the SQL that may read a column's values as what they are: the plainest first."""
    if column.written is not None:
        return (_counted(column.written),)
    if column.source != "string" or column.logical == "string":
        return (ITSELF,)
    if column.logical in ("integer", "number"):
        return (PLAIN, COMMA, number_sql(ITSELF), number_sql(ITSELF, ","))
    if column.logical == "boolean":
        words = f"lower(trim({ITSELF}))"
        return (f"CASE WHEN {words} IN ('true', '1', 'yes', 'false', '0', 'no') THEN {words} END",)
    return (_day(column.format),)


def unreadable(column: Column, value: str) -> str:
    """Return the condition of values that are there and cannot be read."""
    words = ", ".join(map(quote, ["", *sorted(column.missing)]))
    told = f"lower(trim({ITSELF})) NOT IN ({words})" if column.missing else f"trim({ITSELF}) <> ''"
    given = told if column.source == "string" else f"{ITSELF} IS NOT NULL"
    wrong = f"({value} IS NULL OR {value} % 1 <> 0)" if column.logical == "integer" else f"{value} IS NULL"
    return f"{given} AND {wrong}"


def outside(check: Check, value: str, bound: object) -> str:
    """Return the condition of values outside a bound: a number, a day, or two days after the one of reading."""
    literal = AHEAD if bound == READING else f"TIMESTAMP '{bound}'" if isinstance(bound, str) else f"{bound}"
    return f"{value} {OPERATORS[check]} {literal}"


def share_of(condition: str) -> str:
    """Return the query of how many percent of the rows meet a condition."""
    return SHARE.format(counted=BAD.format(condition=condition))


def share_repeated(columns: Sequence[str]) -> str:
    """Return the query of how many percent of the rows repeat an earlier one."""
    return SHARE.format(counted=REPEATED.format(columns=", ".join(map(quote_name, columns))))


def read_query(query: str, column: Column) -> tuple[Check, object] | None:
    """Return what a query on a column asks of each row, and its bound; None where it is none of this grammar."""
    found = _inner(query, r"count\(\*\) FILTER \(WHERE (?P<inner>.+)\)")
    if found is None:
        return None
    for value in values_of(column):
        if found == unreadable(column, value):
            return "type", None
        for check, sign in OPERATORS.items():
            if found.startswith(f"{value} {sign} "):
                bound = _bound(found.removeprefix(f"{value} {sign} "), column)
                return None if bound is None else (check, bound)
    return None


def read_repeated(query: str) -> tuple[str, ...] | None:
    """Return the columns by which a query on a table looks for repeated rows; None where it does not."""
    found = _inner(query, r"\(count\(\*\) - count\(DISTINCT ROW\((?P<inner>.+)\)\)\)")
    if found is None or not re.fullmatch(rf"(?:{NAME})(?:, (?:{NAME}))*", found):
        return None
    return tuple(name[1:-1].replace('""', '"') if name[0] == '"' else name for name in re.findall(NAME, found))


def counts_percent(query: str) -> bool:
    """Tell whether a query gives percent, and not rows."""
    return _on_one_line(query).startswith("SELECT 100.0 * ")


def _on_one_line(query: str) -> str:
    """Put a query on one line; a narrow or no-break blank is a sign in its text, and stays."""
    return re.sub(r"[ \t\r\n]+", " ", query).strip()


def _inner(query: str, counted: str) -> str | None:
    for frame in (SHARE, COUNT):
        before, after = frame.format(counted="\0").split("\0")
        found = re.fullmatch(re.escape(before) + counted + re.escape(after), _on_one_line(query))
        if found is not None:
            return found["inner"]
    return None


def _bound(text: str, column: Column) -> object | None:
    if column.logical in ("integer", "number"):
        number = re.fullmatch(r"[+-]?[0-9]+([.][0-9]+)?(e[+-]?[0-9]+)?", text)
        return None if number is None else float(text) if number[1] or number[2] else int(text)
    if column.logical not in ("date", "timestamp"):
        return None
    day = re.fullmatch(r"(?:DATE|TIMESTAMP) '([0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+)?)'", text)
    return READING if text == AHEAD else day[1] if day is not None else None


def _day(letters: str | None) -> str:
    """Read a written day; a tool that guesses types may have turned it into ISO 8601 before."""
    iso = f"try_cast({ITSELF} AS TIMESTAMP)"
    return iso if letters is None else f"coalesce(try_strptime({ITSELF}, {quote(letters)}), {iso})"


def _counted(written: Counted) -> str:
    number = f"try_cast({ITSELF} AS DOUBLE)"
    if written == "excel_serial":
        return f"TIMESTAMP '{DAYS_OF_EXCEL}' + to_seconds(round({number} * {SECONDS_A_DAY}))"
    return f"TIMESTAMP '1970-01-01' + to_seconds(round({number} / {PER_SECOND[written]}))"
