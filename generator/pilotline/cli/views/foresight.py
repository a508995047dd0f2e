"""How the meaning of a move for readiness looks: lines for people, fields for machines."""

from collections.abc import Iterator, Mapping
from typing import Final

from pilotline.cli.views.plan import list_lines
from pilotline.pilot.stages import Stage
from pilotline.readiness.foresight import CheckChange, Foresight

_TITLES: Final = {"added": "New checks", "changed": "Changed checks", "removed": "No longer checked"}


def foresight_lines(foresight: Foresight) -> tuple[str, ...]:
    """Name the rules that change, and the level after the move."""
    lines = []
    for kind, title in _TITLES.items():
        lines += list_lines(title, [_check_line(change) for change in foresight.checks if change.kind == kind])
    policies = [f"{change.name}: {change.old!r} -> {change.new!r}" for change in foresight.policies]
    lines += list_lines("Changed policies", policies)
    lines += list_lines("Level after it", [*_level_lines(foresight)])
    return tuple(lines)


def _check_line(change: CheckChange) -> str:
    what = f"; its {', '.join(change.fields)}" if change.fields else ""
    return f"{change.id} {change.title} (from {change.stage} on{what})"


def _level_lines(foresight: Foresight) -> Iterator[str]:
    before, after = _name(foresight.before), _name(foresight.after)
    yield f"{after}, as now" if before == after else f"{after} (now {before}; `pilotline status` tells it then)"
    for result in foresight.blocking:
        yield f"  {result.card.id} {result.message} (needed for {result.stage.label})"


def _name(level: Stage | None) -> str:
    return level.label if level else "no stage yet"


def foresight_as_json(foresight: Foresight) -> Mapping[str, object]:
    """Lay it out for machines."""
    return {
        "checks": [
            {"id": c.id, "title": c.title, "stage": c.stage, "kind": c.kind, "fields": list(c.fields)}
            for c in foresight.checks
        ],
        "policies": [{"name": c.name, "old": c.old, "new": c.new} for c in foresight.policies],
        "level": {
            "now": foresight.before.label if foresight.before else None,
            "after": foresight.after.label if foresight.after else None,
            "blocking": [
                {"check": r.card.id, "title": r.card.title, "stage": r.stage.label, "message": r.message}
                for r in foresight.blocking
            ],
        },
    }
