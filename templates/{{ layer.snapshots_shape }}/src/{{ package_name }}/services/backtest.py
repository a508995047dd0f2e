"""What would have happened: each past case decided by a model that had not seen it, and by the rule beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..domain.case import Estimate, Known
from ..domain.decision import Decision
from ..domain.rule import Rule
from ..domain.value import Choice
from ..ports import Learner
from .splitting import Split, independent

Progress = Callable[[str], None]
Estimates = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Judged:
    """The cases of one part, with what was chosen for each."""

    name: str
    known: Sequence[Known] = field(repr=False)
    estimates: Sequence[Estimate] = field(repr=False)
    ours: Sequence[Choice] = field(repr=False)
    rule: Sequence[Choice] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Backtest:
    """All parts that were judged, and what in them is independent of each other."""

    how: str
    parts: tuple[Judged, ...]

    @property
    def known(self) -> list[Known]:
        """All cases that were judged."""
        return [each for part in self.parts for each in part.known]

    @property
    def estimates(self) -> dict[str, Estimate]:
        """What the models said of each case."""
        return {
            each.case.key: estimate
            for part in self.parts
            for each, estimate in zip(part.known, part.estimates, strict=True)
        }

    @property
    def clusters(self) -> tuple[str, list[str]]:
        """Name what is independent, and give it for each case."""
        return independent(self.known)

    @property
    def ours(self) -> list[Choice]:
        """The model's choices, in the order of the cases."""
        return [choice for part in self.parts for choice in part.ours]

    @property
    def rule(self) -> list[Choice]:
        """The rule's choices, in the order of the cases."""
        return [choice for part in self.parts for choice in part.rule]


def run_backtest(split: Split, learner: Learner, decision: Decision, rule: Rule, progress: Progress) -> Backtest:
    """Go through the parts; model and rule learn only from what each part leaves to learn from."""
    judged = []
    for part in split.parts:
        progress(f"{part.name}: learning from {len(part.learn):,}, judging {len(part.judge):,}")
        cases = [each.case for each in part.judge]
        estimates = learner.fit(part.learn).estimates(cases)
        today = rule.learn(part.learn, decision)
        judged.append(
            Judged(
                name=part.name,
                known=part.judge,
                estimates=estimates,
                ours=decision.choose(cases, estimates),
                rule=decision.follow(cases, [today.says(case) for case in cases]),
            )
        )
    return Backtest(split.said, tuple(judged))


def in_common(test: Backtest, estimates: Estimates, decision: Decision) -> tuple[Backtest, Backtest] | None:
    """Let two models choose among the cases that both have an estimate for; None when there is none."""
    ours, theirs = [], []
    for part in test.parts:
        places = [place for place, each in enumerate(part.known) if each.case.key in estimates]
        known = [part.known[place] for place in places]
        cases = [each.case for each in known]
        mine = [part.estimates[place] for place in places]
        others = [estimates[case.key] for case in cases]
        rule = [part.rule[place] for place in places]
        if known:
            ours.append(Judged(part.name, known, mine, decision.choose(cases, mine), rule))
            theirs.append(Judged(part.name, known, others, decision.choose(cases, others), rule))
    return (Backtest(test.how, tuple(ours)), Backtest(test.how, tuple(theirs))) if ours else None
