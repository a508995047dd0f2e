"""Types of a data contract as SQL: an expression is NULL unless it reads a text exactly as `contracts` does.

What it leaves open is asked of `contracts` itself, once for each distinct text, so the two cannot differ.
"""

import re
from typing import Final

from .contract_rules import Column
from .contracts import TRUTH
from .written import DAYS_OF_EXCEL, PER_SECOND, SECONDS_A_DAY, Decimal, quote

# What `str.strip` takes off; DuckDB's own `trim` takes blanks alone.
WHITE: Final = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)
# Up to 15 digits a number has one nearest double, whoever reads it (IEEE 754: 2^53 > 10^15).
EXACT: Final = 15
NUMBER: Final[dict[Decimal, str]] = {
    ".": "[+-]?[0-9]+([.][0-9]+)?",
    ",": "-?([0-9]+|[1-9][0-9]{0,2}([.][0-9]{3})+)(,[0-9]+)?",
}
YEAR: Final = "(1[7-9]|2[01])[0-9][0-9]"  # years that every library holds
PARTS: Final = {
    "%Y": YEAR,
    "%m": "(0[1-9]|1[0-2])",
    "%d": "(0[1-9]|[12][0-9]|3[01])",
    "%H": "([01][0-9]|2[0-3])",
    "%M": "[0-5][0-9]",
    "%S": "[0-5][0-9]",
}
ISO: Final = (
    f"{YEAR}-{PARTS['%m']}-{PARTS['%d']}"
    f"([T ]{PARTS['%H']}:{PARTS['%M']}:{PARTS['%S']}([.][0-9]{{1,6}})?Z?)?"
)  # ISO 8601, without an offset
SQL: Final = {
    "string": "VARCHAR",
    "integer": "DOUBLE",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "TIMESTAMP",
    "timestamp": "TIMESTAMP",
}


def blank_sql(text: str, missing: frozenset[str]) -> str:
    """Say in SQL that a text gives no value: nothing, white space, or what the contract lists as no value."""
    trimmed = f"trim({text}, {quote(WHITE)})"
    listed = f"lower({trimmed}) IN ({', '.join(map(quote, sorted(missing)))})" if missing else "false"
    # A visible first letter rules out a blank: most values need no trimming.
    white = f"CASE WHEN ascii({text}) BETWEEN 33 AND 126 THEN false ELSE {trimmed} = '' END"
    return f"({text} IS NULL OR {text} = '' OR {white} OR {listed})"


def typed_sql(text: str, column: Column, decimal: Decimal) -> str:
    """Read a text as its type in SQL; NULL where it is blank or where `contracts` has to be asked."""
    if column.logical == "string":
        gone = blank_sql(text, column.missing) if column.missing else f"{text} = ''"
        return f"CASE WHEN {gone} THEN NULL ELSE {text} END"
    if column.logical == "boolean":
        cases = " ".join(f"WHEN {quote(word)} THEN {value}" for word, value in TRUTH.items())
        return _unless_missing(text, column, f"CASE lower({text}) {cases} END")
    if column.logical in ("integer", "number"):
        plain = text if decimal == "." else f"replace(replace({text}, '.', ''), ',', '.')"
        return _unless_missing(text, column, _when(text, NUMBER[decimal], f"CAST({plain} AS DOUBLE)", EXACT))
    return _unless_missing(text, column, _moment(text, column))


def _moment(text: str, column: Column) -> str:
    if column.written is not None:
        seconds = f"CAST({text} AS DOUBLE)"
        counted = f"{seconds} * {SECONDS_A_DAY}" if column.written == "excel_serial" else seconds
        whole = f"round_even({counted} / {PER_SECOND.get(column.written, 1)}, 0)"
        origin = DAYS_OF_EXCEL if column.written == "excel_serial" else "1970-01-01"
        longest = 6 if column.written == "excel_serial" else EXACT
        read = f"CASE WHEN abs({whole}) < 1e10 THEN TIMESTAMP '{origin}' + to_seconds({whole}) END"
        return _when(text, "[0-9]+", read, longest)
    if column.format is None:
        return _when(text, ISO, f"try_cast(replace({text}, 'Z', '') AS TIMESTAMP)")
    directives = re.findall("%.", column.format)
    if not set(directives) <= set(PARTS) or len(set(directives)) < len(directives):
        return "CAST(NULL AS TIMESTAMP)"
    pieces = re.split("(%.)", column.format)
    pattern = "".join(PARTS.get(piece, re.escape(piece)) for piece in pieces)
    return _when(text, pattern, f"try_strptime({text}, {quote(column.format)})")


def _unless_missing(text: str, column: Column, read: str) -> str:
    return f"CASE WHEN {blank_sql(text, column.missing)} THEN NULL ELSE {read} END" if column.missing else read


def _when(text: str, pattern: str, read: str, longest: int | None = None) -> str:
    short = "" if longest is None else f"length({text}) <= {longest} AND "
    return f"CASE WHEN {short}regexp_full_match({text}, {quote(pattern)}) THEN {read} END"
