"""Finds the day of a snapshot by content, where no name says which it is: one column alone, and of nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from .column_names import (
    AMOUNT,
    CASE,
    DECISION,
    GROUP,
    KEY,
    MONEY,
    ORDER,
    OTHER_DAY,
    OUTCOME,
    PRICE,
    QUANTITY,
    SCORE,
)

if TYPE_CHECKING:
    from .profiles import Profile

OTHER_NUMBERS: Final = (AMOUNT, CASE, DECISION, GROUP, KEY, MONEY, ORDER, OUTCOME, PRICE, QUANTITY, SCORE)
ALWAYS_THERE: Final = 0.02  # share of rows without a day up to which it is that of the row, not of what came later
PLANNED: Final = 0.01  # share of days after today from which they are plans

DIFFERENT: Final = 0.9  # share of distinct values, and rows that a number may skip, of what numbers the rows
DENSE: Final = 1.1


def days_by_content(profiles: Iterable["Profile"]) -> list[str]:
    """Name the columns that read as the day on which a case was looked at, whatever they are called."""
    return [each.name for each in profiles if _is_the_day(each)]


def possible_days(profiles: Iterable["Profile"]) -> list[str]:
    """Name all columns that people could mean as the day, also those that a name gives another sense."""
    return [each.name for each in profiles if each.kind == "day" or _counts_days(each)]


def _is_the_day(each: "Profile") -> bool:
    told = each.missing <= ALWAYS_THERE and each.distinct > 1 and not each.hints(OTHER_DAY)
    return told and ((each.kind == "day" and each.future < PLANNED) or _counts_days(each))


def _counts_days(each: "Profile") -> bool:
    """Tell counted days from keys, prices and numbers of rows, for which their name or their being in a row speaks."""
    if each.could_be is None or not each.numeric or any(each.hints(words) for words in OTHER_NUMBERS):
        return False
    return not _counts_rows(each)


def _counts_rows(each: "Profile") -> bool:
    if not isinstance(each.least, float) or not isinstance(each.most, float):
        return True
    return each.distinct_share > DIFFERENT and each.most - each.least < DENSE * each.rows
