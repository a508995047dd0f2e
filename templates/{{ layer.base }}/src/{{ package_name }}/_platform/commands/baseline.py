"""`baseline`: measure what a KPI was before the pilot, with the same query, and write it into kpis.yml."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Final

import click

from .. import PilotError
from .feedback import Parts
from .measure import ask, find_query, number_line
from .showing import AS_JSON

if TYPE_CHECKING:
    from ..measured_query import Asked, Window
    from ..settings import PlatformSettings

DAY: Final = click.DateTime(["%Y-%m-%d"])
FEWEST: Final = 2


def baseline_command(build: Callable[[], Parts]) -> click.Command:
    """Make the command."""

    @click.command("baseline")
    @click.argument("kpi")
    @click.option("--from", "since", type=DAY, metavar="YYYY-MM-DD", required=True, help="First day.")
    @click.option("--to", "until", type=DAY, metavar="YYYY-MM-DD", required=True, help="First day after the period.")
    @AS_JSON
    def command(*, kpi: str, since: datetime, until: datetime, as_json: bool) -> None:
        """Measure what KPI was before the pilot, and write it into kpis.yml.

        Its own query is asked over the days from --from on, up to but not including --to: $since and $until.
        """
        from ..measured_query import Window

        parts = build()
        try:
            measure_baseline(parts.settings, kpi, Window(since.date(), until.date()), as_json=as_json)
        finally:
            parts.database.close()

    return command


def measure_baseline(settings: "PlatformSettings", name: str, window: "Window", *, as_json: bool) -> None:
    """Measure a baseline, write it, and show what was written."""
    from ..kpi_edit import write_baseline

    defined = find_query(settings, name)
    given = window.parameters()
    if given["since"] >= given["until"]:
        raise PilotError(f"--from {given['since']} is not before --to {given['until']}: turn them round.")
    asked = ask(settings, defined, window, keep=False)
    _need_enough(name, asked)
    command = f"{settings.distribution} baseline {name} --from {given['since']} --to {given['until']}"
    tables = ", ".join(each.name for each in asked.landed)
    value, measured = _facts(asked, window)
    baseline: dict[str, str | int | float | None] = {
        "value": value,
        "period": f"{given['since']} to {given['until']}",
        "source": f"measured on {tables} by `{command}`",
    }
    write_baseline(settings.root / "kpis.yml", name, baseline, measured)
    if as_json:
        import json

        click.echo(json.dumps({"kpi": name, **baseline, "measured": measured}, ensure_ascii=False))
        return
    click.echo(number_line(defined, asked))
    click.echo(f"written: the baseline of {name} in kpis.yml\nNext: {settings.distribution} derive")


def _need_enough(name: str, asked: "Asked") -> None:
    if not {"since", "until"} <= asked.parameters:
        raise PilotError(
            f"The query of {name} looks at all days, so there is no time before: let it use $since and $until, "
            "for example WHERE day >= $since AND day < $until."
        )
    found = asked.measurement
    if found.rule is not None:
        raise PilotError(
            f"The query of {name} compares two arms: its baseline is the other arm, none is to be written."
        )
    if found.n < FEWEST or not all(map(_is_known, (found.value, found.low, found.high))):
        raise PilotError(
            f"There are {found.n:,} cases {found.window}: a baseline takes at least {FEWEST}. Go further back."
        )


def _is_known(end: float | None) -> bool:
    return end is not None and isfinite(end)


def _facts(asked: "Asked", window: "Window") -> tuple[float, dict[str, str | int | float | None]]:
    found, given = asked.measurement, window.parameters()
    return _short(found.value), {
        "n": found.sample.n,
        "sd": _short(found.sample.sd),
        "low": _short(found.low),
        "high": _short(found.high),
        "since": str(given["since"]),
        "until": str(given["until"]),
        "query": asked.query_hash,
        "measured_on": str(datetime.now(UTC).date()),
    }


def _short(value: float | None) -> float:
    """Write nine digits, so that the same data gives the same text on every machine."""
    return float(f"{value or 0.0:.9g}")
