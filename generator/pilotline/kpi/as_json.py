"""The report as one versioned object, for whoever builds on it."""

from dataclasses import asdict
from typing import Final

from pilotline.kpi.evidence import Interval
from pilotline.kpi.report import Report, Trend

FORMAT: Final = 1


def to_json(report: Report) -> dict[str, object]:
    """Give the report as plain data; docs/reference/kpi-json.md explains each field."""
    value = report.value
    return {
        "format": FORMAT,
        "pilot": asdict(report.pilot),
        "decision": {**asdict(report.decision), "by": report.pilot.approves, "on": report.pilot.review_by},
        "value": None if value is None else {**asdict(value), "break_even": value.break_even},
        "cost": {"first_year": report.pilot.costs.first_year, **asdict(report.pilot.costs)},
        "kpis": [_trend(each) for each in report.trends],
        "wins": [asdict(win) for win in report.wins],
    }


def _trend(trend: Trend) -> dict[str, object]:
    newest = trend.newest
    return {
        **asdict(trend.kpi),
        "shown": trend.shown,
        "unmeasured": trend.unmeasured if newest is None else None,
        "newest": None if newest is None else asdict(newest),
        "trend": [
            {"measured_at": line.measured_at, "window": line.window, "n": line.n, "verdict": line.verdict}
            | {"value": _interval(line.value), "gain": _interval(line.gain)}
            for line in trend.lines
        ],
        "earlier_definitions": trend.earlier,
    }


def _interval(interval: Interval | None) -> dict[str, object] | None:
    return None if interval is None else asdict(interval)
