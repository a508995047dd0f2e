"""`gate`: hold the newest evidence against what kpis.yml asks for."""

from typing import TYPE_CHECKING

import click

from .. import DONE, FOUND

if TYPE_CHECKING:
    from ..kpi import Kpi


def gate_command() -> click.Command:
    @click.command("gate")
    def command() -> int:
        """Hold the newest evidence against what kpis.yml asks for: exit code 1 when a KPI does not show it."""
        from ..evidence import gate, read_present
        from ..kpi import read_kpis
        from ..settings import PlatformPart

        settings = PlatformPart.load()
        kpis = read_kpis(settings.root / "kpis.yml")
        missing = gate(kpis, read_present(settings))
        for each in kpis:
            asked = each.kpi.decision.go_on if each.kpi.decision.gate == "shown" else "not worse"
            text = missing.get(each.kpi.id)
            if text:
                click.echo(f"failed: {each.kpi.id}, asked for: {asked}. {text}")
            else:
                click.echo(f"{'open' if each.kpi.pending else 'passed'}: {each.kpi.id}{_open(each.kpi)}")
        return FOUND if missing else DONE

    return command


def _open(kpi: "Kpi") -> str:
    """Say what is still open of a KPI that nothing is asked of before it is measured."""
    from ..wording import not_measured

    return f". {not_measured(kpi)}" if kpi.pending else ""
