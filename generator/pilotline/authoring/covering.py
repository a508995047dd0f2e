"""A covering array: few rows of values in which every two values that can stand together do so at least once.

Greedy, after Cohen and others' AETG: each row begins with a pair that is still missing, and takes for each further axis
the value that brings the most missing pairs. What a row may hold only whoever asks for the array can tell, row by row.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias, TypeVar

Row: TypeAlias = Mapping[str, str]
"""A value for each axis that has one."""
ValuePair: TypeAlias = tuple[tuple[str, str], tuple[str, str]]
"""Two values of two axes, in the order of the axes."""
Held: TypeAlias = tuple[tuple[str, str], ...]
"""Values that a row is to hold."""
Settle: TypeAlias = Callable[[Row], Row | None]
"""Tells what really holds where a row is asked for: less than it, something else, or nothing where it is refused."""

_Item = TypeVar("_Item")
_DRAFTS: Final = 12
"""Greedy rows that are drawn for each one that is asked for, which is the best of them."""
_ROUNDS: Final = 6
"""How many arrays are made, of which the smallest is taken: to ask takes less time than to test a row more."""
_SMALL: Final = 500
"""Up to how many pairs that is worth it: with more of them, one array is hardly larger than another."""
_GREEDY: Final = 8
"""How many of those are asked for before others are."""
_MOST_LISTED: Final = 4096
"""Up to how many rows all of them are tried in turn, instead of some that are drawn."""


@dataclass(frozen=True)
class CoveringArray:
    """Rows, and the pairs that none of them holds."""

    rows: tuple[Row, ...]
    missing: tuple[ValuePair, ...]
    """Pairs that no row that was tried may hold."""


def cover_pairs(
    axes: Mapping[str, Sequence[str]], settle: Settle, known: Iterable[Row], chance: Random, tries: int
) -> CoveringArray:
    """Find rows that hold, together with known ones, every pair of values that can stand together.

    Args:
        axes: The values of each axis.
        settle: Tells what really holds where a row is asked for.
        known: Rows that are there anyway.
        chance: What decides between rows that are equally good.
        tries: How many rows are asked for before a pair counts as one that cannot stand together.
    """
    search = _Search(axes, settle, chance)
    there = tuple(known)
    arrays = [search.cover(there, tries) for _ in range(_ROUNDS if search.is_small else 1)]
    return CoveringArray(min(arrays, key=len), tuple(search.missing))


class _Search:
    """Which pairs are still wanted, and rows that could bring them; what was asked once is known from then on."""

    def __init__(self, axes: Mapping[str, Sequence[str]], settle: Settle, chance: Random) -> None:
        self._axes = axes
        self._order = {axis: number for number, axis in enumerate(axes)}
        self._settle = settle
        self._chance = chance
        self._asked: dict[tuple[tuple[str, str], ...], Row | None] = {}
        self._taken: list[Row] = []
        self._together: set[ValuePair] = set()
        self._doubts: Counter[ValuePair] = Counter()
        self._wanted: dict[ValuePair, None] = {}
        self.missing: dict[ValuePair, None] = {}

    def _all_pairs(self) -> Iterator[ValuePair]:
        for first, second in itertools.combinations(self._axes, 2):
            for one, other in itertools.product(self._axes[first], self._axes[second]):
                yield (first, one), (second, other)

    def _pairs_in(self, row: Row) -> Iterator[ValuePair]:
        return itertools.combinations(((axis, row[axis]) for axis in self._axes if axis in row), 2)

    @property
    def is_small(self) -> bool:
        """Whether there are few pairs to cover."""
        return sum(1 for _ in self._all_pairs()) <= _SMALL

    def cover(self, known: tuple[Row, ...], tries: int) -> tuple[Row, ...]:
        """Find rows that hold whatever known ones do not, once more from the beginning."""
        self._taken, rows = [], []
        self._wanted = {pair: None for pair in self._all_pairs() if pair not in self.missing}
        for row in known:
            self._take(row)
        for item in [item for item in self._unheld() if self._find((item,), tries) is None]:
            self._give_up(*(pair for pair in self._wanted if item in pair))
        while self._wanted:
            pair = self._choose()
            found = self._find(pair, tries)
            if found is None:
                self._give_up(pair)
            else:
                self._take(found)
                rows.append(found)
        return self._needed(known, rows)

    def _needed(self, known: tuple[Row, ...], rows: list[Row]) -> tuple[Row, ...]:
        """Leave out rows whose pairs are all in others, as those that came later may make an earlier one."""
        count = Counter(pair for row in (*known, *rows) for pair in self._pairs_in(row))
        needed = []
        for row in rows:
            pairs = list(self._pairs_in(row))
            if all(count[pair] > 1 for pair in pairs):
                count.subtract(pairs)
            else:
                needed.append(row)
        return tuple(needed)

    def _take(self, row: Row) -> None:
        """Count a row's pairs as there."""
        self._taken.append(row)
        for pair in self._pairs_in(row):
            self._wanted.pop(pair, None)
            self.missing.pop(pair, None)

    def _give_up(self, *pairs: ValuePair) -> None:
        """Want some pairs no more."""
        for pair in pairs:
            del self._wanted[pair]
            self.missing[pair] = None

    def _unheld(self) -> Iterator[tuple[str, str]]:
        """Name every value that no row holds yet, but those that none can hold."""
        held = {item for row in self._taken for item in row.items()}
        return (item for item in dict.fromkeys(item for pair in self._wanted for item in pair) if item not in held)

    def _choose(self) -> ValuePair:
        """Choose the pair to begin a row with: one whose values are wanted most."""
        count = Counter(item for pair in self._wanted for item in pair)
        most = max(count[one] + count[other] for one, other in self._wanted)
        return self._chance.choice([pair for pair in self._wanted if count[pair[0]] + count[pair[1]] == most])

    def _find(self, held: Held, tries: int) -> Row | None:
        """Find a row that holds some values, by asking for a number of rows at most."""
        for asked in itertools.islice(self._candidates(held), tries):
            found = self._settled(asked)
            if found is not None and all(found.get(axis) == value for axis, value in held):
                return found
        return None

    def _settled(self, row: Row) -> Row | None:
        """Ask once what holds where a row is asked for."""
        key = tuple(sorted(row.items()))
        if key not in self._asked:
            found = self._asked[key] = self._settle(row)
            together = set(self._pairs_in(found or {}))
            self._together |= together
            self._doubts.update(pair for pair in self._pairs_in(row) if pair not in together)
        return self._asked[key]

    def _candidates(self, held: Held) -> Iterator[Row]:
        """Give rows that could hold some values: the best first, then those near to rows that are there, then any."""
        if len(held) > 1:
            for _ in range(_GREEDY):
                yield max((self._fill(held) for _ in range(_DRAFTS)), key=self._gain)
        near = [row for row in self._taken if len(held) == 1 or any(row.get(axis) == value for axis, value in held)]
        yield from sorted(({**row, **dict(held)} for row in near), key=self._gain, reverse=True)
        yield from self._completions(held)

    def _gain(self, row: Row) -> int:
        return sum(map(self._worth, self._pairs_in(row)))

    def _worth(self, pair: ValuePair) -> int:
        """Tell what a pair brings: less, the more often it was asked for and did not hold."""
        if pair in self.missing:
            return -len(self._axes)
        return int(pair in self._wanted) - (0 if pair in self._together else self._doubts[pair])

    def _fill(self, held: Held) -> Row:
        """Complete a row, axis by axis, with the value that brings the most."""
        row = dict(held)
        for axis in self._shuffled(axis for axis in self._axes if axis not in row):
            values = self._shuffled(self._axes[axis])
            row[axis] = max(values, key=lambda value: self._gain_of(axis, value, row))
        return row

    def _gain_of(self, axis: str, value: str, row: Row) -> int:
        return sum(self._worth(self._ordered((axis, value), item)) for item in row.items())

    def _ordered(self, one: tuple[str, str], other: tuple[str, str]) -> ValuePair:
        return (one, other) if self._order[one[0]] < self._order[other[0]] else (other, one)

    def _completions(self, held: Held) -> Iterator[Row]:
        """Complete a row in any way: in each, where those are few, else by chance."""
        rest = {axis: values for axis, values in self._axes.items() if axis not in dict(held)}
        if math.prod(map(len, rest.values())) <= _MOST_LISTED:
            for values in self._shuffled(itertools.product(*rest.values())):
                yield {**dict(held), **dict(zip(rest, values, strict=True))}
            return
        while True:
            yield {**dict(held), **{axis: self._chance.choice(list(values)) for axis, values in rest.items()}}

    def _shuffled(self, items: Iterable[_Item]) -> list[_Item]:
        listed = list(items)
        self._chance.shuffle(listed)
        return listed
