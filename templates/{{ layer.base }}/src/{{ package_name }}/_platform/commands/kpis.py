"""`kpis`: show the last measured KPIs."""

import click

from .. import DONE, FOUND
from .showing import AS_JSON, show


def kpis_command() -> click.Command:
    @click.command("kpis")
    @AS_JSON
    def kpis(*, as_json: bool) -> int:
        """Show each KPI as it was measured last, or that it is not measured yet."""
        from ..evidence import newest_of, read_present
        from ..kpi import read_kpis
        from ..settings import PlatformPart

        settings = PlatformPart.load()
        lines = read_present(settings)
        found = [dict(line) for line in newest_of(read_kpis(settings.root / "kpis.yml"), lines)]
        rows = found if as_json else [_measured_row(entry) for entry in found]
        show(rows, ("kpi", "value", "low", "high", "baseline", "verdict", "measured"), as_json=as_json)
        for entry in [] if as_json else found:
            click.echo(f"{entry['kpi']}: {entry['sentence']}")
        if all(entry["measured_at"] is None for entry in found):
            click.echo(f"Nothing is measured yet: `{settings.distribution} measure` does it.", err=True)
            return FOUND
        return DONE

    return kpis


def _measured_row(entry: dict[str, object]) -> dict[str, object]:
    """Lay out one measurement; a dash stands where there is no number, also in lines that had one for no case."""
    from ..kpi import ABSENT
    from ..wording import number

    numbers = {name: entry[name] for name in ("value", "low", "high", "baseline")}
    numbers |= dict.fromkeys(("value", "low", "high")) if entry["n"] == 0 or entry["verdict"] in ABSENT else {}
    shown = {name: number(found) if isinstance(found, int | float) else "-" for name, found in numbers.items()}
    said = {"verdict": str(entry["verdict"]).replace("_", " "), "measured": str(entry["measured_at"] or "-")[:10]}
    return {**entry, **shown, **said}
