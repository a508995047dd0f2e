"""Says whether data or predictions moved away from a reference, with thresholds that fit the size of the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

BINS: Final = 10
SIMULATIONS: Final = 4000
SIGNIFICANCE: Final = 0.01
SMALLEST_EFFECT: Final = 0.1
SMOOTHING: Final = 0.5
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Drift:
    """One feature against its reference.

    `statistic` is the population stability index; `threshold` what it exceeds by chance in one of a hundred windows of
    this size, and at least what earlier windows differed from each other by, where they are known; `ks` the
    Kolmogorov-Smirnov distance (numbers only), `p_value` of the matching test.
    """

    feature: str
    kind: Literal["number", "category"]
    statistic: float
    threshold: float
    ks: float | None
    p_value: float
    detected: bool
    n: int


def compare(
    reference: pd.DataFrame, window: pd.DataFrame, *, seed: int, windows: Sequence[object] | None = None
) -> tuple[Drift, ...]:
    """Compare every column of the reference; drift needs an effect that matters and a p-value that holds for all.

    `windows` names for each row of the reference the earlier window that it comes from. A season moves one window
    against the others as well: what the earlier ones moved by is no drift.
    """
    generator = np.random.default_rng(seed)
    level = SIGNIFICANCE / max(len(reference.columns), 1)
    found = []
    for name in reference.columns:
        usual = _usual(reference[name], windows) if windows is not None else 0.0
        found.append(_compare_one(str(name), reference[name], window[name], level, generator, usual))
    return tuple(found)


def _usual(before: "pd.Series[float]", windows: Sequence[object]) -> float:
    """Set each earlier window against the others, and give the furthest."""
    names = pd.Series(list(windows), index=before.index)
    parted = [(before[names != name], before[names == name]) for name in names.unique()]
    return max((float(_psi(*_both(*each))) for each in parted if len(each[0])), default=0.0)


def _is_number(values: "pd.Series[float]") -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _both(before: "pd.Series[float]", after: "pd.Series[float]") -> tuple[Floats, Floats]:
    """Count both, by deciles or value by value."""
    return _binned(before, after) if _is_number(before) and before.nunique() > BINS else _counted(before, after)


def _compare_one(
    feature: str,
    before: "pd.Series[float]",
    after: "pd.Series[float]",
    level: float,
    generator: np.random.Generator,
    usual: float,
) -> Drift:
    numeric = _is_number(before)
    if len(before) == 0 or len(after) == 0:
        return Drift(
            feature, "number" if numeric else "category", 0.0, SMALLEST_EFFECT, None, 1.0, detected=False, n=len(after)
        )
    expected, found = _both(before, after)
    statistic = float(_psi(expected, found))
    threshold = max(_threshold(expected, int(found.sum()), generator), SMALLEST_EFFECT, usual)
    ks, p_value = _ks(before, after) if numeric else (None, _chi_square(expected, found))
    detected = statistic > threshold and p_value < level
    return Drift(feature, "number" if numeric else "category", statistic, threshold, ks, p_value, detected, len(after))


def _binned(before: "pd.Series[float]", after: "pd.Series[float]") -> tuple[Floats, Floats]:
    """Count both by the reference's deciles; missing values are a bin of their own, because they drift too."""
    edges = np.unique(np.nanquantile(before.to_numpy(dtype=float), np.linspace(0, 1, BINS + 1)[1:-1]))

    def count(values: "pd.Series[float]") -> Floats:
        numbers = values.to_numpy(dtype=float)
        known = numbers[~np.isnan(numbers)]
        inside = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
        return np.append(inside, len(numbers) - len(known)).astype(float)

    return count(before), count(after)


def _counted(before: "pd.Series[float]", after: "pd.Series[float]") -> tuple[Floats, Floats]:
    """Count both value by value, which is right for categories and for numbers that take few values."""
    first, second = _by_value(before), _by_value(after)
    values = sorted({*first, *second})
    return np.array([first.get(each, 0.0) for each in values]), np.array([second.get(each, 0.0) for each in values])


def _by_value(column: "pd.Series[float]") -> dict[str, float]:
    """Count by the values' text, with one conversion for each value and not for each row."""
    counts = column.value_counts(dropna=False)
    names = counts.index.astype("string").fillna("?")
    return {str(name): float(n) for name, n in counts.groupby(names).sum().items() if n}


def _psi(expected: Floats, found: Floats) -> Floats:
    """Population stability index along the last axis; half a case is added to each bin, so that none is empty."""
    one = (expected + SMOOTHING) / (expected + SMOOTHING).sum(axis=-1, keepdims=True)
    two = (found + SMOOTHING) / (found + SMOOTHING).sum(axis=-1, keepdims=True)
    result: Floats = ((two - one) * np.log(two / one)).sum(axis=-1)
    return result


def _threshold(expected: Floats, n: int, generator: np.random.Generator) -> float:
    """Resample reference and window of these sizes from the reference: what the index does when nothing moved."""
    shares = expected / expected.sum()
    first = generator.multinomial(int(expected.sum()), shares, size=SIMULATIONS).astype(float)
    second = generator.multinomial(n, shares, size=SIMULATIONS).astype(float)
    return float(np.quantile(_psi(first, second), 1 - SIGNIFICANCE))


def _ks(before: "pd.Series[float]", after: "pd.Series[float]") -> tuple[float | None, float]:
    first, second = before.dropna().to_numpy(dtype=float), after.dropna().to_numpy(dtype=float)
    if not len(first) or not len(second):
        return None, 0.0 if len(first) != len(second) else 1.0
    result = stats.ks_2samp(first, second, method="asymp")
    return float(result.statistic), float(result.pvalue)


def _chi_square(expected: Floats, found: Floats) -> float:
    table = np.vstack([expected, found])
    table = table[:, table.sum(axis=0) > 0]
    return float(stats.chi2_contingency(table).pvalue) if table.shape[1] > 1 else 1.0
