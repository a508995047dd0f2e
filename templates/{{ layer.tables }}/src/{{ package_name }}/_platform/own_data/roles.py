"""Gives columns their parts: as told, by name, by content; and says why, and which others could be meant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .column_names import (
    AMOUNT,
    CASE,
    DAY,
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
from .day_columns import days_by_content
from .personal import find_personal
from .profiles import LARGEST_CLASS, TRUTHS, Profile, spaced

TOLD: Final = "as you said"
BY_NAME: Final = "by its name"
BY_CONTENT: Final = "by its content only"
FEWEST: Final = 20  # rows below which content alone tells nothing
AIMED: Final = 10.0  # what the name of the KPI that waits weighs for an outcome: more than all else together
REPEATS: Final = 0.8  # distinct values for each row from which a key rather names the row


@dataclass(frozen=True)
class Guess:
    """A column for a part, with why, and the other columns that could be meant as well."""

    part: str
    column: str
    why: str
    others: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Name the part to people: what events name a customer is a case of any kind."""
        return "case" if self.part == "customer" else self.part


@dataclass(frozen=True)
class Search:
    """What a part looks like: by name, and what its content has to be either way."""

    part: str
    words: str
    fits: Callable[[Profile], bool]
    content_is_enough: bool = False
    unlike: str | None = None  # names that speak of another of its kind


def is_repeated_key(each: Profile) -> bool:
    """Tell whether a column can name what several rows belong to."""
    return each.kind in ("text", "integer") and not each.fractions and 0 < each.distinct_share < REPEATS


def is_unique_key(each: Profile) -> bool:
    """Tell whether a column can name each row's own case."""
    whole = each.kind in ("text", "integer") and not each.fractions
    return whole and each.missing < 0.01 and each.distinct == round(each.rows * (1 - each.missing))  # noqa: PLR2004


def _may_name(each: Profile) -> bool:
    """Tell a key without a telling name from notes and from counts: many short texts without blanks."""
    compact = all(" " not in value and len(value) <= 40 for value in each.samples)  # noqa: PLR2004
    return each.kind == "text" and (each.distinct > LARGEST_CLASS or each.rows < FEWEST) and compact


def _is_amount(each: Profile) -> bool:
    return each.numeric and (each.fractions or each.hints(AMOUNT) or each.hints(MONEY))


EVENTS: Final = (
    Search("day", DAY, lambda each: each.kind == "day", content_is_enough=True, unlike=OTHER_DAY),
    Search("amount", AMOUNT, _is_amount, content_is_enough=True),
    Search("price", PRICE, lambda each: each.numeric),
    Search("quantity", QUANTITY, lambda each: each.numeric),
    Search("customer", CASE, is_repeated_key),
    Search("customer", KEY, lambda each: is_repeated_key(each) and not each.hints(ORDER)),
    Search("customer", "", lambda each: is_repeated_key(each) and _may_name(each), content_is_enough=True),
    Search("order", ORDER, lambda each: is_repeated_key(each) or is_unique_key(each)),
)
SNAPSHOTS: Final = (
    Search("day", DAY, lambda each: each.kind == "day", unlike=OTHER_DAY),
    Search("decision", DECISION, lambda each: each.is_yes_no or each.is_class),
    Search("score", SCORE, lambda each: each.numeric and each.distinct > 2),  # noqa: PLR2004
    Search("money", MONEY, lambda each: each.numeric and each.distinct > LARGEST_CLASS and not each.hints(KEY)),
    Search("group", GROUP, lambda each: each.kind in ("text", "integer") and 1 < each.distinct <= 10 * LARGEST_CLASS),
)


def named_for(part: str, profiles: Iterable[Profile]) -> list[Profile]:
    """Return the columns whose name speaks for a part of an event, whatever they hold."""
    words = [search.words for search in EVENTS if search.part == part and search.words]
    return [each for each in profiles if any(each.hints(word) for word in words)]


def find(search: Search, profiles: Iterable[Profile]) -> Guess | None:
    """Look for the column of a part: of those that fit, the named ones first."""
    fitting = [each for each in profiles if search.fits(each) and not each.wrong > 0.5]  # noqa: PLR2004
    meant = [each for each in fitting if not (search.unlike and each.hints(search.unlike))]
    named = [each for each in meant if search.words and each.hints(search.words)]
    if not named and not (fitting and search.content_is_enough):
        return None
    best, *others = (each.name for each in named or meant or fitting)
    return Guess(search.part, best, BY_NAME if named else BY_CONTENT, tuple(others[:5]))


