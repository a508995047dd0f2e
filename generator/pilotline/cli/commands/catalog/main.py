"""`pilotline catalog`: the commands of a centre of excellence, each imported only when it is called."""

from typing import Final

import click

from pilotline.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "init": ("pilotline.cli.commands.catalog.init:command", "Make a catalog of your own, its first version tagged."),
    "add": ("pilotline.cli.commands.catalog.add:command", "Add an architecture or integration that works at once."),
    "lint": ("pilotline.cli.commands.catalog.lint:command", "Find what would hurt pilots later, all at once."),
    "hotspots": (
        "pilotline.cli.commands.catalog.hotspots:command",
        "See what of the catalog's files the pilots edit most.",
    ),
    "impact": ("pilotline.cli.commands.catalog.impact:command", "See what the unreleased catalog would do to pilots."),
    "release": (
        "pilotline.cli.commands.catalog.release:command",
        "Release a version: checked, told, committed and tagged.",
    ),
    "versions": ("pilotline.cli.commands.catalog.versions:command", "List the versions that a catalog has."),
}


@click.group("catalog", cls=LazyGroup, table=_COMMANDS)
def command() -> None:
    """Make, check and release a catalog: the templates that an organisation's pilots come from."""
