"""Moved to `switch`, `corrections` and `review_evidence`; here the names stay until version 2."""

from typing import TYPE_CHECKING

from .surface import moved

if TYPE_CHECKING:
    from .corrections import CORRECTIONS, Corrections, Counts
    from .review_evidence import Metric, Report, write_evaluation, write_feedback
    from .switch import Switch, model_switch, turn

__all__ = [
    "CORRECTIONS",
    "Corrections",
    "Counts",
    "Metric",
    "Report",
    "Switch",
    "model_switch",
    "turn",
    "write_evaluation",
    "write_feedback",
]

__getattr__ = moved(__name__, globals())
