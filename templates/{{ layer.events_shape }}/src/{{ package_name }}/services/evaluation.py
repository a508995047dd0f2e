"""The evidence about a model: values with intervals over customers, every way to rank against the rule, the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from ..domain.policy import Policy
from ..domain.ranking import Method
from ..domain.words import Words, amount
from .backtest import Backtest, Probabilities, Progress
from .intervals import Ratio, interval
from .kinship import Kinship
from .quality import quality
from .tallies import Tally

Tallies = Mapping[str, Tally]
Floats = npt.NDArray[np.float64]

PER = 100


class Measure(StrEnum):
    """What is reached per 100 that are chosen: money, or cases whose outcome comes true."""

    REVENUE = "money_reached"
    CUSTOMERS = "cases_reached"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value per 100 calls, or a difference of two, with a 95 % interval over customers."""

    value: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """Tell whether the whole interval lies above zero."""
        return self.low > 0

    @property
    def worse(self) -> bool:
        """Tell whether the whole interval lies below zero."""
        return self.high < 0


@dataclass(frozen=True, slots=True)
class Swaps:
    """The difference per 100 calls, summed up over customers: what an interval for many looks needs.

    `sd / sqrt(n)` is the standard error for n calls; a customer on several lists is one cluster of calls. `zeros` are
    the customers who tell nothing, and `skewness` is that of what the others tell.
    """

    n: int
    mean: float
    sd: float
    zeros: int
    clusters: int | None = None
    skewness: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way to rank against another on the same customers and cut-offs."""

    measure: Measure
    value: Estimate
    other: float
    difference: Estimate
    customers: int
    calls: int
    swaps: Swaps


def _reached(tallies: Sequence[Tally], measure: Measure) -> Floats:
    return np.array([each.revenue if measure is Measure.REVENUE else each.lapsing for each in tallies], dtype=float)


def _ratio(tallies: Tallies, measure: Measure) -> Ratio:
    """What each customer adds to what is reached per 100 calls."""
    found = list(tallies.values())
    return Ratio(PER * _reached(found, measure), np.array([float(each.calls) for each in found]))


def per_hundred(tallies: Tallies, measure: Measure) -> float:
    """Give what was reached per 100 calls, without an interval."""
    return _ratio(tallies, measure).value


def estimate(tallies: Tallies, measure: Measure, seed: int) -> Estimate:
    """Measure one way to rank."""
    found = _ratio(tallies, measure)
    return Estimate(found.value, *(interval(found, None, seed) if found.reached.any() else (0.0, 0.0)))


def swaps(ours: Ratio, theirs: Ratio) -> Swaps:
    """Sum up over customers what each adds to the difference of two ratios, linearised (Cochran 1977, 6.5).

    Calls of one customer depend on each other, so that his are added up before they are squared: the cluster-robust
    variance, corrected by C / (C - 1) (Liang and Zeger 1986).
    """
    calls, customers = int(ours.calls.sum()), len(ours.calls)
    if calls == 0 or customers < 2:  # noqa: PLR2004 - one customer has no spread
        return Swaps(0, 0.0, 0.0, 0)
    rest = calls * (ours.influence - theirs.influence)
    squares = float(rest @ rest)
    return Swaps(
        n=calls,
        mean=ours.value - theirs.value,
        sd=float(np.sqrt(squares / calls * customers / (customers - 1))),
        zeros=int((ours.reached == theirs.reached).sum()),
        clusters=customers,
        skewness=float(rest**2 @ rest) / customers / (squares / customers) ** 1.5 if squares else 0.0,
    )


def compare(tallies: Tallies, others: Tallies, measure: Measure, seed: int) -> Comparison:
    """Measure one way to rank and its paired difference to another; two equal lists differ by exactly nothing."""
    ours, theirs = _ratio(tallies, measure), _ratio(others, measure)
    same = np.array_equal(ours.reached, theirs.reached) and np.array_equal(ours.calls, theirs.calls)
    ends = (0.0, 0.0) if same else interval(ours, theirs, seed)
    return Comparison(
        measure=measure,
        value=estimate(tallies, measure, seed),
        other=theirs.value,
        difference=Estimate(ours.value - theirs.value, *ends),
        customers=len(tallies),
        calls=int(ours.calls.sum()),
        swaps=swaps(ours, theirs),
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says, in words."""

    passed: bool
    reasons: tuple[str, ...]


def decide(
    rule: Comparison, champion: Comparison | None, kinship: Kinship | None, *, margin: float, chosen: str = "chosen"
) -> Decision:
    """Let a challenger pass that has earned it.

    Another recipe, or the first model, has to beat the rule and the champion by interval. The champion's own recipe,
    trained on newer outcomes, renews it when it is not worse: than the champion by `margin`, a share of what that one
    reaches, by interval (non-inferiority), and than the rule. What learned the same has nothing to renew.
    """
    renewed, per = kinship is Kinship.RETRAINED, f"per {PER} {chosen}"
    checks = [(_not_worse if renewed else _better)("the rule in use", rule, per)]
    if kinship is Kinship.SAME:
        checks.append((False, "the champion has learned from the same outcomes: nothing to renew"))
    elif kinship is not None and champion is None:
        checks.append((False, "the champion cannot be judged on this ledger: no list in common"))
    elif champion is not None:
        name = "the champion"
        checks.append(_within(name, champion, per, margin) if renewed else _better(name, champion, per))
    return Decision(all(passed for passed, _ in checks), tuple(reason for _, reason in checks))


