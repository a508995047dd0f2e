"""The model: scikit-learn behind the ports `Learner` and `LapseModel`."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from .._platform import PilotError
from ..domain.cases import FEATURES, Case, Outcome
from ..domain.ranking import GROUPS

# What may be loaded from a stored model beyond plain data: nothing else is trusted, whatever the file itself says.
TRUSTED_TYPES: Final = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
Kind = Literal["logistic", "boosting"]
MANY_ROWS: Final = 100_000


def frame(cases: Sequence[Case]) -> pd.DataFrame:
    """Put the features of cases into a table, one row each, in the order of the cases."""
    features = np.array([case.features for case in cases], dtype=np.float64).reshape(-1, len(FEATURES))
    return pd.DataFrame(features, columns=list(FEATURES))


def _threads(rows: int) -> AbstractContextManager[object]:
    """Use one thread on small data: threads that wait for each other beside other work made 0.3 s into a minute.

    Whoever sets OMP_NUM_THREADS decides.
    """
    chosen = rows >= MANY_ROWS or "OMP_NUM_THREADS" in os.environ
    return nullcontext() if chosen else threadpool_limits(limits=1, user_api="openmp")


class SklearnModel:
    """A fitted pipeline: logarithms, because money and days are skewed; typical values at zero; a classifier."""

    def __init__(self, estimator: Pipeline) -> None:
        self.estimator = estimator

    def probabilities(self, cases: Sequence[Case]) -> list[float]:
        """Give the probability of lapsing for each case."""
        if not cases:
            return []
        with _threads(len(cases)):
            return [float(value) for value in self.estimator.predict_proba(frame(cases))[:, 1]]

    def effects(self, cases: Sequence[Case]) -> list[Mapping[str, float]]:
        """Set one group of features after the other to its typical value and see how the probability falls."""
        if not cases:
            return []
        scaled = np.asarray(self.estimator[:-1].transform(frame(cases)))
        before = self._probability(scaled)
        drops = {group: before - self._probability(_typical(scaled, names)) for group, names in GROUPS.items()}
        return [{group: float(drop[row]) for group, drop in drops.items()} for row in range(len(cases))]

    def _probability(self, scaled: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        with _threads(len(scaled)):
            return np.asarray(self.estimator[-1].predict_proba(scaled)[:, 1])


def _typical(scaled: npt.NDArray[np.float64], names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Zero is the mean of what was learned from, because the features are standardised."""
    changed = scaled.copy()
    changed[:, [FEATURES.index(name) for name in names]] = 0.0
    return changed


class SklearnLearner:
    """Fits a model; the same outcomes and seed give the same model."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind = kind
        self._seed = seed

    def fit(self, outcomes: Sequence[Outcome]) -> SklearnModel:
        """Learn from customers whose outcome is known."""
        labels = [outcome.lapsed for outcome in outcomes]
        if len(set(labels)) < 2:  # noqa: PLR2004 - those who lapse and those who stay
            raise PilotError(
                "There is nothing to learn: in the known months all outcomes are the same. "
                "Check the column mapping in config/default.toml, then the windows in its [policy]."
            )
        estimator = Pipeline(
            [
                ("logarithm", FunctionTransformer(np.log1p)),
                ("standard", StandardScaler()),
                ("classifier", self._classifier()),
            ]
        )
        with _threads(len(outcomes)):
            return SklearnModel(estimator.fit(frame([outcome.case for outcome in outcomes]), labels))

    @property
    def parameters(self) -> dict[str, str | int | float]:
        """What makes this learner what it is, for the tracking server."""
        names = ("C", "learning_rate", "max_iter", "max_leaf_nodes", "min_samples_leaf")
        known = self._classifier().get_params()
        return {"kind": self.kind, "seed": self._seed} | {name: known[name] for name in names if name in known}

    def _classifier(self) -> LogisticRegression | HistGradientBoostingClassifier:
        if self.kind == "logistic":
            return LogisticRegression()
        return HistGradientBoostingClassifier(
            max_iter=100, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=40, random_state=self._seed
        )
