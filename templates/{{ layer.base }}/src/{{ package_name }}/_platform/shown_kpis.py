"""Shows measured KPIs: a table and sentences for people, the same as values for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.markup import escape

from .kpi import Assessment
from .screen import Json, Screen, grid
from .wording import number, sentence

ABSENT = {"not_measured_yet": "not measured yet", "not_enough_data": "not enough data"}


def show_kpis(
    screen: Screen, assessments: Sequence[Assessment], assumptions: Iterable[str], kept: Sequence[Path]
) -> list[Json]:
    """Show the KPIs against their baseline, what that is worth, which assumptions it rests on, and what was kept."""
    screen.title("KPIs")
    table = grid("KPI", "value", "95 % interval", "baseline", "aim", "measured on", right=(3,), spans=(1, 2, 4))
    for each in assessments:
        table.add_row(*_cells(each))
    screen.table(table)
    for each in assessments:
        screen.line(f"{each.kpi.id}: {sentence(each)}")
    for text in assumptions:
        screen.line(f"Assumed: {text}.")
    if kept:
        what = "Evidence" if kept[0].parts[0] == "var" else "Evidence to commit"  # git ignores var/
        screen.line(f"{what}: {', '.join(map(str, kept))}.")
    return [kpi_json(each) for each in assessments]


def shown_value(each: Assessment) -> str:
    """Write the value, or say what keeps it from being there."""
    return ABSENT.get(each.verdict) or number(each.measurement.value)


def _cells(each: Assessment) -> tuple[str, ...]:
    found, kpi = each.measurement, each.kpi
    return (
        f"{escape(kpi.title)}, {escape(kpi.unit)}",
        shown_value(each),
        "-" if found.value is None else f"{number(found.low)} to {number(found.high)}",
        number(each.defined.baseline),
        kpi.aim(number),
        "-" if each.verdict == "not_measured_yet" else f"{found.method}, {found.window} (n = {found.n:,})",
    )


def kpi_json(each: Assessment) -> Json:
    """Give a KPI to programs; null where there is no number."""
    found, kpi = each.measurement, each.kpi
    return {
        "id": kpi.id,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "unit": kpi.unit,
        "baseline": each.defined.baseline,
        "target": kpi.target.value if kpi.target else None,
        "window": found.window,
        "method": found.method,
        "rule": found.rule,
        "gain": asdict(each.gain),
        "verdict": each.verdict,
        "pending": kpi.pending,
        "sentence": sentence(each),
        "assumptions": list(found.assumptions),
    }
