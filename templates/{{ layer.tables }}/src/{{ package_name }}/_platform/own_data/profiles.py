"""Looks at every column of a table: what it holds, from a sample; how much is missing or wrong, from all rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from ..written import MISSING, Decimal, number_sql, quote, quote_name, read_number
from .dates import HALF, MOSTLY, DayFormat, Order, could_be_days, find_day_format
from .reading import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Kind = Literal["day", "number", "integer", "text", "empty"]
HEAD_ROWS: Final = 5_000
SAMPLE_ROWS: Final = 15_000
LOOKED_AT: Final = 2_000  # distinct values of a column that its kind is told from
TRUTHS: Final = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "1.0", "ja", "j", "oui", "si", "sí", "sim", "tak", "wahr"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0", "0.0", "nein", "non", "não", "nie", "falsch"), False),
}
LARGEST_CLASS: Final = 20
WRONG_AT_MOST: Final = 0.05  # of the values of a column; with more it has to be mended before it is read
KEY_LIKE: Final = 0.4  # share of distinct values from which a column may be a key, so that they are counted exactly


@dataclass(frozen=True)
class Profile:
    """What a column holds. Shares are of all rows; `wrong` are values that are no day or number where most are."""

    name: str
    kind: Kind
    rows: int
    format: DayFormat | None = None
    decimal: Decimal = "."
    grouped: bool = False
    tokens: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    missing: float = 0.0
    wrong: float = 0.0
    distinct: int = 0
    frequent: tuple[tuple[str, int], ...] = ()
    fractions: bool = False
    not_positive: float = 0.0
    least: float | datetime | None = None
    most: float | datetime | None = None
    low: float | None = None
    high: float | None = None
    beyond: int = 0
    future: float = 0.0
    examples: tuple[tuple[int, str], ...] = ()
    nearly: Kind | None = None
    could_be: DayFormat | None = None  # days that are written as numbers, where no name calls them days

    @property
    def distinct_share(self) -> float:
        """Distinct values for each one that is given."""
        given = self.rows * (1 - self.missing)
        return self.distinct / given if given else 0.0

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in ("number", "integer")

    @property
    def is_yes_no(self) -> bool:
        """Whether it has two values."""
        return self.distinct == 2 and self.kind != "day"  # noqa: PLR2004 - yes and no

    @property
    def is_class(self) -> bool:
        """Whether it has a few values that are no quantity."""
        return self.kind == "text" and 2 < self.distinct <= LARGEST_CLASS  # noqa: PLR2004

    @property
    def readable(self) -> bool:
        """Whether it is what it looks like for nearly all rows, so that the rest can be set aside."""
        return self.nearly is None

    def sql(self) -> str:
        """Return the SQL that reads its values as what they are."""
        text = self._given()
        if self.kind == "day" and self.format:
            return self.format.sql(text)
        return number_sql(text, self.decimal) if self.numeric else text

    def _given(self) -> str:
        column = quote_name(self.name)
        listed = ", ".join(quote(token) for token in ("", *(token.lower() for token in self.tokens)))
        return f"CASE WHEN lower(trim({column})) NOT IN ({listed}) THEN {column} END"

    def hints(self, pattern: str) -> bool:
        """Tell whether its name, in words, fits a pattern."""
        return re.search(pattern, spaced(self.name)) is not None


def spaced(name: str) -> str:
    """Write a name as words: `orderDate`, `order_date` and `Order-Date` are the same."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", words).strip().lower()


def profile_table(
    connection: "DuckDBPyConnection", table: Table, told: Mapping[str, str], order: Order | None = None
) -> dict[str, Profile]:
    """Profile all columns; `told` maps columns that a person named to the kind that their part needs."""
    sample = _sample(connection, table)
    looked = [_look(name, sample[name], table.rows, told.get(name), order) for name in table.columns]
    numbered = _agree(looked)
    return {each.name: each for each in _measure(connection, table, numbered)}


def as_days(connection: "DuckDBPyConnection", table: Table, each: Profile) -> Profile:
    """Read numbers as the days that they could be."""
    return _measure(connection, table, [replace(each, kind="day", format=each.could_be, could_be=None)])[0]


