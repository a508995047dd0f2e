"""What was found in a table, before anything is drafted from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..case import CaseRule, CaseWords
from .profiles import Profile
from .reading import Table
from .roles import Guess
from .shape import Seen


@dataclass(frozen=True)
class Joined:
    """Another table that gives each case more columns, by a key that it has once for each."""

    table: Table
    key: str
    profiles: Mapping[str, Profile]


@dataclass(frozen=True)
class Found:
    """All that a draft is made of: shape, parts with why, features, what is left out and why, today's rule, words."""

    table: Table
    profiles: Mapping[str, Profile]
    seen: Seen
    guesses: tuple[Guess, ...]
    features: tuple[str, ...]
    left_out: Mapping[str, str]
    personal: Mapping[str, str]
    words: CaseWords
    rule: CaseRule | None = None
    why_rule: str | None = None
    duplicate: float = 0.0
    days: tuple[datetime, datetime] | None = None
    beyond: int = 0
    joined: tuple[Joined, ...] = ()
    special: Mapping[str, str] | None = None
    strong: tuple[str, ...] = ()  # features that alone tell much of the outcome

    def column(self, part: str) -> str | None:
        """Return the column of a part."""
        return next((guess.column for guess in self.guesses if guess.part == part), None)

    def part(self, part: str) -> Profile | None:
        """Return what the column of a part holds."""
        named = self.column(part)
        return self.profiles[named] if named is not None else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the main table that the pilot reads, in the table's order."""
        used = {guess.column for guess in self.guesses} | set(self.features)
        if self.rule is not None:
            used.add(self.rule.column)
        return tuple(name for name in self.table.columns if name in used)

    @property
    def decimal(self) -> str:
        """The sign before fractions in the numbers that are read."""
        read = [self.profiles[name] for name in self.columns]
        return "," if any(each.numeric and each.decimal == "," for each in read) else "."
