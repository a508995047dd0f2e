"""Which pilots a command is about: folders, or a file that lists them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pilotline.errors import CatalogError
from pilotline.fleet.each_pilot import SECONDS

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


def catalog_folder(function: _F) -> _F:
    """Add the option `--catalog-folder PATH`, as `folder`: for commands whose arguments are pilots."""
    return click.option(
        "--catalog-folder",
        "folder",
        default=".",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="The catalog. Default: the current folder.",
    )(function)


def source_option(function: _F) -> _F:
    """Add the option `--source ADDRESS`, as `sources`."""
    return click.option(
        "--source",
        "sources",
        multiple=True,
        metavar="URL|PATH",
        help="Another address under which pilots record this catalog; repeatable.",
    )(function)


def crew_options(function: _F) -> _F:
    """Add the options `--jobs` and `--timeout`: how many processes work on the pilots, and how long each may take."""
    jobs = click.option(
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        help="How many processes work. Default: one for each core; one for a handful of pilots.",
    )
    timeout = click.option(
        "--timeout",
        default=SECONDS,
        show_default=True,
        type=click.FloatRange(1),
        metavar="SECONDS",
        help="How long one pilot may take.",
    )
    return jobs(timeout(function))


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
