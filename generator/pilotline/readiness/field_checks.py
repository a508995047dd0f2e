"""Checks that are data: what is known about one, and what it asks of fields; the organisation's, and our own rows."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property

from pilotline.readiness.base import Check
from pilotline.readiness.field_rules import FieldRule, find_problems
from pilotline.readiness.results import Card, Problem
from pilotline.readiness.view.pilot_view import Repository


class CheckOfCard(Check):
    """A check whose card is data."""

    def __init__(self, card: Card) -> None:
        self._card = card

    @cached_property
    def card(self) -> Card:
        """What is known about it before it runs."""
        return self._card

    def law(self, repo: Repository) -> date | None:
        """Tell from which day a law asks for it, as the card says."""
        del repo
        return self._card.applies_from


class FieldCheck(CheckOfCard):
    """A check whose whole rule is what it asks of fields, in this order.

    Args:
        card: What is known about it before it runs.
        asks: What it asks.
        needless: Why it does not apply to a pilot; empty where it does.
    """

    def __init__(
        self, card: Card, asks: Sequence[FieldRule], needless: Callable[[Repository], str] = lambda _: ""
    ) -> None:
        super().__init__(card)
        self._asks = asks
        self._needless = needless

    def not_applicable(self, repo: Repository) -> str:
        """Say why the check does not apply to this pilot; empty when it does."""
        return self._needless(repo)

    def find(self, repo: Repository) -> Iterable[Problem]:
        """Ask all of it."""
        return find_problems(repo, self._asks)
