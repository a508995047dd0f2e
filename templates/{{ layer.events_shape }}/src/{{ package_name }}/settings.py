"""What can be configured: the ledger, the call policy, the model; the platform's own settings come with the base."""

from datetime import date
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from ._platform.case import CaseWords
from ._platform.sections import TableSettings
from ._platform.settings import PlatformSettings, Section
from .domain.policy import Policy
from .domain.words import Words


class ColumnSettings(Section):
    """Which column of the table plays which part; a line's value is its amount, or price times quantity."""

    case: str
    day: str
    order: str | None = None
    amount: str | None = None
    price: str | None = None
    quantity: str | None = None

    @model_validator(mode="after")
    def _values_a_line(self) -> Self:
        if (self.amount is None) == (self.price is None or self.quantity is None):
            message = "name either amount, or price and quantity"
            raise ValueError(message)
        return self


class LedgerSettings(TableSettings):
    """Where the raw lines are, how they are written, and under which contract they come in.

    `until` shows them as of an earlier morning.
    """

    until: date | None = None
    columns: ColumnSettings


class PolicySettings(Section):
    """What was agreed with the people who work with the list."""

    active_days: int = Field(default=180, ge=7)
    horizon_days: int = Field(default=90, ge=7)
    silent_days: int = Field(default=60, ge=0)
    chosen_share: float = Field(default=0.2, gt=0, le=1)


class ModelSettings(Section):
    """Which kind of model is trained next."""

    kind: Literal["logistic", "boosting"] = "logistic"


class EvaluationSettings(Section):
    """How many past lists are judged, and what a renewed champion may lose, as a share of what the old one reaches."""

    lists: int = Field(default=6, ge=1, le=36)
    renewal_margin: float = Field(default=0.05, ge=0, lt=1)


class Settings(PlatformSettings):
    """All settings of this pilot."""

    ledger: LedgerSettings
    policy: PolicySettings = PolicySettings()
    model: ModelSettings = ModelSettings()
    evaluation: EvaluationSettings = EvaluationSettings()

    @property
    def call_policy(self) -> Policy:
        """The policy as the domain knows it."""
        return Policy(**self.policy.model_dump())

    @cached_property
    def words(self) -> Words:
        """The words of the case."""
        said = self.case.words if self.case else CaseWords()
        return Words(
            case=said.case,
            cases=said.cases,
            list=said.list,
            chosen=said.chosen,
            event=said.event,
            events=said.events,
            money=said.money,
            outcome=said.outcome,
        )

    @property
    def amount_unit(self) -> str:
        """What amounts are in: the unit that the words of the case give, else the currency of the costs."""
        own = self.case.words.money_unit if self.case else None
        return own or self.manifest.costs.currency
