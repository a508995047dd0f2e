"""Tells which of two shapes a table has, and why: events, many lines for each case; snapshots, one row for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .. import PilotError
from ..case import OutcomeKind, Shape
from .column_names import MONEY
from .column_names import OUTCOME as OUTCOME_NAMES
from .profiles import LARGEST_CLASS, Profile
from .roles import (
    BY_CONTENT,
    BY_NAME,
    TOLD,
    Guess,
    find_event_parts,
    find_key,
    named_for,
    rank_outcomes,
    truth_of,
)

SURE: Final = 3.0  # the weight of a name that speaks for an outcome
LIKELY: Final = 2.0
SINGLE: Final = 1.05  # rows of a case up to which it still is one row for each
WINDOWS: Final = ((180, 90, 60), (120, 60, 40), (90, 30, 30), (60, 30, 20))
SPARE_DAYS: Final = 95  # a few monthly lists to judge
EVENT_PARTS: Final = ("day", "amount", "price", "quantity", "order")


@dataclass(frozen=True)
class Outcome:
    """What is to be known beforehand: its column, what kind of answer it is, and which value means yes."""

    guess: Guess
    kind: OutcomeKind
    positive: str | None = None
    why_positive: str | None = None


@dataclass(frozen=True)
class Seen:
    """Which shape a table has, why, and its outcome where it has one."""

    shape: Shape
    why: str
    outcome: Outcome | None = None
    events: tuple[Guess, ...] = ()


def see_shape(
    profiles: Mapping[str, Profile], told: Mapping[str, str], wanted: Shape | None, positive: str | None, aim: str = ""
) -> Seen:
    """Decide by what people said, an outcome's name, and whether cases repeat; or refuse, naming both ways on.

    `aim` is the title of the KPI that waits for its measurement: a column of that name is the outcome.
    """
    parts, missing = find_event_parts(
        profiles, {part: told[part] for part in told if part in (*EVENT_PARTS, "customer")}
    )
    if not missing and any(not _usable(profiles[guess.column]) for guess in parts):
        missing = [guess.part for guess in parts if not _usable(profiles[guess.column])]
    outcomes = rank_outcomes(list(profiles.values()), aim)
    by_looks = wanted is None and "outcome" not in told
    if wanted == "events" or (by_looks and _are_events(profiles, parts, missing, outcomes, told)):
        _need_events(profiles, parts, missing)
        return Seen("events", _why_events(profiles, parts, outcomes), events=tuple(parts))
    guess = _outcome(profiles, told, outcomes, missing, wanted)
    outcome = _answer(profiles[guess.column], guess, positive)
    return Seen("snapshots", _why_snapshots(profiles, told, outcome), outcome)


def _usable(each: Profile) -> bool:
    return each.readable


def _are_events(
    profiles: Mapping[str, Profile],
    parts: Sequence[Guess],
    missing: Sequence[str],
    outcomes: Sequence[tuple[float, Profile]],
    told: Mapping[str, str],
) -> bool:
    """Weigh an outcome against a value: a number that no name calls money gives way to a likely yes or no."""
    if missing:
        return any(part in told for part in ("amount", "price", "quantity"))
    if any(part in told for part in ("amount", "price")):
        return True
    enough = SURE if _is_money(profiles, parts) else LIKELY
    return not any(weight >= enough for weight, _ in _free(parts, outcomes))


def _is_money(profiles: Mapping[str, Profile], parts: Sequence[Guess]) -> bool:
    """Tell whether the value of an event is one by its name, and not only by being a number with fractions."""
    value = next((guess for guess in parts if guess.part in ("amount", "price")), None)
    return value is not None and (value.why != BY_CONTENT or profiles[value.column].hints(MONEY))


def _free(parts: Sequence[Guess], outcomes: Sequence[tuple[float, Profile]]) -> list[tuple[float, Profile]]:
    """Return what could be an outcome and is no part of an event."""
    taken = {guess.column for guess in parts}
    return [(weight, each) for weight, each in outcomes if each.name not in taken]


def _need_events(profiles: Mapping[str, Profile], parts: Sequence[Guess], missing: Sequence[str]) -> None:
    """Name the columns that are there and cannot be read, and do not call them missing."""
    if missing:
        said = _what_is_there(profiles, missing)
        raise PilotError(
            f"No column was found for {', '.join(missing)}; there are: {', '.join(profiles)}.{said} "
            f"Say which: {' '.join(f'--{part} COLUMN' for part in missing)}."
        )
    day = profiles[next(guess.column for guess in parts if guess.part == "day")]
    first, last = believable(day)
    if windows(first, last) is None:
        raise PilotError(
            f"{day.name} covers {first:%Y-%m-%d} to {last:%Y-%m-%d}, which is too short to learn from one part and "
            "judge by another: bring at least seven months."
        )


def _what_is_there(profiles: Mapping[str, Profile], missing: Sequence[str]) -> str:
    """Name the columns that are there and cannot be read as what they are for."""
    broken = [each for each in profiles.values() if not each.readable]
    found = [unreadable_sentence(each) for each in broken]
    for part in (part for part in missing if part != "customer"):
        kind = "days" if part == "day" else "numbers"
        texts = [each for each in named_for(part, profiles.values()) if each.kind == "text" and each.samples]
        found += [
            f"{each.name} is there, but its values are no {kind}: {', '.join(each.samples[:3])}."
            for each in texts
            if each not in broken
        ]
    return "".join(f" {text}" for text in found)


def unreadable_sentence(each: Profile) -> str:
    """Say what a column looks like, and which of its values cannot be read."""
    kind = {"day": "dates", "number": "numbers"}.get(str(each.nearly), "values")
    shown = ", ".join(f"{value!r} in row {row}" for row, value in each.examples)
    return f"{each.name} looks like {kind}, but not all of it can be read: {shown}."


def believable(day: Profile) -> tuple[datetime, datetime]:
    """Return the first and last day that can be believed: one row of the year 2608 decides nothing."""
    from datetime import UTC

    least, most = day.least, day.most
    if not isinstance(least, datetime) or not isinstance(most, datetime) or day.low is None or day.high is None:
        raise PilotError(f"{day.name} holds no day that can be read: name another column with --day.")
    span = max(day.high - day.low, 366 * 86400)
    early = datetime.fromtimestamp(max(day.low - span, -2e9), UTC).replace(tzinfo=None)
    late = datetime.fromtimestamp(min(day.high + span, 7e9), UTC).replace(tzinfo=None)
    return max(least, early), min(most, late)


def windows(first: datetime, last: datetime) -> tuple[int, int, int] | None:
    """Choose the longest windows (active, horizon, silent) that leave past lists to learn from and to judge."""
    span = (last - first).days
    return next((each for each in WINDOWS if span >= each[0] + 2 * each[1] + SPARE_DAYS), None)


def _why_events(
    profiles: Mapping[str, Profile], parts: Sequence[Guess], outcomes: Sequence[tuple[float, Profile]]
) -> str:
    columns = {guess.part: guess.column for guess in parts}
    each = profiles[columns["customer"]]
    lines = 1 / each.distinct_share if each.distinct_share else 0.0
    value = columns.get("amount") or f"{columns.get('price')} times {columns.get('quantity')}"
    named = [found.name for weight, found in _free(parts, outcomes) if weight >= SURE or found.is_yes_no]
    rest = f" ({', '.join(named)} could be an outcome: then say --outcome)" if named else ""
    return (
        f"{columns['customer']} has {lines:,.1f} lines on average, each with a day ({columns['day']}) "
        f"and a value ({value}){rest}"
    )


def _outcome(
    profiles: Mapping[str, Profile],
    told: Mapping[str, str],
    outcomes: Sequence[tuple[float, Profile]],
    missing: Sequence[str],
    wanted: Shape | None,
) -> Guess:
    if "outcome" in told:
        return Guess("outcome", told["outcome"], TOLD)
    likely = [(weight, each) for weight, each in outcomes if weight >= LIKELY and each.name not in told.values()]
    if not likely or (len(likely) > 1 and likely[0][0] == likely[1][0] and likely[0][0] < SURE):
        raise PilotError(_neither(profiles, [each.name for _, each in likely], missing, wanted))
    best, *others = likely
    why = BY_NAME if best[0] >= SURE else BY_CONTENT
    return Guess("outcome", best[1].name, why, tuple(each.name for _, each in others[:5]))


def _neither(
    profiles: Mapping[str, Profile], likely: Sequence[str], missing: Sequence[str], wanted: Shape | None
) -> str:
    could = f" It could be {', '.join(likely)}." if likely else ""
    constant = [each.name for each in profiles.values() if each.distinct == 1 and each.hints(OUTCOME_NAMES)]
    could += f" {', '.join(constant)} has the same value in every row." if constant else ""
    events = (
        f", and no {' or '.join(missing)} for events, many lines of each case" if missing and wanted is None else ""
    )
    flags = " or ".join(
        ["--outcome COLUMN"] + ([" ".join(f"--{part} COLUMN" for part in missing)] if missing and not wanted else [])
    )
    said = _what_is_there(profiles, missing)
    return (
        f"No column was found for the outcome of a snapshot, one row of each case{events}; there are: "
        f"{', '.join(profiles)}.{could}{said} Say which: {flags}."
    )


def _answer(each: Profile, guess: Guess, positive: str | None) -> Outcome:
    """Tell the kind of answer from the values."""
    if not each.readable:
        raise PilotError(f"{unreadable_sentence(each)} Mend them, or name another column with --outcome.")
    if each.distinct < 2:  # noqa: PLR2004
        raise PilotError(f"{each.name} has the same value in every row: nothing can be learned from it.")
    if each.is_yes_no:
        found = truth_of(each)
        values = [value for value, _ in each.frequent]
        if positive is not None and positive not in values:
            raise PilotError(f"{each.name} has no value {positive}: it has {' and '.join(values)}.")
        meant, why = (positive, TOLD) if positive else found or (None, None)
        return Outcome(guess, "yes_no", meant, why)
    if each.numeric:
        return Outcome(guess, "number")
    if each.kind == "text" and each.distinct <= LARGEST_CLASS:
        return Outcome(guess, "class")
    raise PilotError(
        f"{each.name} is neither a number nor one of a few values ({each.distinct:,} different ones): "
        "name another column with --outcome."
    )


def _why_snapshots(profiles: Mapping[str, Profile], told: Mapping[str, str], outcome: Outcome) -> str:
    key = Guess("case", told["case"], TOLD) if "case" in told else find_key(profiles.values(), outcome.guess.column)
    kinds = {"yes_no": "yes or no", "class": "one of a few classes", "number": "a number"}
    if key is None:
        rows = "no column names the rows"
    else:
        each = profiles[key.column]
        times = 1 / each.distinct_share if each.distinct_share else 0.0
        rows = f"{key.column} names each row" if times <= SINGLE else f"{key.column} has {times:,.1f} rows on average"
    return f"{rows}, and {outcome.guess.column} is an outcome, {kinds[outcome.kind]}"
