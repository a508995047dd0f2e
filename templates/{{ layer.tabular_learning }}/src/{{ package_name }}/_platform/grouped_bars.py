"""Lays out a plot of grouped bars, such as a group for each period and a bar for each way to decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 300, 100, 40, 20
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 5
NARROW = 6  # names of groups that fit a telephone


@dataclass(frozen=True)
class Group:
    """Bars beside each other: the value of each by its key."""

    name: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Bar:
    """One bar, in the plot's own units; `key` names what it stands for."""

    key: str
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Plot:
    """Everything that is drawn, each with its place."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    groups: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM

    @property
    def every(self) -> int:
        """Which groups keep their name on a narrow screen: every so many."""
        return ceil(len(self.groups) / NARROW)


def lay_out(groups: Sequence[Group], names: Mapping[str, str]) -> Plot:
    """Lay out the bars of each group, in the order and by the names of their keys; the axis holds zero."""
    ticks = _ticks([value for each in groups for value in each.values.values()])
    lowest = ticks[0]
    scale = (HEIGHT - BOTTOM - TOP) / (ticks[-1] - lowest)
    space = (WIDTH - LEFT) / len(groups)
    width = space / (len(names) + 1)
    bars = []
    for place, each in enumerate(groups):
        for offset, (key, name) in enumerate(names.items()):
            value = each.values[key]
            top, end = max(value, 0.0), min(value, 0.0)
            x, y = LEFT + place * space + width / 2 + offset * width, HEIGHT - BOTTOM - (top - lowest) * scale
            label = f"{each.name}, {name}: {_written(value)}"
            bars.append(Bar(key, x, y, width * 0.9, (top - end) * scale, label))
    return Plot(
        tuple(bars),
        tuple((HEIGHT - BOTTOM - (value - lowest) * scale, _written(value)) for value in ticks),
        tuple((LEFT + (place + 0.5) * space, each.name) for place, each in enumerate(groups)),
    )


def _ticks(values: Sequence[float]) -> list[float]:
    """Choose round values from below the lowest, or zero, to above the highest."""
    low, high = min(0.0, *values), max(0.0, *values)
    rough = (high - low or 1.0) / TICKS
    unit = 10.0 ** floor(log10(rough))
    step = next(each * unit for each in STEPS if each * unit >= rough)
    first, last = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
    return [step * place for place in range(first, last + 1)]


def _written(value: float) -> str:
    """Write thousands in full, millions as such, and small numbers with their telling digits."""
    if abs(value) >= 1_000_000:  # noqa: PLR2004
        return f"{value / 1_000_000:,.4g} M"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"  # noqa: PLR2004
