"""Reads amounts and days as the world writes them, where the meaning is plain: for frames, and as SQL for DuckDB."""

import re
from typing import Final, Literal

import pandas as pd

Decimal = Literal[".", ","]
Counted = Literal["excel_serial", "epoch_seconds", "epoch_milliseconds", "epoch_microseconds"]
COUNTED: Final[tuple[Counted, ...]] = ("excel_serial", "epoch_seconds", "epoch_milliseconds", "epoch_microseconds")

# Signs and codes of currencies, ISO 4217 and as people write them; a percent sign is a unit as well.
UNIT: Final = r"(?:[€$£¥₹₺₽%]|EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|CAD|AUD|NZD|Fr\.?|kr\.?|zł|Kč)"
GAP: Final = "[ \u00a0\u202f\u2009]"  # plain, no-break, narrow no-break, thin
MINUS: Final = "[-\u2212]"
MISSING: Final = frozenset(
    ("n/a", "na", "n.a.", "#n/a", "nan", "null", "(null)", "none", "nil", "-", "--", "?", "k.a.", "\\n", "<na>")
)
# Formats of dates as the standard for contracts asks: letters of the JDK's DateTimeFormatter, longer ones first.
DATE_LETTERS: Final = {
    "yyyy": "%Y",
    "yy": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%m",
    "dd": "%d",
    "d": "%d",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "h": "%I",
    "mm": "%M",
    "ss": "%S",
    "a": "%p",
}
DAYS_OF_EXCEL: Final = "1899-12-30"  # day 0 of serial numbers after February 1900 (ECMA-376, 18.17.4.1)
PER_SECOND: Final[dict[str, int]] = {"epoch_seconds": 1, "epoch_milliseconds": 10**3, "epoch_microseconds": 10**6}
SECONDS_A_DAY: Final = 86400


def pattern(decimal: Decimal) -> str:
    """Return what a number looks like in full: sign or brackets, unit, groups of three, fractions; RE2 reads it too."""
    grouping = f"(?:{',' if decimal == '.' else '[.]'}|['\u2019]|{GAP})"
    fraction = rf"(?:{re.escape(decimal)}[0-9]+)?"
    digits = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{grouping}[0-9]{{3}})+){fraction}|{re.escape(decimal)}[0-9]+"
    around = rf"(?:{GAP}*{UNIT}{GAP}*)?"
    signed = rf"(?:[+]|{MINUS})?{GAP}*{around}(?:[+]|{MINUS})?(?:{digits}){around}{MINUS}?"
    return rf"{signed}|\({around}(?:{digits}){around}\)"


def read_number(text: str, decimal: Decimal) -> float | None:
    """Read one number; None where it is none, or where its meaning is not plain."""
    trimmed = text.strip()
    if re.fullmatch(pattern(decimal), trimmed) is None:
        return None
    negative = trimmed.startswith("(") or re.search(MINUS, trimmed) is not None
    digits = re.sub(rf"[^0-9{decimal}]", "", re.sub(UNIT, "", trimmed)).replace(decimal, ".")
    return -float(digits) if negative else float(digits)


def read_numbers(values: "pd.Series[str]", decimal: Decimal = ".") -> "pd.Series[float]":
    """Read a column of numbers; what is none becomes missing."""
    plain = pd.to_numeric(values, errors="coerce").astype("float64")
    plain = plain.mask(plain.abs() == float("inf"))
    places = values.notna() if decimal == "," else plain.isna() & values.notna()
    texts = values[places].astype(str)
    told = {text: read_number(text, decimal) for text in texts.unique()}
    return plain.where(~places, texts.map(told).astype("float64").reindex(values.index).fillna(plain))


def number_sql(text: str, decimal: Decimal = ".") -> str:
    """Return the same reading as an SQL expression over a column of text."""
    trimmed = f"trim({text})"
    digits = f"regexp_replace(regexp_replace({trimmed}, {quote(UNIT)}, '', 'g'), '[^0-9{decimal}]', '', 'g')"
    size = f"try_cast(replace({digits}, '{decimal}', '.') AS DOUBLE)"
    sign = f"CASE WHEN regexp_matches({trimmed}, {quote(rf'^[(]|{MINUS}')}) THEN -1 ELSE 1 END"
    written = f"CASE WHEN regexp_full_match({trimmed}, {quote(pattern(decimal))}) THEN {sign} * {size} END"
    plain = f"CASE WHEN isfinite(try_cast({trimmed} AS DOUBLE)) THEN try_cast({trimmed} AS DOUBLE) END"
    return f"coalesce({written}, {plain})" if decimal == "," else f"coalesce({plain}, {written})"


def python_format(letters: str) -> str | None:
    """Translate a date's format into that of `strptime`; None where it has letters that are not known."""
    known = "|".join(DATE_LETTERS)
    if re.search(r"[A-Za-z]", re.sub(known, "", letters.replace("'T'", ""))):
        return None
    return re.sub(known, lambda found: DATE_LETTERS[found.group()], letters.replace("%", "%%")).replace("'T'", "T")


def read_counted(values: "pd.Series[str]", written: Counted) -> "pd.Series[pd.Timestamp]":
    """Read days that are counted: serial numbers of a spreadsheet, or seconds since 1970 in UTC."""
    counted = pd.to_numeric(values, errors="coerce").astype("float64")
    seconds = counted * SECONDS_A_DAY if written == "excel_serial" else counted / PER_SECOND[written]
    possible = seconds.where(seconds.abs() < 10**11)  # within some three thousand years
    origin = pd.Timestamp(DAYS_OF_EXCEL if written == "excel_serial" else "1970-01-01")
    return origin + pd.to_timedelta(possible.round(), unit="s").astype("timedelta64[s]")


def moment_sql(text: str, *, python_format: str | None = None, written: Counted | None = None) -> str:
    """Return the SQL that reads days from a column of text; without a format they are ISO 8601, in UTC."""
    trimmed = f"trim({text})"
    if written == "excel_serial":
        seconds = f"try_cast({trimmed} AS DOUBLE) * {SECONDS_A_DAY}"
        return f"TIMESTAMP '{DAYS_OF_EXCEL}' + to_seconds(CASE WHEN abs({seconds}) < 1e11 THEN round({seconds}) END)"
    if written is not None:
        seconds = f"try_cast({trimmed} AS DOUBLE) / {PER_SECOND[written]}"
        return f"TIMESTAMP '1970-01-01' + to_seconds(CASE WHEN abs({seconds}) < 1e11 THEN round({seconds}) END)"
    if python_format is not None:
        return f"try_strptime({trimmed}, {quote(python_format)})"
    return f"try_cast({trimmed} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"


def quote(text: str) -> str:
    """Write a text as SQL does."""
    return "'" + text.replace("'", "''") + "'"


def quote_name(name: str) -> str:
    """Write the name of a column as SQL does."""
    return '"' + name.replace('"', '""') + '"'
