"""Lays out the picture of the report: what model and rule were worth on each part that was judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from ..services.evaluation import Period

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 300, 72, 40
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 5
MOST = 12  # parts that find room beside each other


@dataclass(frozen=True)
class Bar:
    """One bar of the plot, in the plot's own units."""

    who: str
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Plot:
    """Bars, ready to be drawn."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    periods: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def draw(periods: Sequence[Period]) -> Plot:
    """Lay out grouped bars: a group for each part, one bar for the rule and one for the model."""
    shown = periods[-MOST:]
    values = _ticks([value for each in shown for value in (each.rule, each.ours)])
    lowest, highest = values[0], values[-1]
    scale = (HEIGHT - BOTTOM - 10) / (highest - lowest)
    group = (WIDTH - LEFT) / len(shown)
    width = group / 3
    bars = []
    for place, each in enumerate(shown):
        for offset, (who, value) in enumerate((("rule", each.rule), ("model", each.ours))):
            top, end = max(value, 0.0), min(value, 0.0)
            x = LEFT + place * group + width / 2 + offset * width
            y = HEIGHT - BOTTOM - (top - lowest) * scale
            bars.append(Bar(who, x, y, width * 0.9, (top - end) * scale, f"{each.name}, {who}: {value:,.4g}"))
    return Plot(
        tuple(bars),
        tuple((HEIGHT - BOTTOM - (value - lowest) * scale, f"{value:,.6g}") for value in values),
        tuple((LEFT + (place + 0.5) * group, each.name.split(" of ")[0]) for place, each in enumerate(shown)),
    )


def _ticks(values: Sequence[float]) -> list[float]:
    """Choose round values from below the lowest, or zero, to above the highest."""
    low, high = min(0.0, *values), max(0.0, *values)
    rough = (high - low or 1.0) / TICKS
    unit = 10.0 ** floor(log10(rough))
    step = next(each * unit for each in STEPS if each * unit >= rough)
    first, last = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
    return [step * place for place in range(first, last + 1)]
