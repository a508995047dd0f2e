"""Guess which column of a strange table plays which part: from its name where that helps, else from its content."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

SEPARATORS = (",", ";", "\t", "|")
MOSTLY = 0.98  # share of values that have to fit before a column counts as dates or numbers
ISO = "ISO 8601"
# Formats as contracts write them, and as Python reads them; the first that fits wins, and what is ambiguous is told.
DATE_FORMATS = {
    "yyyy-MM-dd'T'HH:mm:ss": "%Y-%m-%dT%H:%M:%S",
    "yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%M:%S",
    "yyyy-MM-dd HH:mm": "%Y-%m-%d %H:%M",
    "yyyy-MM-dd": "%Y-%m-%d",
    "yyyyMMdd": "%Y%m%d",
    "dd.MM.yyyy HH:mm:ss": "%d.%m.%Y %H:%M:%S",
    "dd.MM.yyyy HH:mm": "%d.%m.%Y %H:%M",
    "dd.MM.yyyy": "%d.%m.%Y",
    "dd/MM/yyyy HH:mm": "%d/%m/%Y %H:%M",
    "dd/MM/yyyy": "%d/%m/%Y",
    "MM/dd/yyyy HH:mm": "%m/%d/%Y %H:%M",
    "MM/dd/yyyy": "%m/%d/%Y",
}
EARLIEST, LATEST = 1970, 2100
PLAIN = r"[+-]?\d+(\.\d+)?"  # 1234.5, as contracts read numbers
COMMA = r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"  # 1.234,5
GROUPED = r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?"  # 1,234.5
WINDOWS = ((180, 90, 60), (120, 60, 40), (90, 30, 30), (60, 30, 20))
TOLD = "as you said"
SPARE_DAYS = 95  # a few monthly lists to judge


class Part(StrEnum):
    """What the pilot needs a column for."""

    CUSTOMER = "customer"
    DAY = "day"
    ORDER = "order"
    AMOUNT = "amount"
    PRICE = "price"
    QUANTITY = "quantity"


HINTS = {
    Part.CUSTOMER: r"customer|client|account|kunde|member|user|buyer|cust|e-?mail",
    Part.DAY: r"date|datum|day|time|tag\b",
    Part.ORDER: r"order|invoice|receipt|basket|beleg|rechnung|transaction",
    Part.AMOUNT: r"amount|total|value|revenue|sales|betrag|umsatz|sum\b",
    Part.PRICE: r"price|preis|unit_?cost",
    Part.QUANTITY: r"quantity|qty|menge|pieces|units|number_of",
}
NUMBERS = (Part.AMOUNT, Part.PRICE, Part.QUANTITY)


@dataclass(frozen=True, slots=True)
class Form:
    """How a text file writes a table: what separates columns, their names where it has no header, letters, numbers."""

    separator: str = ","
    names: tuple[str, ...] = ()
    encoding: str = "utf-8"
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Profile:
    """What a sample of a column's values looks like."""

    name: str
    date_format: str | None
    decimal: str | None
    fractions: bool
    distinct: float
    addresses: bool

    def hints(self, part: Part) -> bool:
        """Tell whether the name speaks for a part."""
        return re.search(HINTS[part], self.name.lower()) is not None


@dataclass(frozen=True, slots=True)
class Guess:
    """A column for a part, with why, and the other columns that could be meant as well."""

    part: Part
    column: str
    why: str
    others: tuple[str, ...] = ()


def sniff(head: str, encoding: str) -> Form:
    """Find the separator, and names for the columns when the table has none: its first line then holds values."""
    lines = [line for line in head.splitlines() if line.strip()][:50]
    counts = {each: {line.count(each) for line in lines} for each in SEPARATORS}
    steady = [each for each in SEPARATORS if len(counts[each]) == 1 and counts[each] != {0}]
    frequent = [each for each in SEPARATORS if 0 not in counts[each]]
    separator = (steady or frequent or [" "])[0]
    first = lines[0].split() if separator == " " else next(csv.reader([lines[0]], delimiter=separator))
    bare = any(re.fullmatch(r"\s*-?\d+([.,]\d+)?\s*", cell) for cell in first)
    names = tuple(f"column_{place}" for place in range(1, len(first) + 1)) if bare else ()
    return Form(separator, names, encoding)


