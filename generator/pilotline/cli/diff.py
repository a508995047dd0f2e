"""`pilotline diff`: what this pilot changed in the catalog's files."""

import json

import click

from pilotline.cli.moving import change_line, open_here
from pilotline.cli.options import json_option
from pilotline.compare import compare_pilot
from pilotline.errors import ExitCode


@click.command("diff")
@click.option("--patch", is_flag=True, help="Show the changes as a patch.")
@click.option("--check", is_flag=True, help="Exit with 1 when there is any change.")
@json_option
def command(patch: bool, check: bool, as_json: bool) -> int:
    """Show what this pilot changed in the catalog's files, against the version that it records.

    Seeds and derived files are the pilot's own and do not count. Uncommitted changes do not count either.
    """
    pilot, recorded, _ = open_here()
    found = compare_pilot(pilot, recorded)
    if as_json:
        rows = [{"kind": c.kind, "path": c.path, **({"from": c.old_path} if c.old_path else {})} for c in found.changes]
        click.echo(json.dumps({"format": 1, "version": pilot.version, "changes": rows}, ensure_ascii=False, indent=2))
    elif patch:
        click.echo(found.patch, nl=False)
    elif found.changes:
        click.echo("\n".join(change_line(change) for change in found.changes))
    else:
        click.echo(f"Every file of the catalog is as {pilot.version} made it.")
    return ExitCode.FOUND if check and found.changes else ExitCode.DONE
