"""The same model for one case at a time: its columns are computed without a table, a hundred times as fast.

scikit-learn's transformers are made for many rows, and cost a millisecond for each column however few rows there are.
What is computed here is compared with them when a model is loaded.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.preprocessing import OneHotEncoder
from threadpoolctl import threadpool_limits

from ..domain.case import Case, Estimate, Value
from .model import Feature, Floats, SklearnModel

SAME: Final = 1e-9
AT_ONCE: Final = 200_000  # values of variants that are estimated in one go


class Column(Protocol):
    """Writes the columns that a feature becomes."""

    def write(self, target: Floats, values: Sequence[Value]) -> None:
        """Fill the part of the array that is the feature's."""


class Number:
    """A number, with the median in its gaps, and a mark that there was a gap where the training had some."""

    def __init__(self, imputer: BaseEstimator) -> None:
        found = float(imputer.statistics_[0])
        self._typical = 0.0 if np.isnan(found) else found
        self._marked = imputer.indicator_ is not None and len(imputer.indicator_.features_) > 0

    def write(self, target: Floats, values: Sequence[Value]) -> None:
        """Fill it in."""
        numbers = np.array([np.nan if value is None else float(value) for value in values])
        gaps = np.isnan(numbers)
        target[:, 0] = np.where(gaps, self._typical, numbers)
        if self._marked:
            target[:, 1] = gaps


class Text:
    """A text, with a column for each frequent value, and one for all others where the training had rare ones."""

    def __init__(self, encoder: OneHotEncoder) -> None:
        rare = set() if encoder.infrequent_categories_[0] is None else set(encoder.infrequent_categories_[0])
        frequent = [value for value in encoder.categories_[0] if value not in rare]
        self._places = {str(value): place for place, value in enumerate(frequent)}
        self._other = len(frequent) if rare else None

    def write(self, target: Floats, values: Sequence[Value]) -> None:
        """Fill it in."""
        target[:] = 0.0
        for row, value in enumerate(values):
            place = self._places.get("" if value is None else str(value), self._other)
            if place is not None:
                target[row, place] = 1.0


class QuickModel(SklearnModel):
    """A model that answers single cases; threads within it would cost more than they save."""

    def __init__(self, model: BaseEstimator, features: Sequence[Feature]) -> None:
        super().__init__(model, features)
        columns, standard = self.estimator[0], self.estimator[1]
        self._slices = [columns.output_indices_[str(place)] for place in range(len(self._features))]
        fitted = (columns.named_transformers_[str(place)] for place in range(len(self._features)))
        self._columns: list[Column] = [
            Text(each) if isinstance(each, OneHotEncoder) else Number(each) for each in fitted
        ]
        self._mean, self._scale = standard.mean_, standard.scale_

    def estimates(self, cases: Sequence[Case]) -> list[Estimate]:
        """Give for each case the probability of each label, or the number, in the order of the cases."""
        return [tuple(map(float, row)) for row in self._estimated(self._scaled(cases))] if cases else []

    def effects(self, cases: Sequence[Case]) -> list[Mapping[str, float]]:
        """Set each feature to its typical value, all in one go, and see how the estimate falls."""
        step = max(1, AT_ONCE // max(1, len(self._mean) * len(self._features)))
        parts = (cases[start : start + step] for start in range(0, len(cases), step))
        return [found for part in parts for found in self._effects(part)]

    def _effects(self, cases: Sequence[Case]) -> list[Mapping[str, float]]:
        scaled, size = self._scaled(cases), len(cases)
        variants = np.repeat(scaled[np.newaxis], len(self._slices) + 1, axis=0)
        for place, columns in enumerate(self._slices):
            variants[place + 1][:, columns] = 0.0
        said = self._estimated(variants.reshape(-1, scaled.shape[1])).reshape(len(variants), size, -1)
        told = np.ones(size, dtype=int) if said.shape[2] == 2 else said[0].argmax(axis=1)  # noqa: PLR2004 - no and yes
        chosen = said[:, np.arange(size), told]
        names = [feature.name for feature in self._features]
        return [dict(zip(names, map(float, chosen[0, row] - chosen[1:, row]), strict=True)) for row in range(size)]

    def _scaled(self, cases: Sequence[Case]) -> Floats:
        found = np.empty((len(cases), len(self._mean)))
        for place, (columns, column) in enumerate(zip(self._slices, self._columns, strict=True)):
            column.write(found[:, columns], [case.features[place] for case in cases])
        return np.asarray((found - self._mean) / self._scale)


def quick(model: SklearnModel, features: Sequence[Feature], probes: Sequence[Case]) -> SklearnModel:
    """Give the quick form of a model, if it says the same of some cases; else the model itself."""
    threadpool_limits(limits=1)
    try:
        found = QuickModel(model.estimator, features)
        ours, theirs = (np.array(each.estimates(probes)) for each in (found, model))
    except (AttributeError, KeyError, TypeError, ValueError):
        return model
    return found if np.allclose(ours, theirs, rtol=0, atol=SAME) else model
