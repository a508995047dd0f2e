"""`measure`: measure the KPIs; with `--try` one of them, to see what its query gives before anything is kept."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from .. import PilotError
from .showing import AS_JSON, show

if TYPE_CHECKING:
    from ..kpi import Defined
    from ..measured_query import Asked, Window
    from ..settings import PlatformSettings


def measure_command(measure: Callable[[bool], int | None], settings: "Callable[[], PlatformSettings]") -> click.Command:
    """Make the command: `measure` measures and keeps all KPIs (given whether to print JSON), as the pilot does it."""

    @click.command("measure")
    @click.option(
        "--try", "tried", metavar="ID", help="Show what the query of one KPI gives; keep only that it was read."
    )
    @AS_JSON
    def command(*, tried: str | None, as_json: bool) -> int | None:
        """Measure the KPIs of kpis.yml against their baseline."""
        if tried is None:
            return measure(as_json)
        try_kpi(settings(), tried, as_json=as_json)
        return None

    return command


def find_query(settings: "PlatformSettings", name: str) -> "Defined":
    """Return the KPI with that id, if a query on contracted tables measures it."""
    from ..kpi import read_kpis
    from ..measured_query import asks_contracted

    kpis = read_kpis(settings.root / "kpis.yml")
    found = next((each for each in kpis if each.kpi.id == name), None)
    if found is None:
        raise PilotError(f"kpis.yml has no KPI {name}: it has {', '.join(each.kpi.id for each in kpis)}.")
    if found.kpi.measure.sql is None or not asks_contracted(found.kpi, settings):
        there = ", ".join(settings.contracted_tables) or "none yet, name one in [tables.NAME]"
        raise PilotError(
            f"{name} is not measured by a query on the tables under contract ({there}): "
            f"give it measure: {{sql: …}}, or let `{settings.distribution} measure` measure it."
        )
    return found


def ask(settings: "PlatformSettings", defined: "Defined", window: "Window", *, keep: bool) -> "Asked":
    """Ask the query of a KPI over some days, under the contracts of its tables."""
    from uuid import uuid4

    from ..contracts import Access
    from ..measured_query import ask_contracted

    access = Access(settings.role, f"KPI {defined.kpi.id}", uuid4().hex[:12], settings.var / "reads.jsonl")
    return ask_contracted(defined.kpi, settings, window, access, keep=keep)


def try_kpi(settings: "PlatformSettings", name: str, *, as_json: bool) -> None:
    """Show the first rows, the number with its interval, and what would be said; keep nothing."""
    from ..kpi import assess
    from ..measured_query import shown_rows, window_of
    from ..wording import sentence

    defined = find_query(settings, name)
    asked = ask(settings, defined, window_of(defined.kpi), keep=False)
    said = sentence(assess(defined, asked.measurement, settings.manifest.costs))
    if as_json:
        import json

        rows = [dict(each) for each in shown_rows(asked)]
        found = asked.measurement
        facts = {"kpi": name, "rows": rows, "n": found.n, "value": found.value, "low": found.low, "high": found.high}
        facts |= {"window": found.window, "method": found.method, "sentence": said}
        click.echo(json.dumps(facts, ensure_ascii=False, default=str, allow_nan=False))
        return
    show([dict(each) for each in shown_rows(asked)], asked.columns, as_json=False)
    click.echo(f"\n{number_line(defined, asked)}\n{said}")
    click.echo("Nothing was kept; that the tables were read stands in var/reads.jsonl, as for each read.", err=True)


def number_line(defined: "Defined", asked: "Asked") -> str:
    """Say the number with its interval, over which cases and rows."""
    from ..wording import number

    found, unit = asked.measurement, defined.kpi.unit
    read = "; ".join(f"{each.name}: {each.rows_valid:,} of {each.rows_read:,} rows valid" for each in asked.landed)
    value = f"{number(found.value)} {unit}, 95 % interval {number(found.low)} to {number(found.high)}"
    return f"{value} ({found.n:,} cases, {found.window}; {read})"
