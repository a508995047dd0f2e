"""What was measured, and how much better that is: by intervals that hold however often people look."""

from dataclasses import dataclass, replace
from math import ceil, isfinite, sqrt
from statistics import NormalDist
from typing import Literal

from .intervals import ALPHA, Interval, any_look, half_width, one_look
from .samples import Sample

__all__ = ["ALPHA", "Gain", "Interval", "Measurement", "Sample", "any_look", "cases_needed", "compare", "one_look"]


@dataclass(frozen=True)
class Measurement:
    """A measured value with the interval for one look; `sample` holds cases, or differences to today's `rule`.

    Without a case there is no value: None, never a number that stands for it.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    window: str
    method: str
    assumptions: tuple[str, ...]
    sample: Sample
    rule: float | None = None
    units_per_month: float | None = None

    @classmethod
    def of(cls, sample: Sample, window: str, source: str) -> "Measurement":
        """Measure by cases alone."""
        interval, method = one_look(sample)
        assumed = f"the {sample.those} are independent, and those of the window stand for those to come"
        mean = sample.mean if sample.n else None
        low, high = (_finite(end) if sample.n else None for end in (interval.low, interval.high))
        return cls(mean, low, high, sample.n, window, f"{source}; {method}", (assumed,), sample)

    @classmethod
    def none(cls, window: str, why: str = "not measured yet") -> "Measurement":
        """Say that nothing was measured."""
        return cls(None, None, None, 0, window, why, (), Sample.of(()))

    def without_number(self) -> "Measurement":
        """Keep what was looked at and how, without a number that could be taken for a finding."""
        return replace(self, value=None, low=None, high=None, rule=None, units_per_month=None)


@dataclass(frozen=True)
class Gain:
    """How much better than the rule or the baseline, more being better; the interval holds at every look.

    As long as there is nothing to compare, its numbers are None.
    """

    value: float | None
    low: float | None
    high: float | None
    against: Literal["rule", "baseline"]
    method: str


def compare(found: Measurement, baseline: float, before: Sample | None, sign: int) -> Gain:
    """Compare with the rule on the same cases, else with the baseline: a number, or cases, which vary themselves.

    A baseline of cases is looked at once while the pilot's cases keep coming in, so each takes half of the error rate.
    """
    ours, method = any_look(found.sample, ALPHA if found.rule is not None or before is None else ALPHA / 2)
    base = baseline if found.rule is None else found.rule
    if found.rule is None:
        ours = ours.minus(Interval(base, base) if before is None else one_look(before, ALPHA / 2)[0])
    low, high = sorted((sign * ours.low, sign * ours.high))
    value = None if found.value is None else sign * (found.value - base)
    return Gain(value, _finite(low), _finite(high), "baseline" if found.rule is None else "rule", method)


def _finite(end: float) -> float | None:
    """Leave out an end that no number bounds."""
    return end if isfinite(end) else None


def cases_needed(gap: float, sample: Sample, alpha: float = ALPHA, power: float = 0.8) -> int | None:
    """Say from how many cases on, from now, a true gap would show with the given power; None when it never would."""
    sd = sample.sd
    if gap <= 0 or sd <= 0 or sample.exact or sample.barred:
        return None
    z = NormalDist().inv_cdf(power)
    low, high = ceil(sample.n * (1 + sample.missing / max(1, sample.units - sample.zeros))), 10**9
    if sd * (half_width(high, alpha) + z / sqrt(high)) > gap:
        return None
    while low < high:
        middle = (low + high) // 2
        enough = sd * (half_width(middle, alpha) + z / sqrt(middle)) <= gap
        low, high = (low, middle) if enough else (middle + 1, high)
    return low
