"""How good probabilities are as such: their order, how true they are, and how true the money is that they expect."""

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from .backtest import Backtest

Floats = npt.NDArray[np.float64]
BINS = 10


def quality(test: Backtest) -> dict[str, float]:
    """Sum up over all lists: AUC, Brier score, expected calibration error, and the same error in money.

    Money is probability x revenue, so the model has to be true where the money is: customers are put into tenths by
    their expected loss, and each tenth's expected loss is held against what was lost (Naeini et al., 2015, with revenue
    as weight). `calibration` is expected by lost: 1 when the model is right on the whole, above when it exaggerates.
    """
    rows = [
        (test.probabilities[cutoff][outcome.case.customer], outcome.lapsed, outcome.case.revenue)
        for cutoff in test.cutoffs
        for outcome in test.outcomes[cutoff]
    ]
    predicted, lapsed, revenue = np.array(rows, dtype=float).reshape(-1, 3).T
    expected, lost = predicted * revenue, lapsed * revenue
    return {
        "auc": _auc(predicted, lapsed),
        "brier": float(np.mean((predicted - lapsed) ** 2)),
        "predicted_share": float(predicted.mean()),
        "real_share": float(lapsed.mean()),
        "calibration_error": _error(predicted, lapsed) / len(lapsed),
        "expected_money": float(expected.sum()),
        "lost_money": float(lost.sum()),
        "money_calibration": float(expected.sum() / max(1.0, lost.sum())),
        "money_calibration_error": _error(expected, lost) / max(1.0, float(lost.sum())),
    }


def _auc(predicted: Floats, lapsed: Floats) -> float:
    positives = lapsed.sum()
    ranks = float(rankdata(predicted)[lapsed == 1].sum())
    return float((ranks - positives * (positives + 1) / 2) / max(1.0, positives * (len(lapsed) - positives)))


def _error(expected: Floats, found: Floats) -> float:
    """Add up what each tenth is wrong by."""
    tenths = np.array_split(np.argsort(expected, kind="stable"), BINS)
    return float(sum(abs(expected[rows].sum() - found[rows].sum()) for rows in tenths))
