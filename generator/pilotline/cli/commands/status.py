"""`pilotline status`: how a pilot stands, in a glance or as one object."""

from datetime import date
from pathlib import Path

import click

from pilotline.cli.options.common import echo_json, json_option, user_catalogs
from pilotline.cli.views.terminal import say
from pilotline.kpi.drawing import number
from pilotline.readiness.run import CheckOptions, check_pilot
from pilotline.readiness.status import describe_status
from pilotline.readiness.verdict import Verdict
from pilotline.rules.plain import as_number


@click.command("status")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@json_option
def command(path: Path, as_json: bool) -> None:
    """Show how a pilot stands: objective, KPI, cost, stage, level, catalog, dates.

    PATH is a pilot or a folder in it; the current folder when it is left out.
    """
    outcome = check_pilot(path, CheckOptions(), today=date.today(), catalogs=user_catalogs())  # noqa: DTZ011 - the user's day
    status = describe_status(outcome.repo, outcome.verdict)
    if as_json:
        echo_json(status)
    else:
        say(_as_text(status, outcome.verdict))


def _objective(status: dict[str, object]) -> str:
    """Name what the pilot serves, and whether that is nobody's objective yet."""
    found = status["objective"]
    flag = " (the catalog's example)" if isinstance(found, dict) and found.get("example") is True else ""
    return f"{_part(status, 'objective', 'title')}{flag}"


def _as_text(status: dict[str, object], verdict: Verdict) -> str:
    rows = {
        "Objective": _objective(status),
        "KPI": _kpi(status["kpi"]),
        "Cost": _cost(status["cost"]),
        "Stage": _stage(status["stage"]),
        "Waits for": _waits(status["stage"]),
        "Level": f"{status['level'] or 'no stage yet'}, {status['open']} checks open",
        "Wins": _wins(status["won"]),
        "Incidents": _incidents(status["incidents"]),
        "Catalog": _catalog(status["catalog"]),
    }
    example = status["example"]
    rows["Example"] = f"still its {', '.join(map(str, example))}" if isinstance(example, tuple) and example else ""
    dates = status["dates"] if isinstance(status["dates"], list) else []
    rows["Dates"] = ", ".join(f"{entry['what']} {entry['on']}" for entry in dates)
    rows["Law"] = _law(status["law"])
    rows["Turns red"] = ", ".join(f"{event.check} {event.day}" for event in verdict.events)
    lines = [f"  {click.style(f'{name:<10}', fg='cyan')}{text}" for name, text in rows.items() if text]
    return "\n".join([click.style(str(status["name"] or "This repository is no pilot yet"), bold=True), *lines])


def _part(status: dict[str, object], *keys: str) -> str:
    value: object = status
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return str(value or "")


def _kpi(kpi: object) -> str:
    if not isinstance(kpi, dict):
        return "none"
    by = f" by {kpi['due']}" if kpi["due"] else ""
    return f"{kpi['title']}: {_goal(kpi)} {kpi['unit']}{by}; {_now(kpi)}"


def _goal(kpi: dict[str, object]) -> str:
    before, target, change = (as_number(kpi[name]) for name in ("baseline", "target", "change_percent"))
    if before is not None and target is not None:
        typed = " (typed, not measured)" if kpi["baseline_typed"] else ""
        return f"from {number(before)}{typed} to {number(target)}"
    if target is not None:
        return f"to {number(target)}"
    return "no goal" if change is None else f"{abs(change):g} % {'more' if change > 0 else 'less'}"


def _now(kpi: dict[str, object]) -> str:
    verdict = str(kpi["verdict"]).replace("_", " ")
    if kpi["unmeasured"]:
        return f"not measured yet: {kpi['unmeasured']}"
    return verdict if kpi["value"] is None else f"now {number(as_number(kpi['value']))} ({verdict})"


def _cost(cost: object) -> str:
    if not isinstance(cost, dict) or "currency" not in cost:
        return ""
    if cost.get("build", 0) is None:
        return "not stated yet"
    monthly = sum(value for key, value in cost.items() if key.endswith("per_month") and isinstance(value, (int, float)))
    return f"{cost.get('build', 0):,g} {cost['currency']} to build, {monthly:,g} a month"


def _law(law: object) -> str:
    """Name the class and the duties that are still to come."""
    if not isinstance(law, dict) or not law["class"]:
        return ""
    coming = [f"{entry['on']} {entry['duty'].partition(':')[0]}" for entry in law["dates"] if not entry["in_force"]]
    return "; ".join([f"{law['class']} risk, {law['role']}", *coming])


def _stage(stage: object) -> str:
    if not isinstance(stage, dict):
        return ""
    if stage["retired"]:
        return (
            f"retired since {stage['retired'].get('since')}, in {stage['claimed']}: {stage['retired'].get('because')}"
        )
    since = f" since {stage['since']} ({stage['days']} days)" if stage["since"] else ""
    return f"{stage['claimed']}{since}{', stalled' if stage['stalled'] else ''}"


def _wins(found: object) -> str:
    """Count them, and tell the last one."""
    listed: list[dict[str, object]] = found if isinstance(found, list) else []
    if not listed:
        return ""
    last = listed[-1]
    whom = f", for {last['for']}" if last.get("for") else ""
    return f"{len(listed)}; last {last.get('on')}{whom}: {last.get('sentence')}"


def _incidents(found: object) -> str:
    listed = found if isinstance(found, list) else []
    return "; ".join(f"{each['id']} ({each['kind']}) until {each['due']}: {each['what']}" for each in listed)


def _waits(stage: object) -> str:
    found = stage.get("waits_for") if isinstance(stage, dict) else None
    return "; ".join(map(str, found)) if isinstance(found, list) else ""


def _catalog(catalog: object) -> str:
    if not isinstance(catalog, dict) or not catalog["version"]:
        return "made from no catalog"
    behind = (
        "" if catalog["behind"] is None else ", newest" if not catalog["behind"] else f", {catalog['behind']} behind"
    )
    changed = f", {catalog['changed']} of its files changed or stale" if catalog["changed"] else ""
    return f"{catalog['version']}{behind}{changed}"
