"""`measure`: measure the KPIs; with `--try` one of them, to see what it gives before anything is kept."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import click

from .. import PilotError
from .showing import AS_JSON, show

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ..anytime import Measurement
    from ..kpi_manifest import Defined
    from ..measure_functions import BoundFunctions
    from ..settings import PlatformSettings

    MainJob = Callable[[], AbstractContextManager[BoundFunctions]]

KEPT: Final = "Nothing was kept; that the tables were read stands in var/reads.jsonl, as for each read."


def measure_command(
    measure: Callable[[bool], int | None],
    settings: "Callable[[], PlatformSettings]",
    functions: "MainJob | None" = None,
) -> click.Command:
    """Make the command: `measure` measures and keeps all KPIs (given whether to print JSON), as the pilot does it.

    `functions` opens what the main job computed, for the functions that measure by it.
    """

    @click.command("measure")
    @click.option("--try", "tried", metavar="ID", help="Show what one KPI gives; keep only that it was read.")
    @AS_JSON
    def command(*, tried: str | None, as_json: bool) -> int | None:
        """Measure the KPIs of kpis.yml against their baseline."""
        if tried is None:
            return measure(as_json)
        try_kpi(settings(), tried, functions, as_json=as_json)
        return None

    return command


def find_kpi(settings: "PlatformSettings", name: str) -> "Defined":
    """Return the KPI with that id."""
    from ..kpi import read_kpis

    kpis = read_kpis(settings.root / "kpis.yml")
    found = next((each for each in kpis if each.kpi.id == name), None)
    if found is None:
        raise PilotError(f"kpis.yml has no KPI {name}: it has {', '.join(each.kpi.id for each in kpis)}.")
    return found


def try_kpi(settings: "PlatformSettings", name: str, functions: "MainJob | None" = None, *, as_json: bool) -> None:
    """Show the first rows, the number with its interval, and what would be said; keep nothing."""
    from ..progress import heard_by

    defined = find_kpi(settings, name)
    with heard_by():
        if defined.kpi.measure.function is not None:
            _show_tried(settings, defined, _call(settings, defined, functions), as_json=as_json)
        else:
            _try_query(settings, defined, as_json=as_json)


def _try_query(settings: "PlatformSettings", defined: "Defined", *, as_json: bool) -> None:
    from ..capabilities import capabilities

    tried = next((found for each in capabilities() if (found := each.try_query(defined, settings))), None)
    if tried is None:
        name, command = defined.kpi.id, settings.distribution
        raise PilotError(f"{name} is not measured by a query or a function: let `{command} measure` measure it.")
    rows = [dict(each) for each in tried.rows]
    if not as_json:
        show(rows, tried.columns, as_json=False)
        click.echo(f"\n{tried.line}")
    _show_tried(settings, defined, tried.measurement, rows, as_json=as_json)


def _call(settings: "PlatformSettings", defined: "Defined", functions: "MainJob | None") -> "Measurement":
    """Call the function of a KPI: the team's or the platform's at once, others on what the main job computes."""
    from ..integrations import open_database
    from ..manifest import PACKAGE
    from ..measure_functions import check_functions, join_functions
    from ..platform_measures import known_functions

    kpi = defined.kpi
    database = open_database(settings, f"{PACKAGE}.adapters.integrations")
    try:
        known = known_functions(settings, database, f"KPI {kpi.id}", keep=False)
        if kpi.measure.function in known or functions is None:
            check_functions([kpi], known, settings)
            return known[str(kpi.measure.function)].measure()
        with functions() as more:
            known = join_functions(known, more)
            check_functions([kpi], known, settings)
            return known[str(kpi.measure.function)].measure()
    finally:
        database.close()


def _show_tried(
    settings: "PlatformSettings",
    defined: "Defined",
    found: "Measurement",
    rows: Sequence[dict[str, object]] | None = None,
    *,
    as_json: bool,
) -> None:
    """Show what a measurement says; a function has no rows, so its number stands here."""
    from ..kpi import assess
    from ..wording import number, sentence

    said = sentence(assess(defined, found, settings.manifest.costs))
    if as_json:
        import json

        facts = {"kpi": defined.kpi.id, "rows": rows or [], "n": found.n}
        facts |= {"value": found.value, "low": found.low, "high": found.high}
        facts |= {"window": found.window, "method": found.method, "sentence": said}
        click.echo(json.dumps(facts, ensure_ascii=False, default=str, allow_nan=False))
        return
    if rows is None:
        value = f"{number(found.value)} {defined.kpi.unit}, 95 % interval {number(found.low)} to {number(found.high)}"
        click.echo(f"{value} ({found.n:,} cases, {found.window}; {found.method})")
    click.echo(said)
    click.echo(KEPT, err=True)