def _sample(connection: "DuckDBPyConnection", table: Table) -> dict[str, list[str]]:
    """Take the first rows, as they stand beside each other, and some from everywhere."""
    source = quote_name(table.name)
    step = max(1, table.rows // SAMPLE_ROWS)
    query = f"SELECT * FROM {source} WHERE rowid < {HEAD_ROWS} OR rowid % {step} = 0"  # noqa: S608
    rows = connection.execute(query).fetchall()
    return {
        name: [str(row[place]).strip() for row in rows if row[place] is not None and str(row[place]).strip()]
        for place, name in enumerate(table.columns)
    }


def _look(name: str, values: Sequence[str], rows: int, told: str | None, order: Order | None) -> Profile:
    distinct = list(dict.fromkeys(values))[:LOOKED_AT]
    given = [value for value in distinct if value.lower() not in MISSING]
    tokens = tuple(sorted({value for value in distinct if value.lower() in MISSING}))
    blank = Profile(name, "empty", rows, tokens=tokens)
    if not given:
        return blank
    base = replace(blank, kind="text", samples=tuple(given))
    day = find_day_format(name, given, told=told == "day", order=order)
    if day is not None and told != "number":
        base_day = replace(base, format=day)
        return replace(base_day, kind="day") if day.share >= MOSTLY else replace(base_day, nearly="day")
    return base if told == "text" else _look_for_numbers(replace(base, could_be=could_be_days(given)), given)


def _look_for_numbers(base: Profile, given: Sequence[str]) -> Profile:
    """Take the sign before fractions by which more values are numbers; the point where both fit."""
    read = {decimal: [read_number(value, decimal) for value in given] for decimal in _DECIMALS}
    plain = [_is_plain(value) for value in given]
    shares = {
        decimal: sum(number is not None or (decimal == "." and plain[place]) for place, number in enumerate(numbers))
        / len(given)
        for decimal, numbers in read.items()
    }
    decimal: Decimal = "," if shares[","] > shares["."] else "."
    if shares[decimal] < HALF:
        return replace(base, tokens=())
    grouped = any(re.search(r"[.,'\u2019]\d{3}\b", value) for value in given)
    numbered = replace(base, decimal=decimal, grouped=grouped)
    return replace(numbered, kind="number") if shares[decimal] >= MOSTLY else replace(numbered, nearly="number")


_DECIMALS: Final[tuple[Decimal, ...]] = (".", ",")


def _is_plain(value: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value) is not None


def _agree(profiles: Sequence[Profile]) -> list[Profile]:
    """Read whole thousands such as 1.234 like the other numbers of the table: a table has one sign for fractions."""
    comma = any(each.decimal == "," for each in profiles)
    whole = r"[+-]?\d{1,3}([.]\d{3})+"
    return [
        replace(each, decimal=",")
        if comma and each.kind == "number" and all(re.fullmatch(whole + r"|[+-]?\d+", v) for v in each.samples)
        else each
        for each in profiles
    ]


def _measure(connection: "DuckDBPyConnection", table: Table, profiles: Sequence[Profile]) -> list[Profile]:
    """Count over all rows, in one pass: each value is read once, and asked about often."""
    asked = [aggregates(each, place) for place, each in enumerate(profiles)]
    read = [f"{each._given()} AS t{place}, {each.sql()} AS v{place}" for place, each in enumerate(profiles)]  # noqa: SLF001
    inner = f"(SELECT {', '.join(read)} FROM {quote_name(table.name)})"  # noqa: S608
    query = f"SELECT {', '.join(part for parts in asked for part in parts)} FROM {inner}"  # noqa: S608
    row = list(connection.execute(query).fetchall()[0])
    done = []
    for each, parts in zip(profiles, asked, strict=True):
        values, row = row[: len(parts)], row[len(parts) :]
        done.append(_details(connection, table, _counted(each, values)))
    return done


def aggregates(each: Profile, place: int) -> list[str]:
    """Return what is asked about a column in the one pass."""
    text, value = f"t{place}", f"v{place}"
    parts = [f"count({text})", f"approx_count_distinct({text})", f"count({value})"]
    if each.numeric:
        parts += [f"min({value})", f"max({value})", f"count_if({value} <= 0)", f"count_if({value} <> floor({value}))"]
        parts += [f"approx_quantile({value}, 0.01)", f"approx_quantile({value}, 0.99)"]
    elif each.kind == "day":
        seconds = f"epoch({value})"
        parts += [f"min({value})", f"max({value})", f"count_if({value} > now() AT TIME ZONE 'UTC')", "0"]
        parts += [f"approx_quantile({seconds}, 0.01)", f"approx_quantile({seconds}, 0.99)"]
    return parts


def _counted(each: Profile, values: Sequence[object]) -> Profile:
    given, distinct, read = (int(str(value)) for value in values[:3])
    found = replace(
        each,
        missing=1 - given / each.rows,
        distinct=distinct,
        wrong=(given - read) / each.rows,
    )
    if each.kind in ("day", "number") and given - read > WRONG_AT_MOST * given:
        return replace(found, kind="text", nearly=each.kind)
    if len(values) == 3 or not read:  # noqa: PLR2004 - text
        return found if read else replace(found, kind="empty" if not given else "text")
    least, most, low_count, fractions, low, high = values[3:]
    if each.kind == "day":
        days = {"least": least, "most": most} if isinstance(least, datetime) and isinstance(most, datetime) else {}
        future = _int(low_count) / each.rows
        return replace(
            found, least=days.get("least"), most=days.get("most"), future=future, low=_float(low), high=_float(high)
        )
    kind: Kind = "number" if _int(fractions) else "integer"
    return replace(
        found,
        kind=kind,
        fractions=bool(_int(fractions)),
        least=_float(least),
        most=_float(most),
        not_positive=_int(low_count) / each.rows,
        low=_float(low),
        high=_float(high),
    )


def _int(value: object) -> int:
    return int(str(value or 0))


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))


def _details(connection: "DuckDBPyConnection", table: Table, each: Profile) -> Profile:
    """Count exactly where it decides: few values, keys, and which rows cannot be read."""
    found = each
    text, source = each._given(), quote_name(table.name)  # noqa: SLF001 - one module
    if each.distinct <= 10 * LARGEST_CLASS:
        query = f"SELECT trim({text}), count(*) FROM {source} WHERE {text} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608
        frequent = connection.execute(query).fetchall()
        found = replace(found, distinct=len(frequent), frequent=tuple((str(v), int(n)) for v, n in frequent))
    elif each.kind in ("text", "integer") and each.distinct > KEY_LIKE * each.rows:
        (distinct,) = connection.execute(f"SELECT count(DISTINCT {text}) FROM {source}").fetchall()[0]  # noqa: S608
        found = replace(found, distinct=int(distinct))
    if each.wrong or each.nearly:
        wanted = replace(each, kind=each.nearly or each.kind)
        query = (
            f"SELECT rowid, {text} FROM {source} WHERE {text} IS NOT NULL AND {wanted.sql()} IS NULL ORDER BY 1 LIMIT 3"  # noqa: S608
        )
        rows = connection.execute(query).fetchall()
        found = replace(found, examples=tuple((table.row(int(place)), str(value)) for place, value in rows))
    return found
