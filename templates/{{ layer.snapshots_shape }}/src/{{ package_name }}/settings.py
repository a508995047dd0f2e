"""What can be configured: the decision, the model, how it is judged; `[case]` and `[tables]` come with the base."""

from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from ._platform import PilotError
from ._platform.case import CaseSettings
from ._platform.settings import PlatformSettings, Section
from .domain.case import NO, YES
from .domain.decision import MISTAKES, BestShare, Decision, Forecast, LeastCost, Terms
from .domain.rule import Fits, Rule, Told, Usual
from .domain.value import ACT, LEAVE

DecisionKind = Literal["share", "costs", "number"]
TRUE_WORDS = ("true", "1", "y", "t", "x")


class DecisionSettings(Section):
    """What is decided: choose a share, act at least cost, or predict a number; without a kind the outcome says it.

    `costs` gives for each action what it costs with each outcome; of a yes/no outcome the actions are act and leave,
    the outcomes yes and no.
    """

    kind: DecisionKind | None = None
    share: float = Field(default=0.2, gt=0, le=1)
    costs: dict[str, dict[str, float]] = Field(default={})


class ModelSettings(Section):
    """Which kind of model is trained next."""

    kind: Literal["linear", "boosting"] = "linear"


class EvaluationSettings(Section):
    """In how many parts past cases are judged, how long after its day an outcome is known, what a renewal may lose.

    That is a share of what the champion is worth; a group may lose as much of what the rule is worth for it.
    """

    parts: int = Field(default=6, ge=2, le=36)
    outcome_after_days: int = Field(default=0, ge=0)
    renewal_margin: float = Field(default=0.05, ge=0, lt=1)


class Settings(PlatformSettings):
    """All settings of this pilot."""

    decision: DecisionSettings = DecisionSettings()
    model: ModelSettings = ModelSettings()
    evaluation: EvaluationSettings = EvaluationSettings()

    @model_validator(mode="after")
    def _decides_what_the_outcome_allows(self) -> Self:
        allowed = {"yes_no": ("share", "costs"), "class": ("costs",), "number": ("number", "share")}
        outcome = self.case.outcome_kind if self.case else None
        if outcome and self.decision_kind not in allowed[outcome]:
            message = f"decision.kind is {self.decision_kind}: an outcome that is {outcome} allows {allowed[outcome]}"
            raise ValueError(message)
        return self

    @cached_property
    def the_case(self) -> CaseSettings:
        """What a case is; without it there is nothing to do."""
        if self.case is None:
            raise PilotError(
                f"The settings do not say what a case is: `{self.distribution} own-data FILE` drafts [case]. "
                "Then run this again."
            )
        return self.case

    @property
    def decision_kind(self) -> DecisionKind:
        """The kind of decision: as told, else what the outcome is for."""
        outcome = self.case.outcome_kind if self.case else None
        if self.decision.kind:
            return self.decision.kind
        if outcome == "yes_no":
            return "costs" if self.decision.costs else "share"
        return "number" if outcome == "number" else "costs"

    @property
    def currency(self) -> str:
        """Currency of money, values and costs."""
        return self.manifest.costs.currency

    @property
    def terms(self) -> Terms:
        """The words that measures are named by."""
        words = self.the_case.words
        units = {"share": self.currency, "costs": self.currency if self.decision.costs else MISTAKES}
        return Terms(words.case, words.cases, words.outcome, units.get(self.decision_kind, words.unit))

    def decision_on(self, labels: tuple[str, ...]) -> Decision:
        """Put the decision together for a table with these outcomes."""
        if self.decision_kind == "number":
            return Forecast(self.terms)
        if self.decision_kind == "share":
            money = self.the_case.columns.money is not None and bool(labels)  # a number is what it brings itself
            return BestShare(self.decision.share, self.terms, money)
        return LeastCost(self._costs(labels), labels, self.terms)

    def _costs(self, labels: tuple[str, ...]) -> dict[str, dict[str, float]]:
        """Take the costs as agreed; without any, each mistake counts the same."""
        actions = {YES: ACT, NO: LEAVE}
        mistakes = {actions.get(one, one): {other: float(one != other) for other in labels} for one in labels}
        costs = self.decision.costs or mistakes
        lacking = [f"{action}: {label}" for action, row in costs.items() for label in labels if label not in row]
        if lacking:
            raise PilotError(
                f"[decision.costs] does not say what it costs to {'; to '.join(lacking)}: give each action a cost for "
                f"each outcome ({', '.join(labels)})."
            )
        return costs

    @property
    def rule_in_use(self) -> Rule:
        """What decides today: the rule of `[case]`, else a column of decisions or scores, else the same for all."""
        case, kind = self.the_case, self.decision_kind
        rule, columns = case.rule, case.columns
        if rule and (rule.above is not None or rule.below is not None or rule.among):
            return Fits(rule.column, rule.above, rule.below, rule.among)
        if rule:
            return Told(rule.column, rule.lowest_first) if kind == "share" else Usual(rule.column)
        told = (columns.score or columns.decision) if kind == "number" else (columns.decision or columns.score)
        if told is None:
            return Usual()
        if told == columns.decision and case.outcome_kind == "yes_no":
            return Fits(told, among=(str(case.positive), YES, *TRUE_WORDS))
        return Usual(told) if kind == "costs" and told == columns.score else Told(told)
