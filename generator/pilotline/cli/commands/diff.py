"""`pilotline diff`: what this pilot changed in the catalog's files."""

import sys

import click

from pilotline.cli.commands._open_here import open_here
from pilotline.cli.options.common import echo_json, json_option
from pilotline.cli.views.plan import change_line
from pilotline.cli.views.terminal import say
from pilotline.errors import ExitCode
from pilotline.git.diff import Change
from pilotline.git.work_tree import list_uncommitted
from pilotline.pilot.pilot import Pilot
from pilotline.upgrade.drift import Comparison, compare_pilot


@click.command("diff")
@click.option("--patch", is_flag=True, help="Show the changes as a patch.")
@click.option("--check", is_flag=True, help="Exit with 1 when there is any change.")
@json_option
def command(patch: bool, check: bool, as_json: bool) -> int:
    """Show what this pilot changed in the catalog's files, against the version that it records.

    Seeds and derived files are the pilot's own and do not count. The last commit is compared; uncommitted work is
    noted, but does not count.
    """
    here = open_here()
    pilot = here.pilot
    found = compare_pilot(pilot, here.recorded)
    uncommitted = len(list_uncommitted(pilot.top, pilot.prefix))
    if as_json:
        echo_json(_as_json(pilot, found, uncommitted, patch=patch))
    elif patch:
        _show_patch(found.patch)
    elif found.changes:
        say("\n".join(_line(change, found) for change in found.changes))
    else:
        click.echo(f"Every file of the catalog is as {pilot.version} made it.")
    if uncommitted:
        files = "One file has" if uncommitted == 1 else f"{uncommitted} files have"
        click.echo(f"{files} uncommitted work, which is not compared.", err=True)
    return ExitCode.FOUND if check and found.changes else ExitCode.DONE


def _show_patch(patch: str) -> None:
    """Show a patch without what steers a terminal; a file or another program gets every byte of it."""
    if sys.stdout.isatty():
        say(patch, nl=False)
    else:
        click.echo(patch, nl=False)


def _as_json(pilot: Pilot, found: Comparison, uncommitted: int, *, patch: bool) -> dict[str, object]:
    shown = {"format": 1, "version": pilot.version, "changes": [_row(change, found) for change in found.changes]}
    return {**shown, "uncommitted": uncommitted, **({"patch": found.patch} if patch else {})}


def _row(change: Change, found: Comparison) -> dict[str, object]:
    origin = {"from": change.old_path} if change.old_path else {}
    lines = found.lines.get(change.path)
    counts = {"added": lines[0], "removed": lines[1]} if lines else {}
    return {"kind": change.kind, "path": change.path, **origin, **counts}


def _line(change: Change, found: Comparison) -> str:
    lines = found.lines.get(change.path)
    counts = f"  +{lines[0]} -{lines[1]}" if lines and change.kind != "removed" else ""
    return change_line(change) + counts
