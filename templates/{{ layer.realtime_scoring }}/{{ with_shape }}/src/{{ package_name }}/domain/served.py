"""A decision that was made on request, with what a person made of it and what became of the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .case import Case, Known, Outcome
from .value import Choice


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asked, and by which names the request is found again."""

    caller: str
    request_id: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class Rival:
    """What another version would have chosen for the same case; without a choice it failed."""

    version: str
    choice: Choice | None


@dataclass(frozen=True, slots=True)
class Answered:
    """One decision; `version` is that of the model, or `rule`."""

    id: str
    at: datetime
    case: Case
    choice: Choice
    likely: float | None
    rule: Choice
    version: str
    reasons: tuple[str, ...]
    rival: Rival | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided, whatever was suggested."""

    id: str
    at: datetime
    action: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Lived:
    """A decision whose outcome is known: what was done, which is the person's decision where there is one."""

    answered: Answered
    outcome: Outcome
    review: Review | None

    @property
    def known(self) -> Known:
        """The case with its outcome, to measure by."""
        return Known(self.answered.case, self.outcome)

    @property
    def done(self) -> Choice:
        """What was done."""
        return Choice(self.review.action, self.answered.choice.amount) if self.review else self.answered.choice


def of_version(lived: Sequence[Lived], version: str) -> list[Lived]:
    """Give those on which a version had a say beside another one: it chose itself, or in the shadow."""
    return [each for each in lived if each.answered.rival is not None and version in _versions(each)]


def _versions(each: Lived) -> set[str]:
    rival = each.answered.rival
    return {each.answered.version, rival.version if rival and rival.choice else each.answered.version}
