"""The evidence about a model: each measure against the rule and the champion by interval, slices, and the gate."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ..domain.case import Known
from ..domain.decision import Decision
from ..domain.value import Choice, Measure
from .backtest import Backtest, Estimates, Progress, in_common
from .intervals import Column, Differences, Estimated, difference, differences, estimate, half_width, numbered
from .kinship import Kinship
from .quality import quality

SLICES = 12  # groups that are shown, the largest first
LARGE = 100  # differences from here on are written without decimals
SMALLEST = 30  # cases of a group below which nothing is said about it
UNSAID = f"fewer than {SMALLEST} cases that were judged, or not among the {SLICES} largest"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way to decide against another on the same cases, by one measure."""

    measure: str
    title: str
    unit: str
    sign: int
    per: int
    value: Estimated
    other: Estimated
    difference: Estimated
    cases: int
    counted: int
    independent: int
    differences: Differences

    @property
    def better(self) -> bool:
        """Tell whether the whole interval lies on the better side."""
        return min(self.sign * self.difference.low, self.sign * self.difference.high) > 0

    @property
    def worse(self) -> bool:
        """Tell whether the whole interval lies on the worse side."""
        return max(self.sign * self.difference.low, self.sign * self.difference.high) < 0

    def loses(self, tolerated: float, groups: int) -> bool:
        """Tell whether more is lost than tolerated, by an interval that holds for so many groups at once."""
        half = half_width(self.difference.error, self.independent, at_once=groups)
        return self.sign * self.difference.value + half < -tolerated


def compare(
    measure: Measure, known: Sequence[Known], ours: Sequence[Choice], theirs: Sequence[Choice], clusters: Sequence[str]
) -> Comparison:
    """Measure two ways to decide, and their paired difference."""
    one, two = (
        Column.of([measure.worth(choice, each) for choice, each in zip(side, known, strict=True)], measure.per)
        for side in (ours, theirs)
    )
    places = numbered(clusters)
    found = difference(one, two, places)
    return Comparison(
        measure=measure.id,
        title=measure.title,
        unit=measure.unit,
        sign=measure.sign,
        per=measure.per,
        value=estimate(one, places),
        other=estimate(two, places),
        difference=found,
        cases=len(known),
        counted=int(one.counts.sum()),
        independent=len(np.unique(places)),
        differences=differences(one, two, places),
    )


