"""Intervals: one that holds for a single look, and one that holds however often people look while data comes in.

Looking daily at a t-test and stopping at "better" is wrong in a third of the cases in which nothing is better. A
confidence sequence covers the truth at all times together with 95 %, so one may look at it daily, and stop by it.
"""

from dataclasses import dataclass
from math import inf, log, sqrt
from typing import Final

from .samples import EDGE, Sample

ALPHA: Final = 0.05
TUNED_FOR: Final = 500  # cases at which the asymptotic sequence is narrowest; it holds at any number


@dataclass(frozen=True)
class Interval:
    """From low to high."""

    low: float
    high: float

    def minus(self, other: "Interval") -> "Interval":
        """Bound a difference when each part is bounded (Bonferroni: the two error rates add up)."""
        return Interval(self.low - other.high, self.high - other.low)


def one_look(sample: Sample, alpha: float = ALPHA) -> tuple[Interval, str]:
    """Give the interval for a single look, and the name of its method.

    Wilson's for a plain rate; else Student's, with as many degrees of freedom as independent units, less one (Cameron
    and Miller 2015, section VI, for clusters).
    """
    if sample.exact:
        return _wilson(sample, alpha), "Wilson's score interval"
    if sample.units <= 1:
        return Interval(-inf, inf), f"none: fewer than two {sample.those}"
    from scipy.stats import t

    half = float(t.isf(alpha / 2, sample.units - 1)) * sample.sd / sqrt(sample.n)
    return Interval(sample.mean - half, sample.mean + half), f"Student's t interval{_over(sample)}"


def any_look(sample: Sample, alpha: float = ALPHA) -> tuple[Interval, str]:
    """Give the interval that holds at all looks together, and the name of its method; without an end that does not.

    A plain rate: Robbins' beta-binomial mixture, exact by Ville's inequality (Robbins 1970; Howard, Ramdas, McAuliffe
    and Sekhon 2021, Annals of Statistics 49:1055). All else: the asymptotic confidence sequence, which also holds when
    cases depend on earlier ones (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Annals of Statistics 52:2613).
    """
    if sample.exact:
        return _mixture(sample, alpha), "beta-binomial confidence sequence"
    if sample.unjudged:
        return Interval(-inf, inf), f"none: {sample.unjudged}"
    half = sample.sd * half_width(sample.n, alpha)
    low, high = sample.mean - half, sample.mean + half
    method = f"asymptotic confidence sequence{_over(sample)}"
    if sample.too_skewed is None:
        return Interval(low, high), method
    open_end = Interval(low, inf) if (sample.skewness or 0.0) > 0 else Interval(-inf, high)
    return open_end, f"{method}; {sample.too_skewed}"


def _over(sample: Sample) -> str:
    """Say over what an interval is taken, where it is not over cases."""
    return f" over {sample.those}" if sample.unit != "case" else ""


def half_width(n: int, alpha: float) -> float:
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
