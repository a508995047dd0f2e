"""The report as one versioned object, for whoever builds on it."""

from dataclasses import asdict
from typing import Final

from pilotline.kpi.report import Report, Trend
from pilotline.kpi.value import Value
from pilotline.rules.worth import Interval

FORMAT: Final = 1


def to_json(report: Report) -> dict[str, object]:
    """Give the report as plain data; docs/reference/kpi-json.md explains each field."""
    costs = report.pilot.costs
    return {
        "format": FORMAT,
        "pilot": asdict(report.pilot),
        "decision": {**asdict(report.decision), "by": report.pilot.approves, "on": report.pilot.review_by},
        "value": None if report.value is None else _value(report.value),
        "cost": {"first_year": costs.spending.first_year if costs.spending else None, **asdict(costs)},
        "kpis": [_trend(each) for each in report.trends],
        "other_rules": report.other_rules or None,
        "wins": [asdict(win) for win in report.wins],
    }


def _value(value: Value) -> dict[str, object]:
    worth = value.worth
    return {
        "currency": worth.currency,
        "per_month": asdict(worth.per_month),
        "benefit": asdict(worth.benefit),
        "net": asdict(worth.net),
        "return_on_cost": None if worth.return_on_cost is None else asdict(worth.return_on_cost),
        "payback_months": worth.payback_months,
        "break_even_share": worth.break_even_share,
        "break_even_of": worth.break_even_of,
        "assumptions": [asdict(each) for each in value.assumptions],
        "attribution": value.attribution,
        "break_even": value.break_even,
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
