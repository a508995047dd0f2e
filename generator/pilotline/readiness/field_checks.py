"""Checks that are data: what is known about one, and what it asks of fields; the organisation's, and our own rows."""

from collections.abc import Iterable, Sequence
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


class FieldCheck(CheckOfCard):
    """A check whose whole rule is what it asks of fields, in this order.

    Args:
        card: What is known about it before it runs.
        asks: What it asks.
    """

    def __init__(self, card: Card, asks: Sequence[FieldRule]) -> None:
        super().__init__(card)
        self._asks = asks

    def find(self, repo: Repository) -> Iterable[Problem]:
        """Ask all of it."""
        return find_problems(repo, self._asks)
