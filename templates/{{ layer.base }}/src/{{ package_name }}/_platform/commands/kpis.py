"""`kpis`: show the last measured KPIs."""

import click

from .. import DONE, FOUND
from .showing import AS_JSON, show


def kpis_command() -> click.Command:
    @click.command("kpis")
    @AS_JSON
    def kpis(*, as_json: bool) -> int:
        """Show the last measured KPIs."""
        from ..evidence import read_newest
        from ..settings import PlatformPart

        settings = PlatformPart.load()
        found = [dict(line) for line in read_newest(settings)]
        if not found and not as_json:
            click.echo(f"Nothing is measured yet: `{settings.distribution} measure` does it.", err=True)
            return FOUND
        rows = found if as_json else [_measured_row(entry) for entry in found]
        show(rows, ("kpi", "value", "low", "high", "baseline", "verdict", "measured"), as_json=as_json)
        for entry in [] if as_json else found:
            click.echo(f"{entry['kpi']}: {entry['sentence']}")
        return DONE

    return kpis


def _measured_row(entry: dict[str, object]) -> dict[str, object]:
    """Lay out one measurement; without a case there is no value, whatever the method gives as its widest interval."""
    nothing = dict.fromkeys(("value", "low", "high"), "-") if entry["n"] == 0 else {}
    return {**entry, **nothing, "measured": str(entry["measured_at"])[:10]}
