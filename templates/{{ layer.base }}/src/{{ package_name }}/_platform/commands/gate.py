"""`gate`: hold the newest evidence against what kpis.yml asks for."""

import click

from .. import DONE, FOUND


def gate_command() -> click.Command:
    @click.command("gate")
    def command() -> int:
        """Hold the newest evidence against what kpis.yml asks for: exit code 1 when a KPI does not show it."""
        from ..evidence import evidence_file, gate, read_lines
        from ..kpi import read_kpis
        from ..settings import PlatformPart

        settings = PlatformPart.load()
        kpis = read_kpis(settings.root / "kpis.yml")
        missing = gate(kpis, read_lines(evidence_file(settings)))
        for each in kpis:
            asked = each.kpi.decision.go_on if each.kpi.decision.gate == "shown" else "not worse"
            text = missing.get(each.kpi.id)
            click.echo(f"failed: {each.kpi.id}, asked for: {asked}. {text}" if text else f"passed: {each.kpi.id}")
        return FOUND if missing else DONE

    return command