def profile(name: str, values: Sequence[str]) -> Profile:
    """Look at a sample of a column."""
    given = [value.strip() for value in values if value.strip()]
    decimal = _decimal(given)
    point = re.escape(decimal or ".")
    return Profile(
        name=name,
        date_format=_date_format(given),
        decimal=decimal,
        fractions=decimal is not None and any(re.search(rf"{point}\d*[1-9]\d*$", value) for value in given),
        distinct=len(set(given)) / max(1, len(given)),
        addresses=_mostly([bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", value)) for value in given]),
    )


def _mostly(fitting: Sequence[bool]) -> bool:
    return bool(fitting) and sum(fitting) >= MOSTLY * len(fitting)


def _decimal(values: Sequence[str]) -> str | None:
    """Find the sign before fractions, None where there are no numbers; 1,234 alone is taken for a thousand."""
    for pattern, sign in ((PLAIN, "."), (GROUPED, "."), (COMMA, ",")):
        if _mostly([bool(re.fullmatch(pattern, value)) for value in values]):
            return sign
    return None


def _date_format(values: Sequence[str]) -> str | None:
    for written, read in DATE_FORMATS.items():
        if _mostly([_reads(value, read) for value in values]):
            return written
    return ISO if _mostly([_reads(value, None) for value in values]) else None


def _reads(value: str, pattern: str | None) -> bool:
    try:
        # A day is wanted, not a moment.
        found = datetime.strptime(value, pattern) if pattern else datetime.fromisoformat(value)  # noqa: DTZ007
    except ValueError:
        return False
    return EARLIEST <= found.year < LATEST


def guess_parts(profiles: Sequence[Profile], given: Mapping[Part, str]) -> tuple[list[Guess], list[Part]]:
    """Give each part a column: as told, by name, by content; and name the parts for which none was found."""
    found = {part: Guess(part, column, TOLD) for part, column in given.items()}
    for part in (Part.DAY, Part.AMOUNT, Part.PRICE, Part.QUANTITY, Part.CUSTOMER, Part.ORDER):
        taken = {guess.column for guess in found.values()}
        guess = None if part in found else _guess(part, [each for each in profiles if each.name not in taken])
        if guess:
            found[part] = guess
    unit = {Part.PRICE, Part.QUANTITY}
    for part in {Part.AMOUNT} if unit <= set(found) and Part.AMOUNT not in given else unit:
        if Part.AMOUNT in found or part is Part.AMOUNT:
            found.pop(part, None)
    needed = [Part.CUSTOMER, Part.DAY] + ([] if unit <= set(found) else [Part.AMOUNT])
    return [found[part] for part in Part if part in found], [part for part in needed if part not in found]


def _guess(part: Part, profiles: Sequence[Profile]) -> Guess | None:
    fitting = [each for each in profiles if _could_be(part, each)]
    named = [each for each in fitting if each.hints(part)]
    if not named and (not fitting or part in (Part.ORDER, Part.PRICE, Part.QUANTITY)):
        return None
    best, *others = (each.name for each in named or fitting)
    return Guess(part, best, "by its name" if named else "by its content only", tuple(others))


def _could_be(part: Part, each: Profile) -> bool:
    if part is Part.DAY:
        return each.date_format is not None
    if each.date_format is not None and not each.hints(part):
        return False
    if part is Part.AMOUNT:
        return each.decimal is not None and (each.fractions or each.hints(part))
    if part in (Part.PRICE, Part.QUANTITY):
        return each.decimal is not None
    return not each.fractions and 0 < each.distinct < 1


def choose_windows(first: date, last: date) -> tuple[int, int, int] | None:
    """Choose the longest windows (active, horizon, silent) that leave past lists to learn from and to judge."""
    span = (last - first).days
    return next((each for each in WINDOWS if span >= each[0] + 2 * each[1] + SPARE_DAYS), None)
