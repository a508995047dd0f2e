"""How past cases are split to learn from some and to judge by others: by time, by group, or drawn by a seed."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Literal

from ..domain.case import Known

FIRST = 0.4  # of all cases, in time, are learned from before the first ones are judged
LEAST = 30  # cases without which there is nothing to learn
GROUPS = 20  # with fewer independent groups an interval over them means little


@dataclass(frozen=True, slots=True)
class Part:
    """Some cases to judge, and those that a model may have seen before."""

    name: str
    learn: Sequence[Known] = field(repr=False)
    judge: Sequence[Known] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Split:
    """All parts, and in words how they were made, because the way decides what the result can tell."""

    how: Literal["time", "group", "seed"]
    said: str
    parts: tuple[Part, ...] = field(repr=False)


def independent(known: Sequence[Known]) -> tuple[str, list[str]]:
    """Name what is independent of each other, and give it for each case: groups where there are enough, else cases."""
    groups = {each.case.group for each in known}
    if None not in groups and len(groups) >= GROUPS:
        return "group", [str(each.case.group) for each in known]
    return "case", [each.case.name for each in known]


def split(known: Sequence[Known], parts: int, outcome_after_days: int, seed: int) -> Split:
    """Split by time where each case has a day, else by group, else by a seed, and say so."""
    if known and all(each.case.day for each in known):
        found = _by_time(known, parts, timedelta(days=outcome_after_days))
        if found:
            told = f"by time, each of {len(found)} periods by a model that knew only what was known before it"
            return Split("time", told, tuple(found))
    what, units = independent(known)
    grouped = len(set(units)) < len(known)
    drawn = _by_unit(known, units, parts, seed) if grouped else _by_seed(known, parts, seed)
    why = "the days are too few to judge by time" if known and known[0].case.day else "the table has no day"
    told = f"by parts drawn with a seed, because {why}: whether it holds later is not shown"
    if grouped and what == "group":
        return Split("group", f"by group, each by a model that had not seen it, and {told}", drawn)
    return Split("seed", told, drawn)


def _by_time(known: Sequence[Known], parts: int, delay: timedelta) -> list[Part]:
    """Cut the later cases into periods of about the same size; a day is never cut in two."""
    ordered = sorted(known, key=lambda each: (_day(each), each.case.key))
    days = [_day(each) for each in ordered]
    first = round(FIRST * len(ordered))
    step = max(1, (len(ordered) - first) // parts)
    starts = sorted({bisect_left(days, days[place]) for place in range(first, len(ordered), step)})[:parts]
    ends = [*starts[1:], len(ordered)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        seen = bisect_left(days, days[start] - delay + timedelta(days=1 if delay else 0))
        if seen >= LEAST and end > start:
            found.append(Part(str(days[start]), ordered[:seen], ordered[start:end]))
    return found


def _day(known: Known) -> date:
    return known.case.day or date.min


def _by_unit(known: Sequence[Known], units: Sequence[str], parts: int, seed: int) -> tuple[Part, ...]:
    """Deal whole groups, so that no group is learned from and judged by at once."""
    names = sorted(set(units))
    Random(seed).shuffle(names)  # noqa: S311 - a repeatable draw, no secret
    dealt = {name: place % parts for place, name in enumerate(names)}
    return _dealt(known, [dealt[unit] for unit in units], min(parts, len(names)))


def _by_seed(known: Sequence[Known], parts: int, seed: int) -> tuple[Part, ...]:
    """Deal cases that are sorted by their outcome, so that each part has its share of every outcome."""
    order = list(range(len(known)))
    Random(seed).shuffle(order)  # noqa: S311 - a repeatable draw, no secret
    order.sort(key=lambda place: known[place].outcome if isinstance(known[place].outcome, float) else 0.0)
    order.sort(key=lambda place: str(known[place].outcome) if isinstance(known[place].outcome, str) else "")
    places = [0] * len(known)
    for turn, place in enumerate(order):
        places[place] = turn % parts
    return _dealt(known, places, min(parts, len(known)))


def _dealt(known: Sequence[Known], places: Sequence[int], parts: int) -> tuple[Part, ...]:
    judged: dict[int, list[Known]] = defaultdict(list)
    for each, place in zip(known, places, strict=True):
        judged[place].append(each)
    return tuple(
        Part(
            f"part {part + 1} of {parts}",
            [each for each, place in zip(known, places, strict=True) if place != part],
            judged[part],
        )
        for part in range(parts)
    )
