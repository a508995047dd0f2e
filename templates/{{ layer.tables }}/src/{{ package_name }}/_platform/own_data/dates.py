"""Finds out how a column writes days: a pattern, ISO 8601, or a count since some day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from ..written import Counted, moment_sql, python_format

MOSTLY: Final = 0.98  # share of the values that have to fit before a column counts as days or numbers
HALF: Final = 0.5  # a column of which half are days is one that has to be mended, not a text
FIRST_YEAR: Final = 1800
ISO: Final = "ISO 8601"
NAMED: Final = (
    r"date|datum|\bday|_day|time|zeit|tag\b|epoch|stamp|_at\b|_ts\b|\bts\b|ts_ms|created|updated|jour|fecha|data_|dzien|dato"
    r"|_on\b|\bwhen\b|month|monat"
)
Order = Literal["day-first", "month-first"]
# What contracts write; those in pairs differ in the order of day and month alone.
FORMATS: Final = (
    "yyyy-MM-dd'T'HH:mm:ss",
    "yyyy-MM-dd HH:mm:ss",
    "yyyy-MM-dd HH:mm",
    "yyyy-MM-dd",
    "yyyy/MM/dd HH:mm:ss",
    "yyyy/MM/dd HH:mm",
    "yyyy/MM/dd",
    "yyyy.MM.dd",
    "yyyyMMdd",
    "yyyyMMddHHmmss",
    "yyyy-MM",
    "yyyy/MM",
    "d MMM yyyy",
    "d MMMM yyyy",
    "dd-MMM-yyyy",
    "dd-MMM-yy",
    "MMM d, yyyy",
    "MMMM d, yyyy",
)
PAIRS: Final = tuple(
    (f"{first}{sign}{second}{sign}{year}{hour}", f"{second}{sign}{first}{sign}{year}{hour}")
    for sign in (".", "/", "-")
    for first, second in (("dd", "MM"),)
    for year in ("yyyy", "yy")
    for hour in ("", " HH:mm", " HH:mm:ss", " hh:mm a", " hh:mm:ss a")
)
# Days that are counted, and what such a number lies between: 1990 to 2035 or so.
COUNTS: Final[dict[Counted, tuple[str, float, float]]] = {
    "excel_serial": (r"\d{5}(\.\d+)?", 32_874, 51_000),
    "epoch_seconds": (r"\d{9,10}(\.\d+)?", 631_152_000, 2_051_222_400),
    "epoch_milliseconds": (r"\d{12,13}", 631_152_000_000, 2_051_222_400_000),
    "epoch_microseconds": (r"\d{15,16}", 631_152_000_000_000, 2_051_222_400_000_000),
}
FIRST_BELIEVED: Final = datetime(2000, 1, 1, tzinfo=UTC)  # of numbers that no name calls days
FEWEST: Final = 10  # different numbers below which they are days by chance
ROUND: Final = 0.5  # share of multiples of ten from which small numbers are amounts: of days it is a tenth


@dataclass(frozen=True)
class DayFormat:
    """How a column writes days: `letters` as contracts do, or counted; `ambiguous` where day and month could change."""

    letters: str | None = None
    written: Counted | None = None
    share: float = 1.0
    ambiguous: bool = False

    @property
    def shown(self) -> str:
        """What people read."""
        return self.letters or (self.written or ISO).replace("_", " ")

    def sql(self, text: str) -> str:
        """Return the SQL that reads a day."""
        read = None if self.letters is None else python_format(self.letters)
        return moment_sql(text, python_format=read, written=self.written)


def find_day_format(
    name: str, values: Sequence[str], *, told: bool = False, order: Order | None = None
) -> DayFormat | None:
    """Find the format that most values have; counts are days only where the name or a person says so."""
    if not values:
        return None
    named = told or re.search(NAMED, name.lower()) is not None
    candidates = [_patterned(values, named=named), _paired(values, order), _iso(values)]
    if named:
        candidates += [_counted(values, written) for written in COUNTS]
    best = max((each for each in candidates if each), key=lambda each: each.share, default=None)
    return best if best is not None and best.share >= HALF else None


def could_be_days(values: Sequence[str]) -> DayFormat | None:
    """Find how numbers that no name calls days would be days: of years that a table of today has, and not round."""
    whole = [value for value in values if value.isdigit()]
    if len(whole) < max(FEWEST, MOSTLY * len(values)):
        return None
    last = datetime.now(UTC) + timedelta(days=366)
    for written in COUNTS:
        first, most = (_as_counted(moment, written) for moment in (FIRST_BELIEVED, last))
        if sum(first <= float(value) <= most for value in whole) >= MOSTLY * len(values):
            amounts = written == "excel_serial" and sum(value[-1] == "0" for value in whole) > ROUND * len(whole)
            return None if amounts else DayFormat(written=written)
    years = (str(FIRST_BELIEVED.year), str(last.year))
    compact = [value for value in whole if years[0] <= value[:4] <= years[1] and _reads(value, "%Y%m%d")]
    return DayFormat("yyyyMMdd") if len(compact) >= MOSTLY * len(values) else None


def _as_counted(moment: datetime, written: Counted) -> float:
    """Count a moment as a column would."""
    if written == "excel_serial":
        return (moment - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    steps = {"epoch_seconds": 1, "epoch_milliseconds": 1_000, "epoch_microseconds": 1_000_000}
    return moment.timestamp() * steps[written]


def _patterned(values: Sequence[str], *, named: bool) -> DayFormat | None:
    compact = ("yyyyMMdd", "yyyyMMddHHmmss")
    usable = [letters for letters in FORMATS if named or letters not in compact]
    found = [DayFormat(letters, share=_share(values, letters)) for letters in usable]
    return max(found, key=lambda each: each.share)


def _paired(values: Sequence[str], order: Order | None) -> DayFormat | None:
    """Choose by the values which of day and month comes first, and say where they leave it open."""
    best: DayFormat | None = None
    for pair in PAIRS:
        shares = [_share(values, letters) for letters in pair]
        ambiguous = shares[0] == shares[1]
        place = 1 if shares[1] > shares[0] or (ambiguous and "/" in pair[0] and " a" in pair[0]) else 0
        if order is not None and ambiguous:
            place = 0 if order == "day-first" else 1
        found = DayFormat(pair[place], share=shares[place], ambiguous=ambiguous and order is None)
        if best is None or found.share > best.share:
            best = found
    return best


def _iso(values: Sequence[str]) -> DayFormat:
    fitting = [_reads(value, None) for value in values]
    return DayFormat(share=sum(fitting) / len(values))


def _counted(values: Sequence[str], written: Counted) -> DayFormat:
    pattern, least, most = COUNTS[written]
    fitting = [re.fullmatch(pattern, value) is not None and least <= float(value) <= most for value in values]
    return DayFormat(written=written, share=sum(fitting) / len(values))


def _share(values: Sequence[str], letters: str) -> float:
    pattern = python_format(letters)
    if not _reads(values[0], pattern) and not any(_reads(value, pattern) for value in values[1:20]):
        return 0.0
    return sum(_reads(value, pattern) for value in values) / len(values)


def _reads(value: str, pattern: str | None) -> bool:
    try:
        # A day is wanted, not a moment.
        found = datetime.strptime(value, pattern) if pattern else _from_iso(value)  # noqa: DTZ007
    except ValueError:
        return False
    return pattern is None or found.year >= FIRST_YEAR  # what is beyond belief is for the contract


def _from_iso(value: str) -> datetime:
    if value.isdigit():
        message = "a bare number is no day"
        raise ValueError(message)
    return datetime.fromisoformat(value)
