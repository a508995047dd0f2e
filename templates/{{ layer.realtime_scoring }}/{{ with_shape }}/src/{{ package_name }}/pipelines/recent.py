"""Have the requests moved? The newest cases that were asked about, beside those that the model learned from."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from .._platform.drift import Drift, compare
from ..adapters.model import Feature, frame
from ..domain.case import Case
from ..ports import Model

LEAST: Final = 200  # cases below which chance moves more than the world


class Recent:
    """The newest cases of this process; what it says of them is compared with what it said of known ones."""

    def __init__(self, known: Sequence[Case], features: Sequence[Feature], size: int, seed: int) -> None:
        self._known, self._features, self._seed = list(known), tuple(features), seed
        self._cases: deque[Case] = deque(maxlen=size)

    def add(self, cases: Sequence[Case]) -> None:
        """Remember cases."""
        self._cases.extend(cases)

    def drift(self, model: Model | None) -> tuple[Drift, ...]:
        """Compare features and estimates; nothing while there are few cases, or no model."""
        now = list(self._cases)
        if model is None or len(now) < LEAST:
            return ()
        reference, window = (
            frame(cases, self._features).assign(prediction=[each[-1] for each in model.estimates(cases)])
            for cases in (self._known, now)
        )
        return tuple(compare(reference, window, seed=self._seed, windows=None))