def _better(name: str, comparison: Comparison, per: str) -> tuple[bool, str]:
    difference = comparison.difference
    word = "better than" if difference.better else "worse than" if difference.worse else "not clearly better than"
    return difference.better, f"{word} {name}: {_numbers(difference, per)}"


def _not_worse(name: str, comparison: Comparison, per: str) -> tuple[bool, str]:
    difference = comparison.difference
    word = "better than" if difference.better else "worse than" if difference.worse else "not worse than"
    return not difference.worse, f"{word} {name}: {_numbers(difference, per)}"


def _within(name: str, comparison: Comparison, per: str, margin: float) -> tuple[bool, str]:
    """Non-inferiority: the whole interval lies above what may be lost."""
    tolerated = margin * comparison.other
    passed = comparison.difference.low >= -tolerated
    word = "renews" if passed else "may be worse than"
    return passed, f"{word} {name}: {_numbers(comparison.difference, per)}, margin {tolerated:,.0f}"


def _numbers(difference: Estimate, per: str) -> str:
    return f"{difference.value:+,.0f} {per}, 95 % interval {difference.low:+,.0f} to {difference.high:+,.0f}"


Reached = dict[Method, dict[Measure, float]]


@dataclass(frozen=True)
class Month:
    """One judged list: what each way to rank reached per 100 calls."""

    cutoff: date
    active: int
    reached: Reached


@dataclass(frozen=True)
class Rival:
    """The champion in a comparison, with what it said about the same lists, out of time.

    Renewed by its own recipe, it may lose the share `margin` of what it reaches.
    """

    version: int
    probabilities: Probabilities
    kinship: Kinship = Kinship.OTHER
    margin: float = 0.0


@dataclass(frozen=True)
class Evaluation:
    """The evidence about one model version, as it is kept with its run."""

    version: int
    months: tuple[Month, ...]
    against_rule: dict[Method, dict[Measure, Comparison]]
    champion: int | None
    against_champion: Comparison | None
    decision: Decision
    quality: dict[str, float]

    @property
    def main(self) -> Comparison:
        """The comparison that decides: money reached by probability x revenue, against the rule."""
        return self.against_rule[Method.EXPECTED_LOSS][Measure.REVENUE]

    def calibration(self, unit: str, words: Words) -> str:
        """Say how true the money is that the model expects to lose, since that is what it ranks by."""
        known = self.quality
        return (
            f"Calibration: of the {words.money} of active {words.cases} the model expected "
            f"{amount(unit, known['expected_money'])} to be lost over these lists, {amount(unit, known['lost_money'])} "
            f"were ({known['money_calibration']:.2f} times); by tenths of expected loss it is wrong by "
            f"{known['money_calibration_error']:.0%} of that."
        )

    def finding(self, unit: str, words: Words) -> str:
        """Say what ranking by probability alone would do: the reason why the KPI decides and not the hit rate."""
        alone = self.against_rule[Method.PROBABILITY]
        customers, money = alone[Measure.CUSTOMERS], alone[Measure.REVENUE]
        more, less = customers.difference.better, money.difference.worse
        verdict = f"finds more {words.cases} and loses money" if more and less else "is compared here for honesty"
        return (
            f"Ranking by probability alone {verdict}: per {PER} {words.chosen} it is right about "
            f"{customers.value.value:,.0f} {words.cases} (the rule {customers.other:,.0f}) and reaches "
            f"{amount(unit, money.value.value)} of their {words.money} (the rule {money.other:,.0f}). Probability x "
            f"{words.money} reaches {amount(unit, self.main.value.value)}."
        )


def evaluate_backtest(
    version: int, test: Backtest, rival: Rival | None, policy: Policy, words: Words, seed: int, progress: Progress
) -> Evaluation:
    """Compare the ways to rank on past lists and decide whether this version has earned to be champion."""
    tallies = {method: test.tallies(method, policy) for method in Method}
    against_rule = {}
    for method in Method:
        if method.needs_model:
            progress(f"comparing with the rule: {method.said(words)}")
        ours = tallies[method]
        against_rule[method] = {measure: compare(ours, tallies[Method.RULE], measure, seed) for measure in Measure}
    if rival:
        progress(f"comparing with the champion, version {rival.version}")
    duel = _duel(test, rival, policy, seed) if rival else None
    main = against_rule[Method.EXPECTED_LOSS][Measure.REVENUE]
    kinship, margin = (rival.kinship, rival.margin) if rival else (None, 0.0)
    return Evaluation(
        version=version,
        months=tuple(_month(test, cutoff, policy) for cutoff in test.cutoffs),
        against_rule=against_rule,
        champion=rival.version if rival else None,
        against_champion=duel,
        decision=decide(main, duel, kinship, margin=margin, chosen=words.chosen),
        quality=quality(test),
    )


def _duel(test: Backtest, rival: Rival, policy: Policy, seed: int) -> Comparison | None:
    """Compare with the champion on the lists that both can be judged on; None when there are none."""
    theirs = test.judged_by(rival.probabilities)
    if not theirs.cutoffs:
        return None
    ours = Backtest(theirs.outcomes, test.probabilities)
    method = Method.EXPECTED_LOSS
    return compare(ours.tallies(method, policy), theirs.tallies(method, policy), Measure.REVENUE, seed)


def _month(test: Backtest, cutoff: date, policy: Policy) -> Month:
    one = test.of(cutoff)
    tallies = {method: one.tallies(method, policy) for method in Method}
    reached = {method: {each: per_hundred(tallies[method], each) for each in Measure} for method in Method}
    return Month(cutoff, len(test.outcomes[cutoff]), reached)
