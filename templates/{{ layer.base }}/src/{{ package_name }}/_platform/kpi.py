"""What a measurement means for a KPI: a finding, and what it is worth, or that there is no number yet."""

from dataclasses import dataclass
from math import inf, isfinite
from typing import Final

from . import PilotError
from .anytime import Gain, Measurement, cases_needed, compare
from .kpi_manifest import Defined, Kpi, read_kpis
from .kpi_parts import nine_digits
from .manifest import Costs
from .rules.evidence import ABSENT, Verdict
from .rules.worth import MONTHS, Interval, UnitValue, worth_of

__all__ = ["ABSENT", "PERIOD", "Assessment", "Defined", "Kpi", "Verdict", "Worth", "assess", "read_kpis", "unmeasured"]

PERIOD: Final = MONTHS
STILL: Final = "the table still holds the cases that the baseline was measured on, and no later ones"


@dataclass(frozen=True)
class Worth:
    """Money a month; `net` is after the running costs, and the build is earned back after `break_even_months`.

    An end of the gain that does not hold leaves its end open here: None.
    """

    value: float
    low: float | None
    high: float | None
    net: float
    break_even_months: float | None
    break_even_share: float | None
    break_even_of: str | None
    currency: str
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """What a measurement means for a KPI."""

    defined: Defined
    measurement: Measurement
    gain: Gain
    verdict: Verdict
    worth: Worth | None
    cases_needed: int | None

    @property
    def kpi(self) -> Kpi:
        """Its definition."""
        return self.defined.kpi


def assess(defined: Defined, found: Measurement, costs: Costs) -> Assessment:
    """Judge by intervals: nothing is better or worse unless its whole interval says so, at every look.

    A KPI that is not measured yet, or on too few cases, has no number at all: whatever was computed is left out.
    """
    kpi, baseline = defined.kpi, defined.baseline
    if kpi.pending is not None or baseline is None:
        return unmeasured(defined)
    if _are_the_baseline_s(kpi, found):
        return _absent(defined, Measurement.none(kpi.window, STILL), "not_enough_data")
    if found.n < kpi.minimum_sample or found.sample.missing or found.value is None:
        return _absent(defined, found, "not_enough_data")
    if not isfinite(found.value):
        raise PilotError(f"kpis.yml: what measures {kpi.id} gave {found.value}, which is no number: mend it.")
    gain = compare(found, baseline, defined.before, kpi.sign)
    verdict = _verdict(defined, gain)
    needed = _needed(defined, found) if verdict == "undecided" else None
    return Assessment(defined, found, gain, verdict, _worth(kpi, found, gain, costs), needed)


def _are_the_baseline_s(kpi: Kpi, found: Measurement) -> bool:
    """Tell whether a table without days still holds the cases that its baseline was measured on, and no other."""
    known, sample = kpi.baseline.measured, found.sample
    if known is None or known.until is not None:
        return False
    return (sample.n, nine_digits(found.value), nine_digits(sample.sd)) == (known.n, kpi.baseline.value, known.sd)


def unmeasured(defined: Defined) -> Assessment:
    """Say of a KPI that it is not measured yet."""
    return _absent(defined, Measurement.none(defined.kpi.window), "not_measured_yet")


def _absent(defined: Defined, found: Measurement, verdict: Verdict) -> Assessment:
    """Say that there is no number, of the KPI or of its gain."""
    gain = Gain(None, None, None, "baseline" if found.rule is None else "rule", "none: " + verdict.replace("_", " "))
    needed = _needed(defined, found) if verdict == "not_enough_data" else None
    return Assessment(defined, found.without_number(), gain, verdict, None, needed)


def _needed(defined: Defined, found: Measurement) -> int | None:
    """Tell from how many cases on what is hoped for would show, where that is more than there are."""
    needed = cases_needed(_gap(defined), found.sample)
    return needed if needed and needed > found.n else None


def _gap(defined: Defined) -> float:
    """The improvement that is hoped for, or the margin that is to be kept."""
    kpi, baseline = defined.kpi, defined.baseline
    if kpi.target is None or kpi.target.value is None or baseline is None:
        return kpi.margin or 0.0
    return kpi.sign * (kpi.target.value - baseline)


def _verdict(defined: Defined, gain: Gain) -> Verdict:
    kpi = defined.kpi
    low = -inf if gain.low is None else gain.low  # an end that does not hold decides nothing: its method says why
    high = inf if gain.high is None else gain.high
    if kpi.margin is not None:
        return "kept" if low >= -kpi.margin else "worse" if high < -kpi.margin else "undecided"
    if high < 0:
        return "worse"
    if low <= 0:
        return "undecided"
    return "reached" if low >= _gap(defined) else "better"


def _worth(kpi: Kpi, found: Measurement, gain: Gain, costs: Costs) -> Worth | None:
    """Turn the gain into money, and write it as a line of evidence has it."""
    if kpi.value is None:
        return None
    swing = next((each for each in kpi.value.assumptions if each.share is not None), None)
    share, of = (swing.share, swing.text) if swing else (None, None)
    unit = UnitValue(kpi.value.per_unit, kpi.value.currency, share, of)
    money = worth_of(_interval(gain), unit, found.units_per_month, costs.spending)
    if money is None:
        return None
    return Worth(
        value=money.per_month.value,
        low=money.per_month.low,
        high=money.per_month.high,
        net=money.kept,
        break_even_months=money.payback_months,
        break_even_share=money.break_even_share,
        break_even_of=of,
        currency=money.currency,
        assumptions=tuple(map(str, kpi.value.assumptions)),
    )


def _interval(gain: Gain) -> Interval | None:
    return None if gain.value is None else Interval(gain.value, gain.low, gain.high)
