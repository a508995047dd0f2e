"""Cases summed up: all that an interval has to know of a mean, a ratio, a sum per period, a rate or differences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, isnan, sqrt
from typing import Final, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Form = Literal["mean", "ratio", "sum", "rate"]
Kind = Literal["rate", "mean", "difference", "ratio", "sum"]
Floats: TypeAlias = npt.NDArray[np.float64]


class Column(Protocol):
    """A column of a table, whatever library holds it."""

    def __len__(self) -> int:
        """Say how many values it has."""

    def __array__(self) -> npt.NDArray[np.generic]:
        """Give them as an array."""


Values: TypeAlias = Sequence[object] | npt.NDArray[np.generic] | Column

# Telling units (other than zero) before which there is no judgement. A plain rate is exact from its first case on; the
# sequence for all else is asymptotic, and by simulation holds from these numbers of independent units on.
FIRST_LOOK: Final[dict[Kind, int]] = {"rate": 300, "difference": 50, "mean": 300, "ratio": 300, "sum": 50}
ALIKE: Final = "all cases are alike, so that nothing tells how much those to come will vary: wait for others"
FEW: Final = "a sum is judged from 50 periods on: take shorter periods, or measure a mean of cases"
CROSSING: Final = "cases of one cluster lie in several periods, so that no interval of their sum holds: measure a mean"
EDGE: Final = 1e-12
# Units, in squared skewness, before which the side of the long tail is not judged. Cochran's rule (1977, Sampling
# Techniques, 2.15) with 100 for his 25: at 3 standard errors the tail by Edgeworth's expansion is then at most doubled.
SKEW: Final = 100.0
LEANS: Final = 0.5  # skewness from which on differences are no longer taken for symmetric


@dataclass(frozen=True)
class Sample:
    """Cases, summed up; a rate when each is 0 or 1 (times `scale`), a difference when each has been treated twice.

    `sd / sqrt(n)` is the standard error, over `clusters` where cases of one cluster may depend on each other. `zeros`
    counts the independent units (clusters, else cases) that tell nothing; `skewness` is theirs; `barred` says why no
    interval holds. A sum counts periods.
    """

    n: int
    mean: float
    sd: float
    kind: Kind = "mean"
    scale: float = 1.0
    zeros: int = 0
    clusters: int | None = None
    skewness: float | None = None
    barred: str | None = None
    named: str | None = None  # what the clusters are, in the plural

    @classmethod
    def of(cls, values: Iterable[float]) -> "Sample":
        """Sum up single cases; values that are all 0 or 1 are a rate."""
        kept = list(values)
        return cls.of_cases("rate" if kept and set(kept) <= {0.0, 1.0} else "mean", kept)

    @classmethod
    def of_cases(
        cls,
        form: Form,
        values: Values,
        weights: Values | None = None,
        clusters: Values | None = None,
        *,
        periods: Values | None = None,
        scale: float = 1.0,
    ) -> "Sample":
        """Sum up cases: the mean value, sum of values / sum of weights, sum of a period, or rate of ones.

        Each period that is named counts: one without a case needs a row of 0. ValueError says what is wrong with them.
        """
        value, weight = _numbers("value", values), None if weights is None else _numbers("weight", weights)
        _check(form, value, weight, clusters, periods)
        if periods is not None:
            return _sum_of_periods(value * scale, periods, clusters)
        if weight is not None and form != "ratio":
            value = value * weight
        return _grouped(form, value, weight, clusters, scale)

    @classmethod
    def differences(cls, values: Iterable[float], clusters: Values | None = None) -> "Sample":
        """Sum up differences between two ways to treat the same case; ValueError when one is not finite."""
        return _grouped("difference", _numbers("value", list(values)), None, clusters, 1.0)

    @classmethod
    def share(cls, successes: int, total: int, scale: float = 100.0) -> "Sample":
        """Sum up a share; in percent unless told otherwise."""
        mean = successes / total if total else 0.0
        return cls(total, scale * mean, scale * sqrt(mean * (1 - mean)), "rate", scale)

    @property
    def exact(self) -> bool:
        """Tell whether each case is a 0 or 1 of its own: then its sequence is exact from the first case on."""
        return self.kind == "rate" and self.clusters is None

    @property
    def units(self) -> int:
        """How many are independent: clusters, else cases."""
        return self.n if self.clusters is None else self.clusters

    @property
    def unit(self) -> str:
        """Name what is independent."""
        return "period" if self.kind == "sum" else "case" if self.clusters is None else "cluster"

    @property
    def those(self) -> str:
        """Name them in the plural: machines, where the clusters are known to be machines."""
        return self.named if self.named and self.unit == "cluster" else f"{self.unit}s"

    @property
    def missing(self) -> int:
        """How many more telling units (cases, or clusters where they are named) a judgement needs."""
        return 0 if self.exact or self.kind == "sum" else max(0, self.needed - self.units + self.zeros)

    @property
    def needed(self) -> int:
        """From how many telling units on it is judged: differences that lean to a side as late as values."""
        leans = self.kind == "difference" and abs(self.skewness or 0.0) > LEANS
        return FIRST_LOOK["mean" if leans else self.kind]

    @property
    def unjudged(self) -> str | None:
        """Say why there is no judgement, and what to do; None where there is one."""
        needs = f"a {self.kind} is judged from {self.needed} telling {self.those} on" if self.missing else None
        return self.barred or needs

    @property
    def too_skewed(self) -> str | None:
        """Say why the side of the long tail is not judged: the largest are too few, or still to come; None where it is.

        Then too small a spread goes with too small a mean, and an end of the interval there lies too near.
        """
        needed = 0 if self.exact else ceil(SKEW * (self.skewness or 0.0) ** 2)
        if needed <= self.units:
            return None
        side = "upper" if (self.skewness or 0.0) > 0 else "lower"
        return (
            f"no {side} end before {needed:,} {self.those}, the values being so skewed (skewness {self.skewness:.1f}): "
            "cap the largest, or measure a rate"
        )


def _numbers(name: str, column: Values) -> Floats:
    try:
        found = np.asarray(column, dtype=float)
    except (TypeError, ValueError) as error:
        message = f"a {name} is no number"
        raise ValueError(message) from error
    if not np.isfinite(found).all():
        message = f"a {name} is not finite"  # it would make any comparison with it meaningless
        raise ValueError(message)
    return found


def _check(form: Form, value: Floats, weight: Floats | None, clusters: Values | None, periods: Values | None) -> None:
    """Refuse what a form cannot be made of; every mistake is reported at once."""
    lengths = {len(column) for column in (value, weight, clusters, periods) if column is not None}
    wrong = {
        "the columns differ in length": len(lengths) > 1,
        "a weight is negative": weight is not None and bool((weight < 0).any()),
        "the weights are all 0": weight is not None and bool(len(weight)) and not weight.any(),
        "a ratio needs weights": form == "ratio" and weight is None,
        "a sum needs periods, and only a sum has them": (form == "sum") != (periods is not None),
        "a sum has no weights": form == "sum" and weight is not None,
        "a case of a rate is neither 0 nor 1": form == "rate" and not bool(np.isin(value, (0.0, 1.0)).all()),
    }
    if any(wrong.values()):
        raise ValueError("; ".join(text for text, found in wrong.items() if found))


def _grouped(kind: Kind, values: Floats, weights: Floats | None, clusters: Values | None, scale: float) -> Sample:
    n = len(values)
    if clusters is None:
        apart = kind == "rate" and weights is not None  # cases of unequal weight are no longer plain zeros and ones
        return _summed(kind, n, values, np.ones(n) if weights is None else weights, scale=scale, clustered=apart)
    codes, count = _coded(clusters)
    value, weight = (_added(codes, column, count) for column in (values, weights))
    return _summed(kind, n, value, weight, scale=scale, clustered=True)


def _added(codes: npt.NDArray[np.intp], column: Floats | None, count: int) -> Floats:
    return np.asarray(np.bincount(codes, column, count), dtype=np.float64)


def _summed(kind: Kind, n: int, values: Floats, weights: Floats, *, scale: float, clustered: bool = False) -> Sample:
    """Sum up independent units by what each adds to the deviation of a ratio of sums, linearised (Cochran 1977, 6.5).

    Over clusters it is the cluster-robust variance, corrected by C / (C - 1) (Liang and Zeger 1986; Cameron and Miller
    2015, A Practitioner's Guide to Cluster-Robust Inference, section VI).
    """
    units, clusters = len(values), len(values) if clustered else None
    if not units:
        return Sample(0, 0.0, 0.0, kind, scale, clusters=clusters)
    whole = weights.sum()
    mean = float(values.sum() / whole)
    rest = (values - mean * weights) * (n / whole)
    squares = float(rest @ rest)
    sd = sqrt(squares / n * units / (units - 1)) if units > 1 else 0.0
    skewness = float(rest**2 @ rest) / units / (squares / units) ** 1.5 if squares else None
    zeros = units - int(np.count_nonzero(values))
    alike = ALIKE if kind != "rate" or clustered else None
    barred = alike if sd <= EDGE * abs(mean) else None
    return Sample(n, scale * mean, scale * sd, kind, scale, zeros, clusters, skewness, barred)


def _sum_of_periods(values: Floats, periods: Values, clusters: Values | None) -> Sample:
    """Take the periods as the cases; what one owes to the ones before it belongs to their deviation.

    The long-run variance with Bartlett's weights, never less than the plain one (Newey and West 1987, 1994).
    """
    codes, count = _coded(periods)
    sums = np.bincount(codes, values, count).astype(np.float64)
    found = _summed("sum", count, sums, np.ones(count), scale=1.0)
    rest = sums - found.mean
    lags = int(4 * (found.n / 100) ** (2 / 9))
    shared = sum(2 * (1 - lag / (lags + 1)) * float(rest[lag:] @ rest[:-lag]) for lag in range(1, lags + 1))
    sd = sqrt(max(found.sd**2, found.sd**2 + shared / max(1, found.n - 1)))
    few = FEW if found.n < FIRST_LOOK["sum"] else None
    crossing = CROSSING if clusters is not None and _cross(clusters, codes) else None
    return replace(found, sd=sd, barred=crossing or few or found.barred)


def _cross(clusters: Values, periods: npt.NDArray[np.intp]) -> bool:
    """Tell whether a cluster has cases in several periods."""
    codes, count = _coded(clusters)
    first = np.zeros(count, dtype=np.intp)
    first[codes] = periods
    return bool((first[codes] != periods).any())


def _coded(column: Values) -> tuple[npt.NDArray[np.intp], int]:
    """Number what is alike, in its order where it has one, and say how much there is; what is missing is one more."""
    found = np.asarray(column)
    if found.dtype == object:
        missing = [_is_missing(value) for value in found]
        known = {value for value, lacks in zip(found, missing, strict=True) if not lacks}
        places = {value: place for place, value in enumerate(_in_order(known))}
        numbers = [len(places) if lacks else places[value] for value, lacks in zip(found, missing, strict=True)]
        return np.asarray(numbers, dtype=np.intp), len(places) + any(missing)
    names, codes = np.unique(found, return_inverse=True)
    return codes, len(names)


def _is_missing(value: object) -> bool:
    """Tell whether there is no value: None, a number that is none, or what pandas writes for it."""
    return value is None or type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, float) and isnan(value))


def _in_order(values: set[object]) -> Iterable[object]:
    try:
        return sorted(values)  # type: ignore[type-var]
    except TypeError:  # of several types: an order that stays the same
        return sorted(values, key=lambda value: (type(value).__name__, str(value)))