def find_event_parts(profiles: Mapping[str, Profile], told: Mapping[str, str]) -> tuple[list[Guess], list[str]]:
    """Give the parts of an event their columns, and name the parts for which none was found."""
    found = {part: Guess(part, column, TOLD) for part, column in told.items()}
    for search in EVENTS:
        taken = {guess.column for guess in found.values()}
        usable = [each for each in profiles.values() if each.name not in taken and _free(each, search)]
        guess = None if search.part in found else find(search, usable)
        if guess:
            found[search.part] = guess
    unit = {"price", "quantity"}
    for part in {"amount"} if unit <= set(found) and "amount" not in told else unit:
        if "amount" in found or part == "amount":
            found.pop(part, None)
    needed = ["customer", "day"] + ([] if unit <= set(found) else ["amount"])
    order = ("customer", "day", "order", "amount", "price", "quantity")
    return [found[part] for part in order if part in found], [part for part in needed if part not in found]


def _free(each: Profile, search: Search) -> bool:
    """Keep numbers of orders and prices from being taken for what a row belongs to."""
    if search.part == "customer":
        return each.hints(CASE) or not (each.hints(ORDER) or each.hints(PRICE) or each.hints(QUANTITY))
    return not (search.part == "amount" and not each.hints(AMOUNT) and (each.hints(PRICE) or each.hints(QUANTITY)))


def find_snapshot_parts(
    profiles: Mapping[str, Profile], told: Mapping[str, str], outcome: Guess
) -> tuple[list[Guess], Guess | None]:
    """Give the parts of a snapshot their columns; and its key, where one column names each row."""
    found = [outcome]
    key = Guess("case", told["case"], TOLD) if "case" in told else find_key(profiles.values(), outcome.column)
    taken = {outcome.column, *told.values()} | ({key.column} if key else set())
    for search in SNAPSHOTS:
        usable = [each for each in profiles.values() if each.name not in taken and find_personal(each) is None]
        guess = Guess(search.part, told[search.part], TOLD) if search.part in told else find(search, usable)
        if guess is None and search.part == "day" and len(days := days_by_content(usable)) == 1:
            guess = Guess("day", days[0], BY_CONTENT)
        if guess:
            found.append(guess)
            taken.add(guess.column)
    return found, key


def find_key(profiles: Iterable[Profile], outcome: str) -> Guess | None:
    """Find the column that names each row: by a key's name, else the first that could, text before counting numbers."""
    unique = [each for each in profiles if is_unique_key(each) and each.name != outcome]
    named = [each for each in unique if each.hints(KEY) or each.hints(CASE)]
    usable = named or [each for each in unique if _is_compact(each)]
    if not usable:
        return None
    others = tuple(each.name for each in usable[1:6])
    return Guess("case", usable[0].name, BY_NAME if named else BY_CONTENT, others)


def _is_compact(each: Profile) -> bool:
    """Tell a key from free text and from a measured quantity: without blanks, or counting the rows."""
    if each.kind == "text":
        return all(" " not in value and len(value) <= 40 for value in each.samples)  # noqa: PLR2004
    return each.most is not None and each.least is not None and _span(each) <= 2 * each.rows


def _span(each: Profile) -> float:
    return float(str(each.most)) - float(str(each.least))


def rank_outcomes(profiles: Sequence[Profile], aim: str = "") -> list[tuple[float, Profile]]:
    """Order the columns that could be the outcome: by name, also a KPI's, by having few values, by standing last."""
    usable = [each for each in profiles if _may_be_outcome(each)]
    ranked = [(_likeness(each, last=each is profiles[-1]) + AIMED * _is_named(each, aim), each) for each in usable]
    return sorted((pair for pair in ranked if pair[0] > 0), key=lambda pair: -pair[0])


def _is_named(each: Profile, aim: str) -> bool:
    return bool(aim) and spaced(each.name) == spaced(aim)


def _may_be_outcome(each: Profile) -> bool:
    varied = each.distinct > 1 and each.missing < 0.6  # noqa: PLR2004
    usable = each.kind in ("text", "number", "integer") and (each.numeric or each.distinct <= LARGEST_CLASS)
    keyed = each.hints(KEY) and each.distinct_share > 0.5 and not each.hints(OUTCOME)  # noqa: PLR2004
    return varied and usable and not keyed and find_personal(each) is None


def _likeness(each: Profile, *, last: bool) -> float:
    """Weigh what speaks for an outcome; only a name weighs enough alone."""
    weight = 3.0 if each.hints(OUTCOME) else 0.0
    weight += 1.5 if each.is_yes_no else 0.5 if each.is_class else 0.0
    weight += 1.0 if last and each.rows >= FEWEST else 0.0
    if (each.hints(DECISION) or each.hints(SCORE) or each.hints(GROUP)) and not each.hints(OUTCOME):
        weight -= 2.0
    return weight


def truth_of(each: Profile) -> tuple[str, str] | None:
    """Return which of two values means yes, and why: by its meaning, else the rarer one, as that is looked for."""
    values = [value for value, _ in each.frequent]
    if len(values) != 2:  # noqa: PLR2004
        return None
    meant = [value for value in values if TRUTHS.get(value.lower())]
    if len(meant) == 1 and any(TRUTHS.get(value.lower()) is False for value in values):
        return meant[0], "by its meaning"
    return each.frequent[-1][0], "being the rarer one"
