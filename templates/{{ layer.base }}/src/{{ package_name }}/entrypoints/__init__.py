"""How people and schedulers reach the pilot: its commands and what they show."""

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from .._platform import INTERRUPTED

if TYPE_CHECKING:
    import click


def main() -> None:
    """Run a command; errors become one sentence and an exit code, also while the libraries still load."""
    try:
        from .._platform.commands import run_cli

        commands = _commands()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted; nothing was done, run the command again.\n")
        sys.exit(INTERRUPTED)
    sys.exit(run_cli(commands))


def _commands() -> "click.Command":
    """Take the pilot's own command line, in `cli.py`, which comes with the shape of its table; else the platform's."""
    if find_spec(f"{__name__}.cli"):
        return cast("click.Command", import_module(f"{__name__}.cli").cli)
    from .._platform.commands import pilot_without_shape

    return pilot_without_shape()
