"""How good estimates are as such, whatever is decided by them: their order, and how true they are."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from ..domain.case import NO, YES, Estimate, Known, labels


def quality(known: Sequence[Known], estimates: Sequence[Estimate]) -> dict[str, float]:
    """Measure probabilities of yes, of classes, or numbers."""
    names = labels(known)
    if not names:
        return _of_numbers(known, np.array([each[0] for each in estimates]))
    if names == (NO, YES):
        return _of_yes(known, np.array([each[-1] for each in estimates]))
    right = [names[int(np.argmax(each))] == one.outcome for one, each in zip(known, estimates, strict=True)]
    return {"accuracy": float(np.mean(right))} if all(len(each) == len(names) for each in estimates) else {}


def _of_yes(known: Sequence[Known], predicted: np.ndarray) -> dict[str, float]:
    """Give the area under the curve (Mann-Whitney), the Brier score, and whether the level is right."""
    happened = np.array([each.outcome == YES for each in known], dtype=float)
    positives = happened.sum()
    negatives = len(happened) - positives
    ranks = float(rankdata(predicted)[happened == 1].sum())
    return {
        "auc": float((ranks - positives * (positives + 1) / 2) / max(1.0, positives * negatives)),
        "brier": float(np.mean((predicted - happened) ** 2)),
        "predicted_share": float(predicted.mean()),
        "real_share": float(happened.mean()),
    }


def _of_numbers(known: Sequence[Known], predicted: np.ndarray) -> dict[str, float]:
    """Give the mean absolute error, the mean error, and the share of the variance that is explained."""
    real = np.array([float(each.outcome) for each in known])
    spread = float(((real - real.mean()) ** 2).sum())
    return {
        "mean_absolute_error": float(np.abs(predicted - real).mean()),
        "mean_error": float((predicted - real).mean()),
        "explained": 1 - float(((predicted - real) ** 2).sum()) / spread if spread else 0.0,
    }
