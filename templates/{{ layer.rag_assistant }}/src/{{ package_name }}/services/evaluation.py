"""Judges the assistant on questions with a known answer, beside plain full-text search on the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean

from ..domain.question import Asked, Case, Form
from ..ports import Library
from .answering import Assistant, Manner

Progress = Callable[[str], None]
EVERYTHING = 20  # passages that are looked at to tell finding from choosing


@dataclass(frozen=True)
class Judged:
    """What became of a question: whether each way found the right place, and how sure the assistant was."""

    case: str
    topic: str
    form: Form
    held_back: bool
    answerable: bool
    fit: float
    found: bool  # the right place is among many passages
    cited: bool  # it is among those that would be cited
    first: bool
    plain_cited: bool
    plain_first: bool

    def right(self, threshold: float) -> bool:
        """Tell whether the right place is cited first, or a question without an answer refused."""
        return self.fit >= threshold and self.first if self.answerable else self.fit < threshold

    @property
    def plain_right(self) -> bool:
        """Tell whether the first hit of plain search is the right one; it never refuses."""
        return self.answerable and self.plain_first


@dataclass(frozen=True)
class Share:
    """A share of questions, with its interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Difference:
    """How much more than plain search, in questions of a hundred; the interval is over topics."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Gate:
    """What an assistant has to reach."""

    false_answers: float  # the threshold is the lowest that answers at most this share of the unanswerable, in tuning
    margin: float  # how much worse than plain search it may be, in points, as far as the interval tells
    refused: float  # share of unanswerable questions that have to be refused, of those held back


@dataclass(frozen=True)
class Judgement:
    """The whole evaluation: what is said of those held back, and how it came about."""

    questions: int
    threshold: float
    right: Share
    plain: Share
    difference: Difference
    refused: Share
    answered: Share
    plain_answered: Share
    found: Share
    cited: Share
    plain_cited: Share
    by_form: dict[str, tuple[Share, Share]]
    tuned_on: Share
    passed: bool
    reasons: tuple[str, ...]


def judge(
    cases: Sequence[Case], assistant: Assistant, library: Library, manner: Manner, progress: Progress
) -> list[Judged]:
    """Ask every question in both ways."""
    judged = []
    for number, case in enumerate(cases, start=1):
        if number % EVERYTHING == 0:
            progress(f"asked {number} of {len(cases)} questions")
        judged.append(_judge(case, assistant, library, manner))
    return judged


def _judge(case: Case, assistant: Assistant, library: Library, manner: Manner) -> Judged:
    ranked = assistant.quotes(Asked(case.text, case.person), manner)
    quotes = [each.passage for each in ranked]
    plain = [each.passage for each in library.find_plain(case.text, case.person, manner.cited)]
    fit = ranked[0].fit if ranked else 0.0
    ours = [case.is_right(each.document, each.section) for each in quotes]
    theirs = [case.is_right(each.document, each.section) for each in plain]
    return Judged(
        case=case.id,
        topic=case.topic,
        form=case.form,
        held_back=case.held_back,
        answerable=case.answerable,
        fit=fit,
        found=any(ours),
        cited=any(ours[: manner.cited]),
        first=any(ours[:1]),
        plain_cited=any(theirs),
        plain_first=any(theirs[:1]),
    )


def calibrate(judged: Sequence[Judged], target: float) -> float:
    """Find the lowest threshold at which few enough of the unanswerable are answered; held back ones are not seen."""
    tuned = [each.fit for each in judged if not each.held_back and not each.answerable]
    if not tuned:
        return 0.0
    allowed = int(target * len(tuned))
    ordered = sorted(tuned, reverse=True)
    return round(ordered[allowed] + 1e-4, 4) if allowed < len(ordered) else 0.0


def conclude(judged: Sequence[Judged], gate: Gate) -> Judgement:
    """Say what the questions held back show, and whether the assistant has earned its place."""
    threshold = calibrate(judged, gate.false_answers)
    held = [each for each in judged if each.held_back]
    asked = [each for each in held if each.answerable]
    tuned = [each for each in judged if not each.held_back]
    never = [each for each in held if not each.answerable]
    difference = paired([(each.topic, each.right(threshold) - each.plain_right) for each in held])
    refused = share([each.fit < threshold for each in never])
    passed, reasons = _decide(difference, refused, gate, len(asked))
    return Judgement(
        questions=len(judged),
        threshold=threshold,
        right=share([each.right(threshold) for each in held]),
        plain=share([each.plain_right for each in held]),
        difference=difference,
        refused=refused,
        answered=share([each.right(threshold) for each in asked]),
        plain_answered=share([each.plain_right for each in asked]),
        found=share([each.found for each in asked]),
        cited=share([each.cited and each.fit >= threshold for each in asked]),
        plain_cited=share([each.plain_cited for each in asked]),
        by_form={form.value: _of_form(asked, form, threshold) for form in Form if form is not Form.UNANSWERABLE},
        tuned_on=share([each.right(threshold) for each in tuned]),
        passed=passed,
        reasons=reasons,
    )


def _of_form(asked: Sequence[Judged], form: Form, threshold: float) -> tuple[Share, Share]:
    some = [each for each in asked if each.form is form]
    return share([each.right(threshold) for each in some]), share([each.plain_first for each in some])


def _decide(difference: Difference, refused: Share, gate: Gate, asked: int) -> tuple[bool, tuple[str, ...]]:
    if not asked:
        return False, ("no question that has an answer was held back",)
    not_worse = difference.low > -gate.margin
    refuses = refused.value >= 100 * gate.refused
    word = "at most" if not_worse else "perhaps more than"
    interval = f"{difference.low:+.1f} to {difference.high:+.1f}"
    reasons = (
        f"right {difference.value:+.1f} points to plain search ({interval}): {word} {gate.margin:g} points worse",
        f"{refused.value:.0f} % of the {refused.n} unanswerable questions refused, {100 * gate.refused:.0f} % wanted",
    )
    return not_worse and refuses, reasons


def share(found: Sequence[bool]) -> Share:
    """Give a share in percent with Wilson's interval."""
    n = len(found)
    if not n:
        return Share(0.0, 0.0, 100.0, 0)
    z, rate = NormalDist().inv_cdf(0.975), sum(found) / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Share(100 * rate, 100 * max(0.0, middle - half), 100 * min(1.0, middle + half), n)


def paired(differences: Sequence[tuple[str, int]]) -> Difference:
    """Compare question by question; questions on one topic depend on each other, so the interval is over topics."""
    n = len(differences)
    if not n:
        return Difference(0.0, -100.0, 100.0)
    mean = fmean(value for _, value in differences)
    sums: dict[str, float] = {}
    for topic, value in differences:
        sums[topic] = sums.get(topic, 0.0) + value - mean
    clusters = len(sums)
    if clusters < 2:  # noqa: PLR2004 - one topic tells nothing of others
        return Difference(100 * mean, -100.0, 100.0)
    spread = sqrt(clusters / (clusters - 1) * sum(value * value for value in sums.values())) / n
    half = _student(clusters - 1) * spread
    return Difference(100 * mean, 100 * (mean - half), 100 * (mean + half))


def _student(freedom: int) -> float:
    """Give Student's 97.5 % quantile by Cornish and Fisher's expansion: right to two places from four topics on."""
    z = NormalDist().inv_cdf(0.975)
    first = (z**3 + z) / (4 * freedom)
    second = (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    return z + first + second + third
