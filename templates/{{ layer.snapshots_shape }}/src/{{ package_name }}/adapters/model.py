"""The model: scikit-learn behind the ports `Learner` and `Model`; text, numbers and gaps as the table has them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import HuberRegressor, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from .._platform import PilotError
from ..domain.case import Case, Estimate, Known, labels

# What may be loaded from a stored model beyond plain data: nothing else is trusted, whatever the file itself says.
TRUSTED_TYPES: Final = ("numpy.dtype", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor")
SMALL: Final = 100_000  # rows up to which more threads cost more than they save
FEWEST_ALIKE: Final = 10  # cases that a text value needs for a weight of its own
MOST_VALUES: Final = 20
Kind = Literal["linear", "boosting"]
Aim = Literal["label", "mean", "median"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """One column that the model sees."""

    name: str
    is_number: bool


def frame(cases: Sequence[Case], features: Sequence[Feature]) -> pd.DataFrame:
    """Put the features of cases into a table, one row each, in the order of the cases; a gap in a text is empty."""
    columns = zip(*(case.features for case in cases), strict=True) if cases else ((),) * len(features)
    return pd.DataFrame(
        {
            feature.name: pd.Series(values, dtype="float64")
            if feature.is_number
            else pd.Series(["" if value is None else value for value in values], dtype=object)
            for feature, values in zip(features, columns, strict=True)
        }
    )


@contextmanager
def _few_threads(rows: int) -> Iterator[None]:
    """Keep small data on one thread: handing it out takes boosting a hundred times as long."""
    with threadpool_limits(limits=1 if rows <= SMALL else None):
        yield


class SklearnModel:
    """A fitted pipeline: columns, then typical values at zero, then an estimator."""

    def __init__(self, estimator: Pipeline, features: Sequence[Feature]) -> None:
        self.estimator = estimator
        self._features = features

    def estimates(self, cases: Sequence[Case]) -> list[Estimate]:
        """Give the probability of each label in their order, or the number."""
        if not cases:
            return []
        with _few_threads(len(cases)):
            return [tuple(map(float, row)) for row in self._estimated(self._scaled(cases))]

    def effects(self, cases: Sequence[Case]) -> list[Mapping[str, float]]:
        """Set one feature after the other to its typical value, and see how the estimate falls."""
        if not cases:
            return []
        with _few_threads(len(cases)):
            scaled = self._scaled(cases)
            before = self._estimated(scaled)
            rows, told = np.arange(len(cases)), _told(before)
            places = self.estimator[0].output_indices_
            drops = {
                feature.name: before[rows, told] - self._estimated(_typical(scaled, places[str(place)]))[rows, told]
                for place, feature in enumerate(self._features)
            }
        return [{name: float(drop[row]) for name, drop in drops.items()} for row in range(len(cases))]

    def _scaled(self, cases: Sequence[Case]) -> Floats:
        return np.asarray(self.estimator[:-1].transform(frame(cases, self._features)), dtype=np.float64)

    def _estimated(self, scaled: Floats) -> Floats:
        last = self.estimator[-1]
        if hasattr(last, "predict_proba"):
            return np.asarray(last.predict_proba(scaled))
        return np.asarray(last.predict(scaled)).reshape(-1, 1)


def _told(estimated: Floats) -> npt.NDArray[np.intp]:
    """Point at what a reason is about: yes, the likeliest class, or the number."""
    if estimated.shape[1] == 2:  # noqa: PLR2004 - no and yes
        return np.ones(len(estimated), dtype=np.intp)
    return np.asarray(estimated.argmax(axis=1))


def _typical(scaled: Floats, columns: slice) -> Floats:
    """Zero is the mean of what was learned from, because the columns are standardised."""
    changed = scaled.copy()
    changed[:, columns] = 0.0
    return changed


class SklearnLearner:
    """Fits a model; the same cases and seed give the same model."""

    def __init__(self, kind: Kind, aim: Aim, features: Sequence[Feature], wanted: Sequence[str], seed: int) -> None:
        """Take what is to be learned: the labels that are `wanted`, or a number's mean or median."""
        self.kind = kind
        self._aim = aim
        self._features = features
        self._wanted = tuple(wanted)
        self._seed = seed

    def fit(self, known: Sequence[Known]) -> SklearnModel:
        """Learn from cases whose outcome is known."""
        self._check(known)
        table = frame([each.case for each in known], self._features)
        columns = ColumnTransformer(
            [(str(place), _column(feature), [place]) for place, feature in enumerate(self._features)]
        )
        steps = [("columns", columns), ("standard", StandardScaler()), ("estimator", self._estimator())]
        with _few_threads(len(known)):
            fitted = Pipeline(steps).fit(table, [each.outcome for each in known])
        return SklearnModel(fitted, self._features)

    def _check(self, known: Sequence[Known]) -> None:
        found, outcomes = labels(known), {each.outcome for each in known}
        if len(outcomes) < 2:  # noqa: PLR2004 - something has to differ
            raise PilotError(
                f"There is nothing to learn: all {len(known):,} known outcomes are the same. "
                "Check the outcome below [case.columns] in config/default.toml, and `positive` below [case]."
            )
        absent = [label for label in self._wanted if label not in found]
        if self._wanted and absent:
            raise PilotError(
                f"The outcome {', '.join(absent)} is too rare to judge by: a part to learn from has none of it. "
                "Put rare outcomes together in the table, or judge by fewer parts ([evaluation] parts)."
            )

    @property
    def parameters(self) -> dict[str, str | int | float]:
        """What makes this learner what it is, for the tracking server."""
        names = ("C", "alpha", "epsilon", "learning_rate", "loss", "max_iter", "max_leaf_nodes", "min_samples_leaf")
        known = self._estimator().get_params()
        return {"kind": self.kind, "aim": self._aim, "seed": self._seed} | {n: known[n] for n in names if n in known}

    def _estimator(self) -> BaseEstimator:
        if self.kind == "linear":
            linear: dict[Aim, BaseEstimator] = {
                "label": LogisticRegression(max_iter=2000),
                "mean": Ridge(),
                "median": HuberRegressor(max_iter=2000),
            }
            return linear[self._aim]
        size = {"max_iter": 100, "learning_rate": 0.05, "max_leaf_nodes": 15, "random_state": self._seed}
        if self._aim == "label":
            return HistGradientBoostingClassifier(min_samples_leaf=40, **size)
        loss = "absolute_error" if self._aim == "median" else "squared_error"
        return HistGradientBoostingRegressor(loss=loss, min_samples_leaf=40, **size)


def _column(feature: Feature) -> BaseEstimator:
    """Fill a number's gaps and remember that they were gaps; count a text's frequent values, and the rest as one."""
    if feature.is_number:
        return SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=FEWEST_ALIKE,
        max_categories=MOST_VALUES,
        sparse_output=False,
    )
