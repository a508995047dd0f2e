"""`pilotline catalog`: the commands of a centre of excellence, each imported only when it is called."""

from typing import Final

import click

from pilotline.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "init": ("pilotline.cli.commands.catalog.init:command", "Make a catalog of your own, its first version tagged."),
    "add": ("pilotline.cli.commands.catalog.add:command", "Add an architecture or integration that works at once."),
    "acceptable-use": (
        "pilotline.cli.commands.catalog.acceptable_use:command",
        "Show what AI may be used for, as a page for everybody.",
    ),
    "learn": ("pilotline.cli.commands.catalog.learn:command", "Carry a pilot's improvement back into the templates."),
    "learnings": ("pilotline.cli.commands.catalog.learnings:command", "Gather what the pilots learned into one page."),
    "lint": ("pilotline.cli.commands.catalog.lint:command", "Find what would hurt pilots later, all at once."),
    "test": ("pilotline.cli.commands.catalog.test:command", "Make pilots of all kinds and run their own checks."),
    "hotspots": (
        "pilotline.cli.commands.catalog.hotspots:command",
        "See what of the catalog's files the pilots edit most.",
    ),
    "impact": ("pilotline.cli.commands.catalog.impact:command", "See what the unreleased catalog would do to pilots."),
    "release": (
        "pilotline.cli.commands.catalog.release:command",
        "Release a version: checked, told, committed and tagged.",
    ),
    "upgrade": ("pilotline.cli.commands.catalog.upgrade:command", "Merge what the catalog's origin improved."),
    "versions": ("pilotline.cli.commands.catalog.versions:command", "List the versions that a catalog has."),
}


@click.group("catalog", cls=LazyGroup, table=_COMMANDS)
def command() -> None:
    """Make, check and release a catalog: the templates that an organisation's pilots come from."""
