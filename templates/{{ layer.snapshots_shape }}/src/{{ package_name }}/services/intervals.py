"""Means, ratios and their differences with intervals over what is independent, in time and memory of the cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import t

Floats = npt.NDArray[np.float64]
ALPHA = 0.05
FEW = 2


@dataclass(frozen=True, slots=True)
class Estimated:
    """A value, or a difference of two, with a 95 % interval and its standard error."""

    value: float
    low: float
    high: float
    error: float


@dataclass(frozen=True, slots=True)
class Column:
    """What each case adds: its worth, and whether it counts."""

    worth: Floats
    counts: Floats
    per: int

    @classmethod
    def of(cls, worths: Sequence[float | None], per: int) -> "Column":
        """Take worths; None is a case that does not count."""
        counts = np.array([each is not None for each in worths], dtype=float)
        return cls(np.array([each or 0.0 for each in worths], dtype=float), counts, per)

    @property
    def mean(self) -> float:
        """Worth per case that counts, times `per`."""
        counted = self.counts.sum()
        return float(self.per * self.worth.sum() / counted) if counted else 0.0

    @property
    def influence(self) -> Floats:
        """How much each case moves the mean (linearisation of a ratio; Särndal, Swensson and Wretman 1992, 5.5)."""
        counted = max(1.0, float(self.counts.sum()))
        return np.asarray((self.per * self.worth - self.mean * self.counts) / counted)


def estimate(column: Column, clusters: npt.NDArray[np.int64]) -> Estimated:
    """Measure one way to decide."""
    return _estimated(column.mean, column.influence, clusters)


def difference(column: Column, other: Column, clusters: npt.NDArray[np.int64]) -> Estimated:
    """Measure two ways on the same cases; where they do the same, they differ by exactly nothing."""
    return _estimated(column.mean - other.mean, column.influence - other.influence, clusters)


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences case by case, summed up: what an interval that holds at every look needs.

    `sd / sqrt(n)` is the standard error over the clusters; `zeros` of them tell nothing, `skewness` is the others'.
    """

    n: int
    mean: float
    sd: float
    zeros: int
    clusters: int
    skewness: float | None


def differences(column: Column, other: Column, clusters: npt.NDArray[np.int64]) -> Differences:
    """Sum up by what a case adds to the difference, by cluster (Liang and Zeger 1986, Biometrika 73:13)."""
    n = len(clusters)
    parts = [each.worth / max(1.0, float(each.counts.sum())) for each in (column, other)]
    added = column.per * n * (parts[0] - parts[1])
    sums, sizes = np.bincount(clusters, weights=added), np.bincount(clusters)
    mean, units = float(added.mean()), len(sums)
    rest = sums - mean * sizes
    told = rest[sums != 0]
    squares = float(rest @ rest)
    spread = float(told @ told) / max(1, len(told))
    skewness = float((told**3).mean()) / spread**1.5 if spread else None
    sd = sqrt(squares / n * units / (units - 1)) if units >= FEW else 0.0
    return Differences(n, mean, sd, units - len(told), units, skewness)


def numbered(clusters: Sequence[str]) -> npt.NDArray[np.int64]:
    """Number the clusters."""
    return np.unique(np.array(clusters), return_inverse=True)[1].astype(np.int64)


def half_width(error: float, clusters: int, at_once: int = 1) -> float:
    """Give half an interval; `at_once` of them hold together (Bonferroni)."""
    return float(t.isf(ALPHA / 2 / at_once, clusters - 1)) * error if clusters >= FEW else inf


def _estimated(value: float, influence: Floats, clusters: npt.NDArray[np.int64]) -> Estimated:
    """Sum the influences up by cluster (Liang and Zeger 1986, Biometrika 73:13); Student's t with a cluster less."""
    sums = np.bincount(clusters, weights=influence)
    count = len(sums)
    if count < FEW:
        return Estimated(value, -inf, inf, inf)
    error = sqrt(count / (count - 1) * float((sums**2).sum()))
    half = half_width(error, count)
    return Estimated(value, value - half, value + half, error)
