"""The rhythm of the lists: one on the first of each month."""

from collections.abc import Iterator
from datetime import date, timedelta


def month_starts(start: date, end: date) -> Iterator[date]:
    """Firsts of a month from `start` to `end`, both included."""
    day = start if start.day == 1 else _next_month(start)
    while day <= end:
        yield day
        day = _next_month(day)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
