"""Which pilots a command is about: folders, or a file that lists them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pilotline.errors import CatalogError

_F = TypeVar("_F", bound=Callable[..., Any])


def pilot_list(function: _F) -> _F:
    """Add the arguments `pilots` and the option `--pilots FILE`."""
    option = click.option(
        "--pilots",
        "listed",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A file with a folder in each line; # begins a remark.",
    )
    return click.argument("pilots", nargs=-1, type=click.Path(path_type=Path), metavar="[PILOT]...")(option(function))


def read_pilots(pilots: tuple[Path, ...], listed: Path | None) -> tuple[Path, ...]:
    """Gather the folders that were named and those that a file lists, relative to where it lies.

    Raises:
        click.UsageError: There is none.
        CatalogError: The file cannot be read.
    """
    folders = (*pilots, *_read_list(listed))
    if not folders:
        raise click.UsageError("name the pilots: their folders, or a file that lists them with --pilots FILE")
    return folders


def _read_list(file: Path | None) -> tuple[Path, ...]:
    if file is None:
        return ()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read: {error}."
        raise CatalogError(message, "Give a text file with a folder in each line.") from error
    names = (line.partition("#")[0].strip() for line in lines)
    return tuple(file.parent / Path(name).expanduser() for name in names if name)
