"""What an improvement is worth, with every assumption named; the rule book computes it as the pilot does."""

from dataclasses import dataclass

from pilotline.kpi.evidence import Measured
from pilotline.kpi.manifest import Assumption, Kpi
from pilotline.rules.worth import Interval, Spending, UnitValue, Worth, say_break_even, worth_of


@dataclass(frozen=True)
class Costs:
    """What the pilot costs, as pilot.yml says; a part is None while nobody has stated it."""

    currency: str
    build: float | None
    run_per_month: float | None
    people_per_month: float | None
    source: str

    @property
    def spending(self) -> Spending | None:
        """The same as the rule book takes it; None as long as a part of it is not stated."""
        if self.build is None or self.run_per_month is None or self.people_per_month is None:
            return None
        return Spending(self.currency, self.build, self.run_per_month, self.people_per_month)


@dataclass(frozen=True)
class Value:
    """Money, in one currency; the intervals come from the measurement alone, the assumptions are not in them."""

    worth: Worth
    assumptions: tuple[Assumption, ...]
    attribution: str

    @property
    def currency(self) -> str:
        """What the money is in."""
        return self.worth.currency

    @property
    def net(self) -> Interval:
        """Benefit less cost of the first year."""
        return self.worth.net

    @property
    def break_even(self) -> str:
        """State what has to hold for it to pay within a year."""
        worth = self.worth
        if said := say_break_even(worth.break_even_share, worth.break_even_of):
            return said
        if worth.benefit.value <= 0:
            return "It does not pay: nothing was gained."
        needed = worth.spending.first_year / worth.benefit.value
        return f"It pays within a year if at least {needed:.0%} of the improvement is the pilot's doing."


def value_of(kpi: Kpi, measured: Measured, costs: Costs) -> Value | None:
    """Turn a KPI's improvement into money; None when the rule book knows none."""
    swing = next((each for each in kpi.assumptions if each.share is not None), None)
    unit = None
    if kpi.per_unit is not None and kpi.currency is not None:
        unit = UnitValue(kpi.per_unit, kpi.currency, swing.share if swing else None, swing.text if swing else None)
    worth = worth_of(measured.gain, unit, measured.units_per_month, costs.spending)
    return None if worth is None else Value(worth, kpi.assumptions, kpi.attribution)
