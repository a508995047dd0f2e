"""The plot of the report: what each way to rank would have reached on each past list, laid out to be drawn."""

from dataclasses import dataclass
from math import ceil, floor, log10

from ..domain.ranking import Method
from ..services.evaluation import Measure, Month

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 300, 64, 40
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 5


@dataclass(frozen=True)
class Bar:
    """One bar of the plot, in the plot's own units."""

    method: Method
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Plot:
    """Revenue reached by each way to rank on each past list, ready to be drawn."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    months: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def draw(months: tuple[Month, ...]) -> Plot:
    """Lay out grouped bars: a group for each list, a bar for each way to rank."""
    values = _ticks(max(month.reached[method][Measure.REVENUE] for month in months for method in Method))
    group = (WIDTH - LEFT) / len(months)
    width = group / (len(Method) + 1)
    scale = (HEIGHT - BOTTOM - 10) / values[-1]
    bars = []
    for place, month in enumerate(months):
        for offset, method in enumerate(Method):
            value = month.reached[method][Measure.REVENUE]
            x = LEFT + place * group + width / 2 + offset * width
            label = f"{month.cutoff:%Y-%m}, {method.words}: {value:,.0f}"
            bars.append(Bar(method, x, HEIGHT - BOTTOM - value * scale, width * 0.9, value * scale, label))
    return Plot(
        tuple(bars),
        tuple((HEIGHT - BOTTOM - value * scale, f"{value:,.0f}") for value in values),
        tuple((LEFT + (place + 0.5) * group, f"{month.cutoff:%Y-%m}") for place, month in enumerate(months)),
    )


def _ticks(highest: float) -> list[float]:
    """Choose round values from zero to above the highest."""
    rough = max(highest, 1.0) / TICKS
    unit = 10.0 ** floor(log10(rough))
    step = next(each * unit for each in STEPS if each * unit >= rough)
    return [step * place for place in range(ceil(max(highest, 1.0) / step) + 1)]
