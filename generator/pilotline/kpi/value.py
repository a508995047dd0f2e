"""What an improvement is worth: benefit against build, run and people cost, with every assumption named."""

from dataclasses import dataclass
from typing import Final

from pilotline.kpi.evidence import Interval, Measured
from pilotline.kpi.manifest import Assumption, Kpi

MONTHS: Final = 12
"""Benefit and cost are compared over the first year, the build included."""


@dataclass(frozen=True)
class Costs:
    """What the pilot costs, as pilot.yml says."""

    currency: str
    build: float
    run_per_month: float
    people_per_month: float
    source: str

    @property
    def per_month(self) -> float:
        """What it costs to keep."""
        return self.run_per_month + self.people_per_month

    @property
    def first_year(self) -> float:
        """Build and a year of keeping it."""
        return self.build + MONTHS * self.per_month


@dataclass(frozen=True)
class Value:
    """Money, in one currency; the intervals come from the measurement alone, the assumptions are not in them."""

    currency: str
    per_month: Interval
    benefit: Interval
    """In the first year."""
    net: Interval
    """Benefit less cost of the first year."""
    return_on_cost: Interval | None
    """Net by cost, 0.5 being 50 %; None when it costs nothing."""
    payback_months: float | None
    """Until the build is earned back; None when it never is."""
    break_even_share: float | None
    break_even_of: str | None
    assumptions: tuple[Assumption, ...]
    attribution: str

    @property
    def break_even(self) -> str:
        """State what has to hold for it to pay within a year."""
        if self.break_even_share is None or self.break_even_of is None:
            if self.benefit.value <= 0:
                return "It does not pay: nothing was gained."
            return f"It pays within a year if at least {self._needed:.0%} of the improvement is the pilot's doing."
        if self.break_even_share > 1:
            return f"It does not pay within a year, whatever share {self.break_even_of}."
        return f"It pays within a year if at least {100 * self.break_even_share:.1f} % {self.break_even_of}."

    @property
    def _needed(self) -> float:
        return (self.benefit.value - self.net.value) / self.benefit.value


def value_of(kpi: Kpi, measured: Measured, costs: Costs) -> Value | None:
    """Turn a KPI's improvement into money; None when it is not said what a unit is worth, or how many there are.

    Money in another currency than the costs is not compared: None as well.
    """
    if kpi.per_unit is None or measured.units_per_month is None or kpi.currency != costs.currency:
        return None
    if measured.gain is None:
        return None
    per_month = _scaled(measured.gain, kpi.per_unit * measured.units_per_month)
    benefit = _scaled(per_month, MONTHS)
    net = Interval(benefit.value - costs.first_year, _less(benefit.low, costs), _less(benefit.high, costs))
    kept = per_month.value - costs.per_month
    swing = next((each for each in kpi.assumptions if each.share is not None), None)
    share = None
    if swing is not None and swing.share is not None and benefit.value > 0:
        share = swing.share * costs.first_year / benefit.value
    return Value(
        currency=costs.currency,
        per_month=per_month,
        benefit=benefit,
        net=net,
        return_on_cost=_scaled(net, 1 / costs.first_year) if costs.first_year > 0 else None,
        payback_months=costs.build / kept if kept > 0 else None,
        break_even_share=share,
        break_even_of=swing.text if swing and share is not None else None,
        assumptions=kpi.assumptions,
        attribution=kpi.attribution,
    )


def _scaled(interval: Interval, factor: float) -> Interval:
    low, high = (None if end is None else end * factor for end in (interval.low, interval.high))
    return Interval(interval.value * factor, low, high)


def _less(end: float | None, costs: Costs) -> float | None:
    return None if end is None else end - costs.first_year
