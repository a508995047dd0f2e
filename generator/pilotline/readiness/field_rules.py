"""What the organisation may ask of fields: a real answer, in each item of a list, a day that has been or lies ahead.

A key goes down by dots; `*` stands for each item of a list, or each entry of a mapping, and a number for one item, the
first being 0. What is wrong is named by such a key.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from pilotline.documents.section import Section
from pilotline.readiness.results import Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import is_placeholder

EACH: Final = "*"
_DATES: Final = ("past", "ahead")


class FieldRule(NamedTuple):
    """One question to a field of a file."""

    file: str
    key: str
    date: str = ""
    """`past`: a day that has been; `ahead`: today or later; empty: any answer."""
    at_most_days: int | None = None
    """How many days the date may be away."""

    @classmethod
    def of(cls, entry: Section) -> "FieldRule":
        """Read a rule that `mistakes_of` finds nothing wrong with."""
        most = entry.number("at_most_days")
        return cls(entry.text("file"), entry.text("key"), entry.text("date"), None if most is None else int(most))


def mistakes_of(entry: Section) -> Iterator[str]:
    """Find what keeps an entry from being a rule."""
    if not (entry.text("file") and entry.text("key")):
        yield "field needs file and key"
    if entry.has("date") and entry.text("date") not in _DATES:
        yield f"date is {entry.text('date')}; it may be {', '.join(_DATES)}"
    most = entry.number("at_most_days")
    if entry.at("at_most_days").data is not None and (most is None or most < 0 or most != int(most)):
        yield "at_most_days is a number of days"
    elif most is not None and not entry.has("date"):
        yield "at_most_days needs date: past or ahead"


def find_problems(repo: Repository, rule: FieldRule) -> Iterator[Problem]:
    """Ask the field, or each one that the key stands for; a list without an item has nothing to say."""
    document = repo.document(rule.file)
    for part in _parts(document, rule.key.split(".")):
        name = f"{'.'.join(map(str, part.keys))} in {rule.file}"
        if not part and part.data not in (False, 0):
            yield Problem(f"{name} is missing", part.place())
        elif isinstance(part.data, str) and is_placeholder(part.data):
            yield Problem(f"{name} is no answer yet ({part.data})", part.place())
        elif rule.date:
            yield from _date_problems(part, name, rule, repo.today)


def _parts(section: Section, keys: list[str]) -> Iterator[Section]:
    if not keys:
        yield section
        return
    first, *rest = keys
    if first == EACH:
        inside = section.items() or tuple(section.at(name) for name in section.names())
        for part in inside:
            yield from _parts(part, rest)
    else:
        yield from _parts(section.at(int(first) if first.isdigit() else first), rest)


def _date_problems(part: Section, name: str, rule: FieldRule, today: date) -> Iterator[Problem]:
    day = part.date()
    if day is None:
        yield Problem(f"{name} is no day, written YYYY-MM-DD ({part.text()})", part.place())
        return
    away = (today - day).days if rule.date == "past" else (day - today).days
    if away < 0:
        said = "lies ahead" if rule.date == "past" else "has passed"
        yield Problem(f"{name} {said} ({day})", part.place(), calendar=rule.date == "ahead")
    elif rule.at_most_days is not None and away > rule.at_most_days:
        said = "ago" if rule.date == "past" else "ahead"
        message = f"{name} is {away} days {said} ({day}), more than {rule.at_most_days}"
        yield Problem(message, part.place(), calendar=rule.date == "past")
