"""A KPI's query, asked for a look: by `measure --try` and by `baseline`."""

from typing import TYPE_CHECKING

from .. import PilotError
from ..capabilities import Tried
from .measure import find_kpi

if TYPE_CHECKING:
    from ..kpi_manifest import Defined
    from ..measured_query import Asked, Window
    from ..settings import PlatformSettings


def find_query(settings: "PlatformSettings", name: str) -> "Defined":
    """Return the KPI with that id, if a query on contracted tables measures it."""
    found = find_kpi(settings, name)
    _need_query(settings, found)
    return found


def _need_query(settings: "PlatformSettings", found: "Defined") -> None:
    from ..measured_query import asks_contracted

    if found.kpi.measure.sql is None or not asks_contracted(found.kpi, settings):
        there = ", ".join(settings.contracted_tables) or "none yet, name one in [tables.NAME]"
        raise PilotError(
            f"{found.kpi.id} is not measured by a query on the tables under contract ({there}): "
            f"give it measure: {{sql: …}}, or let `{settings.distribution} measure` measure it."
        )


def ask(settings: "PlatformSettings", defined: "Defined", window: "Window", *, keep: bool) -> "Asked":
    """Ask the query of a KPI over some days, under the contracts of its tables."""
    from uuid import uuid4

    from ..contracts import Access
    from ..measured_query import ask_contracted

    access = Access(settings.role, f"KPI {defined.kpi.id}", uuid4().hex[:12], settings.var / "reads.jsonl")
    return ask_contracted(defined.kpi, settings, window, access, keep=keep)


def try_contracted(defined: "Defined", settings: "PlatformSettings") -> Tried:
    """Show the first rows and the number with its interval; keep nothing."""
    from ..measured_query import shown_rows, window_of

    _need_query(settings, defined)
    asked = ask(settings, defined, window_of(defined.kpi), keep=False)
    return Tried(asked.measurement, asked.columns, tuple(shown_rows(asked)), number_line(defined, asked))


def number_line(defined: "Defined", asked: "Asked") -> str:
    """Say the number with its interval, over which cases and rows."""
    from ..wording import number

    found, unit = asked.measurement, defined.kpi.unit
    read = "; ".join(f"{each.name}: {each.rows_valid:,} of {each.rows_read:,} rows valid" for each in asked.landed)
    value = f"{number(found.value)} {unit}, 95 % interval {number(found.low)} to {number(found.high)}"
    return f"{value} ({found.n:,} cases, {found.window}; {read})"
