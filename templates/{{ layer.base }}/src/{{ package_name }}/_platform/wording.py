"""Says as a person would what a measurement found and what that is worth."""

from typing import Final

from .anytime import Measurement
from .kpi import PERIOD, STILL, Assessment, Kpi, Worth
from .rules import kpi_definition as rules
from .rules.worth import say_break_even

SHOWN_WHOLE: Final = 100  # numbers from here on are shown without decimals


def sentence(each: Assessment) -> str:
    """Say what was found and what it is worth, as a person would."""
    return f"{finding(each)} {_money(each.worth)}" if each.worth else finding(each)


def finding(each: Assessment) -> str:
    """Say what was found."""
    kpi, found = each.kpi, each.measurement
    if each.verdict == "not_measured_yet":
        return not_measured(kpi)
    more = f" About {each.cases_needed:,} cases would show what is hoped for." if each.cases_needed else ""
    if each.verdict == "not_enough_data":
        return f"Not enough data yet: {_too_few(kpi, found)}.{more}"
    if found.sample.barred is not None:
        return f"No verdict: {found.sample.barred} ({_signed(each)})."
    against = "the rule on the same cases" if each.gain.against == "rule" else "the baseline"
    margin = "" if kpi.margin is None else " by more than the margin"
    said = {
        "reached": f"Reached: better than {against}, and beyond the target with the whole interval",
        "better": f"Better than {against}; the target is not yet certain",
        "kept": f"Kept: not worse than {against}{margin}",
        "undecided": f"Undecided: it is open whether it is {'worse' if margin else 'better'} than {against}{margin}",
        "worse": f"Worse than {against}{margin}",
    }
    typed = " The baseline is typed, not measured." if each.gain.against != "rule" and kpi.baseline.typed else ""
    return f"{said[each.verdict]} ({_signed(each)}).{typed}{more}"


def _too_few(kpi: Kpi, found: Measurement) -> str:
    """Say how many cases there are of those that a judgement needs, and why it needs them where that is not plain."""
    sample = found.sample
    if found.method == STILL:
        return STILL
    if sample.unit != "case" and sample.missing:
        return str(sample.unjudged)
    wanted = max(kpi.minimum_sample, found.n + sample.missing)
    skewed = f"; {sample.unjudged}" if sample.unjudged and sample.needed > kpi.minimum_sample else ""
    return f"{found.n:,} of the {wanted:,} cases that a judgement needs{skewed}"


def not_measured(kpi: Kpi) -> str:
    """Say that a KPI is not measured yet, and what the next step is."""
    return rules.not_measured(kpi.pending)


def _signed(each: Assessment) -> str:
    """Say how much better it is; the sign counts improvement, whatever the direction."""
    value, low, high = number(each.gain.value, "+"), _end(each.gain.low, "+"), _end(each.gain.high, "+")
    margin = "" if each.kpi.margin is None else f", margin {number(each.kpi.margin)}"
    if each.gain.low is None and each.gain.high is None:
        return f"{value} {each.kpi.unit}, without an interval that holds at every look{margin}"
    why = "" if each.measurement.sample.too_skewed is None else f"; {each.measurement.sample.too_skewed}"
    return f"{value} {each.kpi.unit}, 95 % interval at every look {low} to {high}{margin}{why}"


def _end(value: float | None, sign: str = "") -> str:
    """Write an end of an interval; one that does not hold is open."""
    return "open" if value is None else number(value, sign)


def _money_end(value: float | None) -> str:
    return "open" if value is None else f"{value:,.0f}"


def _money(worth: Worth) -> str:
    per_month = f"{worth.value:,.0f} {worth.currency} a month ({_money_end(worth.low)} to {_money_end(worth.high)})"
    rest = f"{worth.net:,.0f} after running costs, {PERIOD * worth.net:,.0f} a year"
    end = "at that the build is never earned back"
    if worth.break_even_months is not None:
        end = f"the build is earned back in {worth.break_even_months:,.1f} months"
    assumed = f", if {' and '.join(worth.assumptions)}"
    paid = say_break_even(worth.break_even_share, worth.break_even_of)
    return f"Worth {per_month}{assumed}; {rest}; {end}. {paid}".rstrip()


def number(value: float | None, sign: str = "") -> str:
    """Write a number with as many digits as it deserves, and a dash where there is none."""
    if value is None:
        return "-"
    if abs(value) == float("inf"):
        return "open"
    if 0 < abs(value) < 1:
        return f"{value:{sign},.2g}"
    return f"{value:{sign},.{0 if abs(value) >= SHOWN_WHOLE or value == round(value) else 1}f}"
