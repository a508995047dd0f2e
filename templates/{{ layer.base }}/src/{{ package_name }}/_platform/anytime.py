"""Intervals: one that holds for a single look, and one that holds however often people look while data comes in.

Looking daily at a t-test and stopping at "better" is wrong in a third of the cases in which nothing is better. A
confidence sequence covers the truth at all times together with 95 %, so one may look at it daily, and stop by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf, isfinite, log, sqrt
from statistics import NormalDist
from typing import Final, Literal

ALPHA: Final = 0.05
# Telling cases (other than zero) before which there is no judgement. A rate is exact from the first case on; the
# sequence for means is asymptotic, and by simulation holds from 50 differences or 300 skewed values, such as costs, on.
FIRST_LOOK: Final = {"rate": 0, "difference": 50, "mean": 300}
TUNED_FOR: Final = 500  # cases at which the sequence for means is narrowest; it holds at any number
EDGE: Final = 1e-12


@dataclass(frozen=True)
class Interval:
    """From low to high."""

    low: float
    high: float

    def minus(self, other: "Interval") -> "Interval":
        """Bound a difference when each part is bounded (Bonferroni: the two error rates add up)."""
        return Interval(self.low - other.high, self.high - other.low)


@dataclass(frozen=True)
class Sample:
    """Cases, summed up; a rate when each is 0 or 1 (times `scale`), a difference when each has been treated twice."""

    n: int
    mean: float
    sd: float
    kind: Literal["rate", "mean", "difference"] = "mean"
    scale: float = 1.0
    zeros: int = 0

    @classmethod
    def of(cls, values: Iterable[float]) -> "Sample":
        """Sum up single cases; values that are all 0 or 1 are a rate."""
        kept = list(values)
        return replace(cls.differences(kept), kind="rate" if kept and set(kept) <= {0.0, 1.0} else "mean")

    @classmethod
    def differences(cls, values: Iterable[float]) -> "Sample":
        """Sum up differences between two ways to treat the same case; ValueError when one is not finite."""
        kept = list(values)
        if not all(map(isfinite, kept)):
            message = "a case is not finite"  # it would make any comparison with it meaningless
            raise ValueError(message)
        count = len(kept)
        mean = sum(kept) / count if count else 0.0
        sd = sqrt(sum((value - mean) ** 2 for value in kept) / (count - 1)) if count > 1 else 0.0
        return cls(count, mean, sd, "difference", zeros=kept.count(0.0))

    @classmethod
    def share(cls, successes: int, total: int, scale: float = 100.0) -> "Sample":
        """Sum up a share; in percent unless told otherwise."""
        mean = successes / total if total else 0.0
        return cls(total, scale * mean, scale * sqrt(mean * (1 - mean)), "rate", scale)

    @property
    def missing(self) -> int:
        """How many more telling cases a judgement needs."""
        return max(0, FIRST_LOOK[self.kind] - self.n + (self.zeros if self.kind != "rate" else 0))


def one_look(sample: Sample, alpha: float = ALPHA) -> tuple[Interval, str]:
    """Give the interval for a single look, and the name of its method: Wilson's for a rate, Student's for a mean."""
    if sample.kind == "rate":
        return _wilson(sample, alpha), "Wilson's score interval"
    if sample.n <= 1:
        return Interval(-inf, inf), "none: fewer than two cases"
    from scipy.stats import t

    half = float(t.isf(alpha / 2, sample.n - 1)) * sample.sd / sqrt(sample.n)
    return Interval(sample.mean - half, sample.mean + half), "Student's t interval of the mean"


def any_look(sample: Sample, alpha: float = ALPHA) -> tuple[Interval, str]:
    """Give the interval that holds at all looks together, and the name of its method.

    A rate: Robbins' beta-binomial mixture, exact by Ville's inequality (Robbins 1970; Howard, Ramdas, McAuliffe and
    Sekhon 2021, Annals of Statistics 49:1055). A mean: the asymptotic confidence sequence, which also holds when cases
    depend on earlier ones (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Annals of Statistics 52:2613).
    """
    if sample.kind == "rate":
        return _mixture(sample, alpha), "beta-binomial confidence sequence"
    if sample.missing:
        return Interval(-inf, inf), f"none: a {sample.kind} is judged from {FIRST_LOOK[sample.kind]} telling cases on"
    half = sample.sd * _half_width(sample.n, alpha)
    return Interval(sample.mean - half, sample.mean + half), "asymptotic confidence sequence"


@dataclass(frozen=True)
class Measurement:
    """A measured value with the interval for one look; `sample` holds cases, or differences to today's `rule`."""

    value: float
    low: float
    high: float
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
        assumed = "the cases are independent, and those of the window stand for those to come"
        return cls(
            sample.mean, interval.low, interval.high, sample.n, window, f"{source}; {method}", (assumed,), sample
        )


@dataclass(frozen=True)
class Gain:
    """How much better than the rule or the baseline, more being better; the interval holds at every look."""

    value: float
    low: float
    high: float
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
    return Gain(sign * (found.value - base), low, high, "baseline" if found.rule is None else "rule", method)


def cases_needed(gap: float, sample: Sample, alpha: float = ALPHA, power: float = 0.8) -> int | None:
    """Say from how many cases on, from now, a true gap would show with the given power; None when it never would."""
    sd = sample.sd
    if gap <= 0 or sd <= 0 or sample.kind == "rate":
        return None
    z = NormalDist().inv_cdf(power)
    low, high = sample.n + sample.missing, 10**9
    if sd * (_half_width(high, alpha) + z / sqrt(high)) > gap:
        return None
    while low < high:
        middle = (low + high) // 2
        enough = sd * (_half_width(middle, alpha) + z / sqrt(middle)) <= gap
        low, high = (low, middle) if enough else (middle + 1, high)
    return low


def _half_width(n: int, alpha: float) -> float:
    """Half the width of the asymptotic sequence, in standard deviations."""
    rho = (-2 * log(alpha) + log(1 - 2 * log(alpha))) / TUNED_FOR
    return sqrt(2 * (n * rho + 1) / (n * n * rho) * log(sqrt(n * rho + 1) / alpha))


def _wilson(sample: Sample, alpha: float) -> Interval:
    n, scale = sample.n, sample.scale
    if not n:
        return Interval(0.0, scale)
    from scipy.stats import binomtest

    test = binomtest(round(n * sample.mean / scale), n)
    found = test.proportion_ci(confidence_level=1 - alpha, method="wilson")
    return Interval(scale * float(found.low), scale * float(found.high))


def _mixture(sample: Sample, alpha: float) -> Interval:
    """Keep every rate against which the bet on all rates alike has not won 1/alpha times its stake."""
    n, scale = sample.n, sample.scale
    if not n:
        return Interval(0.0, scale)
    from scipy.optimize import brentq
    from scipy.special import betaln

    hits = round(n * sample.mean / scale)
    stake = float(betaln(1 + hits, 1 + n - hits))

    def excess(rate: float) -> float:
        won: float = stake - hits * log(rate) - (n - hits) * log(1 - rate)
        return won + log(alpha)

    share = min(max(hits / n, EDGE), 1 - EDGE)
    low = float(brentq(excess, EDGE, share)) if hits and excess(EDGE) > 0 else 0.0
    high = float(brentq(excess, share, 1 - EDGE)) if hits < n and excess(1 - EDGE) > 0 else 1.0
    return Interval(scale * low, scale * high)