Slices = tuple[tuple[str, Comparison], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says, in words."""

    passed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """One part that was judged: what each way was worth by the measure that decides."""

    name: str
    cases: int
    ours: float
    rule: float


@dataclass(frozen=True, slots=True)
class Rival:
    """The champion in a comparison, with what it said of the same cases without having seen them."""

    version: int
    estimates: Estimates
    kinship: Kinship


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The evidence about one model version, as it is kept with its run."""

    version: int
    how: str
    over: str
    days: tuple[date, date] | None
    rule: str
    periods: tuple[Period, ...]
    against_rule: tuple[Comparison, ...]
    slices: Slices
    champion: int | None
    against_champion: Comparison | None
    verdict: Verdict
    quality: dict[str, float]
    unsaid: int = 0  # groups that are too small to say something about, or not among the largest

    @property
    def main(self) -> Comparison:
        """The comparison that decides."""
        return self.against_rule[0]


def evaluate_backtest(
    version: int,
    test: Backtest,
    rule: str,
    rival: Rival | None,
    decision: Decision,
    progress: Progress,
    *,
    margin: float,
) -> Evaluation:
    """Compare with the rule and the champion, and say whether this version has earned to be champion."""
    over, clusters = test.clusters
    known, ours, theirs = test.known, test.ours, test.rule
    days = [each.case.day for each in known if each.case.day]
    progress(f"comparing with the rule on {len(known):,} cases")
    against = tuple(compare(measure, known, ours, theirs, clusters) for measure in decision.measures)
    if rival:
        progress(f"comparing with the champion, version {rival.version}")
    duel = _duel(test, rival, decision) if rival else None
    slices, unsaid = _slices(test, decision.measures[0])
    losing = _losing(slices, margin) if decision.each_alone else ()
    return Evaluation(
        version=version,
        how=test.how,
        over=over,
        days=(min(days), max(days)) if days else None,
        rule=rule,
        periods=tuple(_period(test, place, decision.measures[0]) for place in range(len(test.parts))),
        against_rule=against,
        slices=slices,
        champion=rival.version if rival else None,
        against_champion=duel,
        verdict=decide(against[0], duel, rival.kinship if rival else None, margin, losing),
        quality=quality(known, [said for part in test.parts for said in part.estimates]),
        unsaid=unsaid,
    )


def _duel(test: Backtest, rival: Rival, decision: Decision) -> Comparison | None:
    """Compare with the champion on the cases that both can be judged by; None when there are none."""
    both = in_common(test, rival.estimates, decision)
    if both is None:
        return None
    ours, theirs = both
    return compare(decision.measures[0], ours.known, ours.ours, theirs.ours, ours.clusters[1])


def _period(test: Backtest, place: int, measure: Measure) -> Period:
    part = test.parts[place]
    ours, rule = (
        Column.of([measure.worth(choice, each) for choice, each in zip(side, part.known, strict=True)], measure.per)
        for side in (part.ours, part.rule)
    )
    return Period(part.name, len(part.known), ours.mean, rule.mean)


def _slices(test: Backtest, measure: Measure) -> tuple[Slices, int]:
    """Compare within each of the largest groups, because a mean can hide who pays for it; count the other groups."""
    known, ours, theirs, (_, clusters) = test.known, test.ours, test.rule, test.clusters
    of_each = [{*each.case.slices, *([each.case.group] if each.case.group is not None else [])} for each in known]
    groups = Counter(name for names in of_each for name in names)
    found = []
    for name, size in groups.most_common(SLICES) if len(groups) > 1 else ():
        rows = [place for place, names in enumerate(of_each) if name in names]
        picked = [[side[row] for row in rows] for side in (ours, theirs)]
        # Within a group the group itself cannot be what is independent.
        alone = [known[row].case.name for row in rows]
        inside = alone if len({clusters[row] for row in rows}) == 1 else [clusters[row] for row in rows]
        if size >= SMALLEST:
            found.append((str(name), compare(measure, [known[row] for row in rows], picked[0], picked[1], inside)))
    return tuple(found), len(groups) - len(found) if len(groups) > 1 else 0


def _losing(slices: Slices, margin: float) -> tuple[str, ...]:
    """Say which groups lose more than the margin against the rule, beyond what chance finds among so many."""
    tolerated = {name: margin * abs(each.other.value) for name, each in slices}
    found = [(name, each) for name, each in slices if each.loses(tolerated[name], len(slices))]
    return tuple(
        f"worse than the rule in use for {name}: {_numbers(each)}, margin {tolerated[name]:,.3g}"
        for name, each in found
    )


def decide(
    rule: Comparison, duel: Comparison | None, kinship: Kinship | None, margin: float, losing: Sequence[str] = ()
) -> Verdict:
    """Let a challenger pass that has earned it.

    Another recipe, or the first model, has to beat the rule and the champion by interval. The champion's own recipe,
    trained on newer outcomes, renews it when it is not worse: than the champion by `margin`, a share of what that one
    is worth, by interval (non-inferiority), and than the rule. What learned the same has nothing to renew. Groups that
    are `losing` bar any of them: what others win does not make up for it.
    """
    renewed = kinship is Kinship.RETRAINED
    checks = [(not rule.worse if renewed else rule.better, _said(rule, "the rule in use"))]
    if kinship is Kinship.SAME:
        checks.append((False, "the champion has learned from the same outcomes: nothing to renew"))
    elif kinship is not None and duel is None:
        checks.append((False, "the champion cannot be judged on this table: no case in common"))
    elif duel is not None:
        checks.append(_renews(duel, margin) if renewed else (duel.better, _said(duel, "the champion")))
    checks += [(False, text) for text in losing]
    return Verdict(all(passed for passed, _ in checks), tuple(reason for _, reason in checks))


def _renews(duel: Comparison, margin: float) -> tuple[bool, str]:
    """Non-inferiority: the whole interval lies above what may be lost."""
    tolerated = margin * abs(duel.other.value)
    least = min(duel.sign * duel.difference.low, duel.sign * duel.difference.high)
    word = "renews" if least >= -tolerated else "may be worse than"
    return least >= -tolerated, f"{word} the champion: {_numbers(duel)}, margin {tolerated:,.3g}"


def _said(found: Comparison, name: str) -> str:
    word = "better than" if found.better else "worse than" if found.worse else "not clearly better than"
    return f"{word} {name}: {_numbers(found)}"


def _numbers(found: Comparison) -> str:
    ends = found.difference
    value, low, high = (_written(each) for each in (ends.value, ends.low, ends.high))
    return f"{value} {found.unit}, 95 % interval {low} to {high}"


def _written(value: float) -> str:
    """Write a difference with three telling digits, and a large one in full."""
    return f"{value:+,.0f}" if abs(value) >= LARGE else f"{value:+,.3g}"
