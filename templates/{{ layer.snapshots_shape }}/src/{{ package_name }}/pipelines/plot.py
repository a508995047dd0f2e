"""The picture of the report: what model and rule were worth on each part that was judged."""

from collections.abc import Sequence

from .._platform.grouped_bars import Group, Plot, lay_out
from ..services.evaluation import Period

MOST = 12  # parts that find room beside each other


def draw(periods: Sequence[Period]) -> Plot:
    """Lay out a group of bars for each part, one for the rule and one for the model."""
    groups = [Group(each.name.split(" of ")[0], {"rule": each.rule, "model": each.ours}) for each in periods[-MOST:]]
    return lay_out(groups, {"rule": "rule", "model": "model"})
