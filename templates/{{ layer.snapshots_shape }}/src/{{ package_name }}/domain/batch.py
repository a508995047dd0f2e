"""A batch of decisions as people receive it: each with its place, its reasons, and what the rule would have done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from .case import Case, Estimate, Known
from .value import ACT, LEAVE, PREDICT, Choice


@dataclass(frozen=True, slots=True)
class Entry:
    """One case of a batch; `waiting` tells that its outcome was not known when it was decided."""

    name: str
    day: date | None
    place: int
    action: str
    amount: float
    money: float
    likely: float | None
    rule_action: str
    rule_amount: float
    waiting: bool
    reasons: tuple[str, ...]

    @property
    def chosen(self) -> bool:
        """Tell whether there is something to do."""
        return self.action != LEAVE

    @property
    def key(self) -> str:
        """Name the row, as the case does."""
        return self.name if self.day is None else f"{self.name}@{self.day}"


@dataclass(frozen=True, slots=True)
class Batch:
    """All decisions of one period, with what is needed to trace them back and to measure them later."""

    period: str
    method: str
    model_version: str
    run_id: str
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """Name what decided on what: the same batch is written once."""
        return f"{self.period}/{self.method}/{self.model_version}"

    @property
    def chosen(self) -> tuple[Entry, ...]:
        """What there is to do, in order."""
        return tuple(entry for entry in self.entries if entry.chosen)


@dataclass(frozen=True, slots=True)
class Decided:
    """A case with the model's or the rule's choice, beside what the rule would have done."""

    case: Case
    choice: Choice
    rule: Choice
    estimate: Estimate | None
    waiting: bool


@dataclass(frozen=True, slots=True)
class Past:
    """A decision that people had, whose outcome came later: what was done, and what the rule would have done."""

    known: Known
    worked: Choice
    rule: Choice
    period: str


def entries(decided: Sequence[Decided], reasons: Mapping[str, tuple[str, ...]]) -> tuple[Entry, ...]:
    """Put what there is to do first, the highest amount before the others."""
    rows = sorted(decided, key=lambda each: (each.choice.action == LEAVE, -each.choice.amount, each.case.key))
    return tuple(_entry(place, row, reasons.get(row.case.key, ())) for place, row in enumerate(rows, start=1))


def _entry(place: int, row: Decided, reasons: tuple[str, ...]) -> Entry:
    return Entry(
        name=row.case.name,
        day=row.case.day,
        place=place,
        action=row.choice.action,
        amount=row.choice.amount,
        money=row.case.money,
        likely=None if row.estimate is None or len(row.estimate) == 1 else max_or_yes(row.estimate),
        rule_action=row.rule.action,
        rule_amount=row.rule.amount,
        waiting=row.waiting,
        reasons=reasons,
    )


def max_or_yes(estimate: Estimate) -> float:
    """Give the probability that people want to read: of yes, or of the likeliest class."""
    return estimate[-1] if len(estimate) == 2 else max(estimate)  # noqa: PLR2004 - no and yes


def said(action: str, word: str) -> str:
    """Write an action in the words of the case; a class or an action of the team's own is its own word."""
    return {ACT: word, LEAVE: f"do not {word}", PREDICT: "predicted"}.get(action, action)
