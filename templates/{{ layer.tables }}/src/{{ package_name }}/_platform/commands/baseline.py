"""`baseline`: measure what a KPI was before the pilot, with the same query, and write it into kpis.yml."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Final

import click

from .. import PilotError
from .asked import ask, find_query, number_line
from .feedback import Parts
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
    @click.option("--from", "since", type=DAY, metavar="YYYY-MM-DD", help="First day.")
    @click.option("--to", "until", type=DAY, metavar="YYYY-MM-DD", help="First day after the period.")
    @AS_JSON
    def command(*, kpi: str, since: datetime | None, until: datetime | None, as_json: bool) -> None:
        """Measure what KPI was before the pilot, and write it into kpis.yml.

        Its own query is asked over the days from --from on, up to but not including --to: $since and $until. A query
        that looks at no day is asked without them, over all cases that there are.
        """
        from ..measured_query import Window
        from ..progress import heard_by

        parts = build()
        try:
            window = Window(since.date() if since else None, until.date() if until else None)
            with heard_by():
                measure_baseline(parts.settings, kpi, window, as_json=as_json)
        finally:
            parts.database.close()

    return command


def measure_baseline(settings: "PlatformSettings", name: str, window: "Window", *, as_json: bool) -> None:
    """Measure a baseline, write it, and show what was written."""
    from ..kpi_edit import write_baseline

    defined = find_query(settings, name)
    if window.since and window.until and window.since >= window.until:
        raise PilotError(f"--from {window.since} is not before --to {window.until}: turn them round.")
    asked = ask(settings, defined, window, keep=False)
    _need_enough(name, asked)
    _need_days(name, asked, window)
    days = "" if window.since is None else f" --from {window.since} --to {window.until}"
    tables = ", ".join(each.name for each in asked.landed)
    value, measured = _facts(asked, window)
    baseline: dict[str, str | int | float | None] = {
        "value": value,
        "period": f"{window.since} to {window.until}" if days else f"all cases on {measured['measured_on']}",
        "source": f"measured on {tables} by `{settings.distribution} baseline {name}{days}`",
    }
    write_baseline(settings.root / "kpis.yml", name, baseline, measured)
    if as_json:
        import json

        click.echo(json.dumps({"kpi": name, **baseline, "measured": measured}, ensure_ascii=False))
        return
    click.echo(number_line(defined, asked))
    click.echo(f"written: the baseline of {name} in kpis.yml\nNext: {settings.distribution} derive")


def _need_days(name: str, asked: "Asked", window: "Window") -> None:
    """Ask for days where the query looks at them, and refuse them where it does not: they would change nothing."""
    dated, given = {"since", "until"} <= asked.parameters, window.since is not None and window.until is not None
    if dated and not given:
        raise PilotError(f"The query of {name} looks at days: name the time before the pilot, --from DAY --to DAY.")
    if not dated and (window.since or window.until):
        raise PilotError(
            f"The query of {name} looks at all days, so there is no time before: let it use $since and $until, "
            "for example WHERE day >= $since AND day < $until; or leave --from and --to out where its table has no day."
        )


def _need_enough(name: str, asked: "Asked") -> None:
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
    from ..kpi_parts import nine_digits

    found = asked.measurement
    days = {} if window.since is None else {"since": str(window.since), "until": str(window.until)}
    return nine_digits(found.value), {
        "n": found.sample.n,
        "sd": nine_digits(found.sample.sd),
        "low": nine_digits(found.low),
        "high": nine_digits(found.high),
        **days,
        "query": asked.query_hash,
        "measured_on": str(datetime.now(UTC).date()),
    }
