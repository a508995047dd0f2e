"""Numbers and trends, for a terminal and for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from pilotline.kpi.manifest import Kpi
from pilotline.kpi.report import Trend
from pilotline.rules.worth import Interval

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_PLAIN: Final = "._-~=+*#"
_WHOLE: Final = 100
_MARKS: Final = 5
_STEPS: Final = (1, 2, 2.5, 5, 10)


def number(value: float | None, sign: str = "") -> str:
    """Write a number with as many digits as it deserves; an open end is a word."""
    if value is None:
        return "open"
    if 0 < abs(value) < 1:
        return f"{value:{sign},.2g}"
    whole = abs(value) >= _WHOLE or value == round(value)
    return f"{value:{sign},.{0 if whole else 1}f}"


def span(interval: Interval, sign: str = "") -> str:
    """Write the ends of an interval."""
    return f"{number(interval.low, sign)} to {number(interval.high, sign)}"


def aim(kpi: Kpi) -> str:
    """Say what is hoped for, in words where it is no number yet."""
    if kpi.margin is not None:
        return f"at most {number(kpi.margin)} worse"
    return number(kpi.target) if kpi.target is not None else kpi.change


def sparkline(values: Sequence[float], *, unicode: bool) -> str:
    """Draw a trend in one line of characters."""
    signs = _BLOCKS if unicode else _PLAIN
    low, high = min(values, default=0.0), max(values, default=0.0)
    if high == low:
        return signs[len(signs) // 2] * len(values)
    return "".join(signs[round((value - low) / (high - low) * (len(signs) - 1))] for value in values)


@dataclass(frozen=True)
class Point:
    """A measurement in a plot's own units."""

    x: float
    y: float
    low: float
    high: float
    label: str


@dataclass(frozen=True)
class Plot:
    """A trend, ready to be drawn."""

    points: tuple[Point, ...]
    baseline: float | None
    aim: float | None
    ticks: tuple[tuple[float, str], ...]
    width: int = 640
    height: int = 204
    left: int = 84

    @property
    def line(self) -> str:
        """The points as SVG writes a line."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


def round_marks(low: float, high: float) -> list[float]:
    """Choose up to six round values between two ends."""
    unit = 10.0 ** floor(log10((high - low) / _MARKS))
    step = next(part * unit for part in _STEPS if part * unit * _MARKS >= high - low)
    return [place * step for place in range(ceil(low / step), floor(high / step) + 1)]


def _goal(kpi: Kpi, baseline: float | None) -> float | None:
    """Choose the line to reach, or of a guardrail the one to stay on the right side of."""
    if kpi.target is not None or baseline is None or kpi.margin is None:
        return kpi.target
    return baseline - kpi.margin if kpi.direction == "higher" else baseline + kpi.margin


def plot(trend: Trend) -> Plot | None:
    """Lay out values with their intervals, the baseline and the target; None before the first case."""
    measured = [(line, line.value) for line in trend.lines if line.value is not None][-24:]
    if not measured:
        return None
    baseline = trend.kpi.baseline if trend.kpi.baseline is not None else measured[-1][0].baseline
    goal = _goal(trend.kpi, baseline)
    ends = [end for _, value in measured for end in (value.value, value.low, value.high) if end is not None]
    ends += [end for end in (baseline, goal) if end is not None]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.08 or 1.0
    low, high = low - room, high + room

    def y(value: float) -> float:
        return 12 + (high - value) / (high - low) * 180

    step = (640 - 84 - 40) / len(measured)
    points = tuple(
        Point(
            x=84 + 20 + step * (index + 0.5),
            y=y(value.value),
            low=y(value.value if value.low is None else value.low),
            high=y(value.value if value.high is None else value.high),
            label=f"{line.measured_at[:10]}: {number(value.value)} ({span(value)}), n = {line.n:,}",
        )
        for index, (line, value) in enumerate(measured)
    )
    ticks = tuple((y(mark), number(mark)) for mark in round_marks(low, high))
    return Plot(points, None if baseline is None else y(baseline), None if goal is None else y(goal), ticks)
