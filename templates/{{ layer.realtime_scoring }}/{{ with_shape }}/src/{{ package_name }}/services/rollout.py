"""Decides when a new version moves on, and when it is taken back: by its failures, and by what its choices cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..domain.rollout import Stage, Standing
from ..domain.served import Lived, of_version
from ..domain.value import Choice, Measure
from .evaluation import Comparison, compare
from .splitting import independent


class Plan(Protocol):
    """What was agreed; the settings `[serving]` are one."""

    @property
    def shadow_decisions(self) -> int:
        """So many in the shadow."""

    @property
    def canary_decisions(self) -> int:
        """So many on the share of the cases."""

    @property
    def errors_allowed(self) -> float:
        """Share that may fail."""

    @property
    def errors_from(self) -> int:
        """Decisions from which on that share is looked at."""

    @property
    def outcomes_from(self) -> int:
        """Outcomes from which on costs are compared."""

    @property
    def by_hand(self) -> bool:
        """Whether a person moves it on."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a version did: decisions in the shadow and on its share, failures, and its cost beside the champion's."""

    shadow: int
    canary: int
    failed: int
    cost: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The next stage, and why."""

    stage: Stage
    why: str


def next_step(standing: Standing, seen: Seen, plan: Plan) -> Step | None:
    """Say what comes next; None while it stays as it is."""
    made = seen.shadow + seen.canary
    asked = made + seen.failed
    if asked >= plan.errors_from and seen.failed > plan.errors_allowed * asked:
        return Step("returned", f"{seen.failed} of its {asked} decisions failed, {plan.errors_allowed:.1%} are allowed")
    if seen.cost is not None and seen.cost.counted >= plan.outcomes_from and seen.cost.worse:
        found = seen.cost.difference
        numbers = f"{found.value:+,.3g} {seen.cost.unit}, 95 % interval {found.low:+,.3g} to {found.high:+,.3g}"
        return Step("returned", f"worse than the champion on {seen.cost.counted} outcomes: {numbers}")
    if plan.by_hand:
        return None
    if standing.stage == "shadow" and made >= plan.shadow_decisions:
        return Step("canary", f"{made} decisions in the shadow without too many failures")
    if standing.stage == "canary" and seen.canary >= plan.canary_decisions:
        return Step("full", f"{seen.canary} decisions on its share, not worse as far as outcomes tell")
    return None


def compare_costs(lived: Sequence[Lived], version: str, measure: Measure) -> Comparison | None:
    """Compare what a version chose with what the other chose for the same cases; None where nothing is known yet."""
    rows = [(each, _choice_of(each, version), _other(each, version)) for each in of_version(lived, version)]
    both = [(each.known, ours, theirs) for each, ours, theirs in rows if ours and theirs]
    if len(both) < 2:  # noqa: PLR2004 - an interval needs two
        return None
    known = [each for each, _, _ in both]
    _, clusters = independent(known)
    return compare(measure, known, [ours for _, ours, _ in both], [theirs for _, _, theirs in both], clusters)


def _choice_of(each: Lived, version: str) -> Choice | None:
    if each.answered.version == version:
        return each.answered.choice
    return each.answered.rival.choice if each.answered.rival else None


def _other(each: Lived, version: str) -> Choice | None:
    if each.answered.version == version:
        return each.answered.rival.choice if each.answered.rival else None
    return each.answered.choice
