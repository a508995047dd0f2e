"""The plot of the report: what each way to rank would have reached on each past list."""

from .._platform.grouped_bars import Group, Plot, lay_out
from ..domain.ranking import Method
from ..domain.words import Words
from ..services.evaluation import Measure, Month


def draw(months: tuple[Month, ...], words: Words) -> Plot:
    """Lay out a group of bars for each list, a bar for each way to rank."""
    groups = [
        Group(f"{month.cutoff:%Y-%m}", {str(method): month.reached[method][Measure.REVENUE] for method in Method})
        for month in months
    ]
    return lay_out(groups, {str(method): method.said(words) for method in Method})
