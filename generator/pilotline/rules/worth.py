"""What an improvement is worth: benefit against what it costs to build, to run and in people's time."""

from dataclasses import dataclass
from typing import Final

MONTHS: Final = 12
"""Benefit and cost are compared over the first year, the build included."""


@dataclass(frozen=True)
class Interval:
    """A value with its interval; an end that does not hold is None."""

    value: float
    low: float | None
    high: float | None

    def times(self, factor: float) -> "Interval":
        """Scale value and ends."""
        low, high = (None if end is None else end * factor for end in (self.low, self.high))
        return Interval(self.value * factor, low, high)

    def less(self, amount: float) -> "Interval":
        """Take an amount off value and ends."""
        low, high = (None if end is None else end - amount for end in (self.low, self.high))
        return Interval(self.value - amount, low, high)


@dataclass(frozen=True)
class Spending:
    """What a pilot costs in one currency: once, and each month for running it and for people's time."""

    currency: str
    build: float
    run_per_month: float
    people_per_month: float

    @property
    def per_month(self) -> float:
        """What it costs to keep."""
        return self.run_per_month + self.people_per_month

    @property
    def first_year(self) -> float:
        """Build and a year of keeping it."""
        return self.build + MONTHS * self.per_month


@dataclass(frozen=True)
class UnitValue:
    """What one unit of a KPI is worth; `share` of an assumption is a factor that is in it."""

    per_unit: float
    currency: str
    share: float | None = None
    share_of: str | None = None


@dataclass(frozen=True)
class Worth:
    """Money in the currency of the costs; its intervals come from the measurement alone, not from assumptions."""

    currency: str
    per_month: Interval
    spending: Spending
    break_even_share: float | None
    """How much of the assumption has to hold for it to pay within a year, as a fraction."""
    break_even_of: str | None

    @property
    def kept(self) -> float:
        """A month's value after what it costs to keep."""
        return self.per_month.value - self.spending.per_month

    @property
    def benefit(self) -> Interval:
        """The value of the first year."""
        return self.per_month.times(MONTHS)

    @property
    def net(self) -> Interval:
        """Benefit less cost of the first year."""
        return self.benefit.less(self.spending.first_year)

    @property
    def return_on_cost(self) -> Interval | None:
        """Net by cost of the first year, 0.5 being 50 %; None when it costs nothing."""
        return self.net.times(1 / self.spending.first_year) if self.spending.first_year > 0 else None

    @property
    def payback_months(self) -> float | None:
        """Months until the build is earned back; None when it never is."""
        return self.spending.build / self.kept if self.kept > 0 else None


def worth_of(
    gain: Interval | None, unit: UnitValue | None, units_per_month: float | None, spending: Spending | None
) -> Worth | None:
    """Turn a KPI's gain into money.

    Args:
        gain: The improvement in the KPI's unit, more being better.
        unit: What one unit is worth.
        units_per_month: How many cases a month have that gain.
        spending: What the pilot costs; None while nobody has stated it.

    Returns:
        None when one of them is not known, when no end of the gain holds, or when value and costs are in two
        currencies, which nobody compares here.
    """
    if gain is None or unit is None or units_per_month is None or spending is None:
        return None
    if unit.currency != spending.currency or (gain.low is None and gain.high is None):
        return None
    per_month = gain.times(unit.per_unit * units_per_month)
    share = None
    if unit.share is not None and per_month.value > 0:
        share = unit.share * spending.first_year / (MONTHS * per_month.value)
    return Worth(spending.currency, per_month, spending, share, unit.share_of if share is not None else None)


def say_break_even(share: float | None, of: str | None) -> str:
    """State what has to hold for it to pay within a year; nothing where no assumption has a share."""
    if share is None or of is None:
        return ""
    if share > 1:
        return f"It does not pay within a year, whatever share {of}."
    return f"It pays within a year if at least {100 * share:.1f} % {of}."
