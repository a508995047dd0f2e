"""Looks at the team's tables: loads, profiles, tells the shape, gives columns their parts, finds leaks and the rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from .. import PilotError
from ..case import EVENTS, CaseWords, Shape
from ..progress import tell
from ..written import quote_name
from .dates import Order
from .dialect import refuse_unknown
from .findings import Found, Joined
from .kpi_draft import read_text, title_that_waits
from .leaks import SUSPICIOUS, find_left_out, read_sample
from .personal import find_personal, find_special
from .profiles import LARGEST_CLASS, Profile, as_days, profile_table
from .reading import Loader, Table, loader
from .roles import Guess, find_snapshot_parts
from .rules import find_rule
from .shape import Seen, believable, see_shape
from .words import propose_event_words, propose_words

if TYPE_CHECKING:
    from ..settings import PlatformSettings

KINDS = {
    "day": "day",
    "amount": "number",
    "price": "number",
    "quantity": "number",
    "money": "number",
    "score": "number",
    "case": "text",
    "customer": "text",
    "order": "text",
}
JOINED = "joined tables"
DUPLICATES_UP_TO = 20_000_000  # rows; beyond, repetitions are not counted


@dataclass(frozen=True)
class Request:
    """What people said: the tables, parts of columns, and what no table can tell."""

    tables: tuple[str, ...]
    told: Mapping[str, str]
    shape: Shape | None = None
    positive: str | None = None
    order: Order | None = None
    join: str | None = None
    sheet: str | None = None
    ignored: tuple[str, ...] = ()


def find(settings: "PlatformSettings", request: Request) -> Found:
    """Find all that a draft is made of."""
    with loader(settings.var / "own_data", request.tables) as opened:
        tables = [_load(opened, given, settings, request.sheet) for given in request.tables]
        whole = _join(opened, tables, request.join) if len(tables) > 1 else tables[0]
        told = _told(whole, request)
        tell(f"looking at {whole.rows:,} rows of {len(whole.columns)} columns")
        named = {column: KINDS[part] for part, column in told.items() if part in KINDS}
        profiles = profile_table(opened.connection, whole, named, request.order)
        kept = {name: each for name, each in profiles.items() if name not in request.ignored}
        aim = title_that_waits(read_text(settings.root))
        seen = see_shape(kept, _as_event_parts(told), request.shape, request.positive, aim)
        tell(f"looking closer at {seen.shape}")
        found = (
            _events(opened, whole, profiles, seen)
            if seen.shape == "events"
            else _snapshots(opened, whole, kept, seen, told)
        )
        return _with_joins(replace(found, profiles={**profiles, **found.profiles}), tables, request.join)


def _load(opened: Loader, given: str, settings: "PlatformSettings", sheet: str | None) -> Table:
    tell(f"reading {given}")
    return opened.load(given, settings, sheet)


def _as_event_parts(told: Mapping[str, str]) -> dict[str, str]:
    """A case of events is called customer there, as the settings of that shape have it."""
    parts = dict(told)
    if "case" in parts:
        parts.setdefault("customer", parts["case"])
    return parts


def _told(table: Table, request: Request) -> dict[str, str]:
    """Refuse names that the table does not have."""
    refuse_unknown([*request.told.values(), *request.ignored], table.columns)
    return dict(request.told)


def _join(opened: Loader, tables: Sequence[Table], key: str | None) -> Table:
    """Put the columns of the other tables beside those of the first, where the team says by which key."""
    first, *others = tables
    if key is None:
        shared = set(first.columns).intersection(*(each.columns for each in others))
        raise PilotError(
            "Several tables are joined by a key: say which column, --join COLUMN. "
            f"They share {', '.join(sorted(shared)) or 'none'}."
        )
    columns, query = list(first.columns), f"FROM {quote_name(first.name)} AS t0"
    selected = [f"t0.{quote_name(name)}" for name in first.columns]
    for place, each in enumerate(others, 1):
        _need_key(opened, first, each, key)
        new = [name for name in each.columns if name not in columns]
        columns += new
        selected += [f"t{place}.{quote_name(name)}" for name in new]
        matched = f"trim(t0.{quote_name(key)}) = trim(t{place}.{quote_name(key)})"
        query += f" LEFT JOIN {quote_name(each.name)} AS t{place} ON {matched}"
    opened.connection.execute(f"CREATE TABLE {quote_name(JOINED)} AS SELECT {', '.join(selected)} {query}")
    return replace(first, name=JOINED, columns=tuple(columns))


def _need_key(opened: Loader, first: Table, other: Table, key: str) -> None:
    for table in (first, other):
        if key not in table.columns:
            raise PilotError(f"{table.shown} has no column {key}; it has {', '.join(table.columns)}.")
    column = quote_name(key)
    counted = f"SELECT count({column}), count(DISTINCT {column}) FROM {quote_name(other.name)}"  # noqa: S608
    given, distinct = opened.connection.execute(counted).fetchall()[0]
    if given != distinct:
        raise PilotError(
            f"{other.shown} has {given:,} rows for {distinct:,} values of {key}: give the table with many rows "
            f"first, or sum {other.shown} up to one row for each {key}."
        )


def _with_joins(found: Found, tables: Sequence[Table], key: str | None) -> Found:
    if len(tables) == 1 or key is None:
        return found
    first, *others = tables
    joined = []
    for each in others:
        read = [name for name in each.columns if name not in first.columns and name in found.columns]
        profiles = {key: replace(found.profiles[key], name=key)} | {name: found.profiles[name] for name in read}
        joined.append(Joined(each, key, profiles))
    words = _event_words(found.profiles, found.guesses, first) if found.seen.shape == EVENTS else found.words
    return replace(found, table=first, joined=tuple(joined), words=words)


def _events(opened: Loader, table: Table, profiles: Mapping[str, Profile], seen: Seen) -> Found:
    guesses = list(seen.events)
    columns = [guess.column for guess in guesses]
    left = {name: "no part of an event needs it" for name in table.columns if name not in columns}
    personal = {name: what for name, each in profiles.items() if (what := find_personal(each))}
    found = Found(
        table, profiles, seen, tuple(guesses), (), left | _why_personal(personal, columns), personal,
        _event_words(profiles, guesses, table),
    )  # fmt: skip
    return _dated(opened, replace(found, duplicate=_repeated(opened, table)))


def _event_words(profiles: Mapping[str, Profile], guesses: Sequence[Guess], table: Table) -> CaseWords:
    key = profiles[str(_column(guesses, "customer"))]
    return propose_event_words(key, _column(guesses, "order"), _column(guesses, "amount"), table.name)


def _column(guesses: Iterable[Guess], part: str) -> str | None:
    return next((guess.column for guess in guesses if guess.part == part), None)


def _snapshots(
    opened: Loader, table: Table, profiles: Mapping[str, Profile], seen: Seen, told: Mapping[str, str]
) -> Found:
    outcome = seen.outcome
    if outcome is None:
        raise PilotError("A snapshot needs an outcome: say which column, --outcome COLUMN.")
    parts, key = find_snapshot_parts(profiles, told, outcome.guess)
    guesses = [*([key] if key else []), *parts]
    profiles = _with_day(opened, table, profiles, _column(guesses, "day"))
    personal = {name: what for name, each in profiles.items() if (what := find_personal(each))}
    special = {name: trait for name, each in profiles.items() if (trait := find_special(each))}
    columns = {guess.part: guess.column for guess in guesses}
    used = [columns[part] for part in ("case", "outcome", "day", "decision", "score") if part in columns]
    left = {each.name: why for each in profiles.values() if each.name not in used and (why := _no_feature(each))}
    left |= {name: f"tells {trait}, which law protects: people decide" for name, trait in special.items()}
    left = {name: why for name, why in (left | _why_personal(personal, used)).items() if name not in used}
    tell(f"looking for what tells {outcome.guess.column} beforehand")
    frame = read_sample(opened.connection, table, profiles.values())
    leaks, strengths = find_left_out(frame, profiles, outcome, columns.get("day"), [*used, *left])
    left |= leaks
    guesses = [guess for guess in guesses if guess.column in used or guess.column not in left]
    rule, why = find_rule(frame, profiles, outcome, strengths)
    strong = tuple(name for name in strengths if strengths[name] >= SUSPICIOUS)
    decided = any(guess.part in ("decision", "score") for guess in guesses)
    found = Found(
        table, profiles, seen, tuple(guesses), tuple(strengths), left, personal,
        propose_words(profiles[key.column] if key else None, outcome.guess.column, columns.get("decision")),
        None if decided else rule, why, special={name: trait for name, trait in special.items() if name not in used},
        strong=strong,
    )  # fmt: skip
    return _dated(opened, replace(found, duplicate=_repeated(opened, table)))


def _with_day(opened: Loader, table: Table, profiles: Mapping[str, Profile], day: str | None) -> Mapping[str, Profile]:
    """Read the column of the day as days, where it was taken for numbers at first."""
    if day is None or profiles[day].could_be is None:
        return profiles
    return {**profiles, day: as_days(opened.connection, table, profiles[day])}


def _no_feature(each: Profile) -> str | None:
    """Say why a column can be no feature by what it is."""
    if not each.readable:
        return "not all of it can be read"
    if each.kind == "text" and each.distinct > 10 * LARGEST_CLASS and each.distinct_share <= 0.5:  # noqa: PLR2004
        return f"{each.distinct:,} different texts are too many for a category"
    return None


def _why_personal(personal: Mapping[str, str], used: Sequence[str]) -> dict[str, str]:
    return {name: f"personal data: {what}" for name, what in personal.items() if name not in used}


def _dated(opened: Loader, found: Found) -> Found:
    """Count the rows whose day is beyond belief, and take the span from the others."""
    day = found.part("day")
    if day is None or not isinstance(day.least, datetime):
        return found
    first, last = believable(day)
    value = day.sql()
    bounds = f"{value} < TIMESTAMP '{first}' OR {value} > TIMESTAMP '{last}'"
    query = f"SELECT count_if({bounds}), min({value}) FILTER (NOT ({bounds})), max({value}) FILTER (NOT ({bounds})) "
    row = opened.connection.execute(query + f"FROM {quote_name(found.table.name)}").fetchall()[0]
    beyond, least, most = row
    return replace(found, days=(least, most), beyond=int(beyond))


def _repeated(opened: Loader, table: Table) -> float:
    """Return the share of rows that repeat another one exactly."""
    if table.rows > DUPLICATES_UP_TO:
        return 0.0
    query = f"SELECT count(DISTINCT hash(t)) FROM {quote_name(table.name)} AS t"  # noqa: S608
    (distinct,) = opened.connection.execute(query).fetchall()[0]
    return 1 - int(distinct) / table.rows
