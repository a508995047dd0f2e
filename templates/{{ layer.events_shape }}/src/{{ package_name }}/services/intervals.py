"""Intervals of what is reached per call, over the customers: linear in their number, in time and in memory.

Bias-corrected and accelerated bootstrap (BCa), Efron and Tibshirani, An Introduction to the Bootstrap, 1993, 14.3; the
same numbers as `scipy.stats.bootstrap`, which leaves out one customer after the other and so needs the square of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Floats = npt.NDArray[np.float64]

RESAMPLES = 2000
CONFIDENCE = 0.95
DRAWN = 2_000_000  # customers drawn at once: 16 MB for each copy


@dataclass(frozen=True)
class Ratio:
    """What was reached for each customer, and the calls that it took; the statistic is the ratio of their sums."""

    reached: Floats
    calls: Floats

    @property
    def value(self) -> float:
        """Reached per call."""
        return float(_ratio(self.reached.sum(), self.calls.sum()))

    @property
    def influence(self) -> Floats:
        """What each customer adds to how far the ratio is from the truth; they sum to nothing."""
        return (self.reached - self.value * self.calls) / max(1.0, float(self.calls.sum()))

    @property
    def without_each(self) -> Floats:
        """The same without one customer after the other: the sums less his part, so no sum is made twice."""
        return _ratio(self.reached.sum() - self.reached, self.calls.sum() - self.calls)


def _ratio(reached: npt.ArrayLike, calls: npt.ArrayLike) -> Floats:
    """Reached per call; no call counts as nothing reached."""
    return np.asarray(reached / np.maximum(calls, 1.0), dtype=np.float64)


def interval(one: Ratio, other: Ratio | None, seed: int) -> tuple[float, float]:
    """Give the interval of a ratio, or of the paired difference of two over the same customers.

    Where too few customers were reached for the correction, plain percentiles of the resamples.
    """
    resampled = _resampled((one,) if other is None else (one, other), seed)
    value = one.value - (other.value if other else 0.0)
    left_out = one.without_each - (other.without_each if other else 0.0)
    tails = np.array([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    corrected = _corrected(tails, resampled, value, left_out)
    low, high = np.quantile(resampled, corrected if np.isfinite(corrected).all() else tails)
    return float(low), float(high)


def _corrected(tails: Floats, resampled: Floats, value: float, left_out: Floats) -> Floats:
    """Move the percentiles by the bias of the resamples and by how the spread depends on the value (ibid., 14.10)."""
    below = ((resampled < value).sum() + (resampled <= value).sum()) / (2 * len(resampled))
    gaps = left_out.mean() - left_out
    with np.errstate(all="ignore"):
        acceleration = (gaps**3).sum() / (6 * (gaps**2).sum() ** 1.5)
        bias = ndtri(below)
        moved = bias + ndtri(tails)
        return np.asarray(ndtr(bias + moved / (1 - acceleration * moved)), dtype=np.float64)


def _resampled(ratios: Sequence[Ratio], seed: int) -> Floats:
    """Draw customers anew and give the statistic of each draw; both ratios see the same customers."""
    columns = np.stack([column for each in ratios for column in (each.reached, each.calls)], axis=1)
    sums = np.concatenate([weights @ columns for weights in _weights(len(columns), seed)])
    found = _ratio(sums[:, 0], sums[:, 1])
    return found if len(ratios) == 1 else found - _ratio(sums[:, 2], sums[:, 3])


def _weights(customers: int, seed: int) -> Iterator[Floats]:
    """Say how often each customer is drawn, a few draws at once, so that memory does not grow with their number."""
    generator = np.random.default_rng(seed)
    at_once = max(1, DRAWN // customers)
    for start in range(0, RESAMPLES, at_once):
        drawn = generator.integers(0, customers, (min(at_once, RESAMPLES - start), customers))
        yield np.stack([np.bincount(row, minlength=customers) for row in drawn]).astype(np.float64)
