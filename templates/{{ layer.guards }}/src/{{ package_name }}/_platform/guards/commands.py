"""`red-team`: attacks the pilot's guards, and leaves the evidence that its readiness asks for."""

import json

import click

from .. import DONE, FOUND
from .red_team import EVIDENCE, as_evidence, attack, keep
from .section import GuardSettings


def red_team_command() -> click.Command:
    """Make the command that attacks."""

    @click.command("red-team")
    @click.option("--json", "as_json", is_flag=True, help="Print the evidence.")
    def red_team(*, as_json: bool) -> int:
        """Attack the guards as they are configured; exit code 1 when something comes through."""
        settings = GuardSettings.load()
        found = attack(settings.root, settings, settings.guards)
        evidence = as_evidence(found, settings.root, settings.distribution)
        keep(evidence, settings.root)
        if as_json:
            click.echo(json.dumps(evidence, ensure_ascii=False))
        else:
            click.echo(f"{found.cases} attacks, {len(found.through)} came through; {EVIDENCE} says so: commit it.")
            for case in found.through:
                click.echo(f"  came through: {case.family or 'no family'}, at the {case.at}: {case.text[:80]}")
            for case in found.known:
                click.echo(f"  known weakness: {case.family}, at the {case.at}; {case.holds}")
            if found.stopped:
                click.echo(f"  {len(found.stopped)} of {found.harmless} harmless texts were stopped, too")
        return FOUND if found.through else DONE

    return red_team
