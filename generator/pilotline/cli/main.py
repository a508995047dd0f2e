"""The entry point: commands by name, each imported only when it is called."""

import os
import sys
from typing import Final

import click

from pilotline.about import __version__
from pilotline.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "new": ("pilotline.cli.commands.new:command", "Make a pilot: a repository that already runs and is measured."),
    "architectures": ("pilotline.cli.commands.architectures:command", "List and explain the reference architectures."),
    "check": ("pilotline.cli.commands.check:command", "Say what is missing for the next stage, and how to mend it."),
    "status": (
        "pilotline.cli.commands.status:command",
        "Show how this pilot stands: objective, KPI, stage, level, dates.",
    ),
    "kpi": (
        "pilotline.cli.commands.kpi:command",
        "Show KPIs, their trend, their worth, and the decision that is asked.",
    ),
    "upgrade": ("pilotline.cli.commands.upgrade:command", "Pull in what the catalog improved; your work survives."),
    "add": ("pilotline.cli.commands.add:command", "Add integrations to this pilot."),
    "remove": ("pilotline.cli.commands.remove:command", "Remove integrations from this pilot."),
    "prepare": ("pilotline.cli.commands.prepare:command", "Bring the files that the next stage needs."),
    "promote": ("pilotline.cli.commands.promote:command", "Move this pilot to its next stage when its proof is there."),
    "demote": ("pilotline.cli.commands.demote:command", "Move this pilot back to an earlier stage."),
    "extend": ("pilotline.cli.commands.extend:command", "Give this pilot's experiment a later end, with the reason."),
    "retire": ("pilotline.cli.commands.retire:command", "End this pilot: switch its model off, keep what was learned."),
    "adopt": ("pilotline.cli.commands.adopt:command", "Bring an existing repository under management."),
    "move": ("pilotline.cli.commands.move:command", "Move this pilot to another catalog."),
    "diff": ("pilotline.cli.commands.diff:command", "Show what this pilot changed in the catalog's files."),
    "answers": ("pilotline.cli.commands.answers:command", "Show or change the answers of this pilot."),
    "catalog": ("pilotline.cli.commands.catalog.main:command", "Make, check and release a catalog."),
    "completion": ("pilotline.cli.commands.completion:command", "Print what your shell reads to complete commands."),
}


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    # https://no-color.org: who wants no colour gets none, in every command.
    context_settings={"help_option_names": ["-h", "--help"], "color": False if os.environ.get("NO_COLOR") else None},
)
@click.version_option(__version__, prog_name="pilotline")
def group() -> None:
    """AI pilots on a standard path to production.

    Begin with `pilotline new`. Exit codes: 0 done; 1 a check or plan found something; 2 nothing was done, the request
    or its surroundings must change; 3 a fault of pilotline; 130 interrupted.
    """


def main() -> None:
    """Run pilotline and end with one of its exit codes."""
    from pilotline.cli.exit import run_guarded  # noqa: PLC0415 - start-up stays lean

    run_guarded(group, sys.argv[1:])
