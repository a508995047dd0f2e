"""`pilotline catalog`: the commands of a centre of excellence, each imported only when it is called."""

from typing import Final

import click

from pilotline.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "versions": ("pilotline.cli.catalog.versions:command", "List the versions that a catalog has."),
}


@click.group("catalog", cls=LazyGroup, table=_COMMANDS)
def command() -> None:
    """Make, check and release a catalog: the templates that an organisation's pilots come from."""
