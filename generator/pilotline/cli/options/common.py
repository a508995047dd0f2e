"""Options that several commands share, so that they mean the same everywhere."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from pilotline.catalog.loading import load_base, load_snapshot
from pilotline.catalog.reference import is_remote, parse_reference
from pilotline.config import read_config
from pilotline.documents.json_text import json_text
from pilotline.errors import CatalogError
from pilotline.pilot.pilot import recorded_version
from pilotline.pilot.repository import Pilot
from pilotline.template.snapshot import Snapshot, Usage

_F = TypeVar("_F", bound=Callable[..., Any])


def catalog_option(function: _F) -> _F:
    """Add `--catalog`."""
    return click.option(
        "--catalog",
        metavar="URL|PATH[@VERSION]",
        help="Catalog to use. Default: PILOTLINE_CATALOG, your configuration, then the built-in one.",
    )(function)


def echo_json(data: Mapping[str, object]) -> None:
    """Print one JSON object; a byte of a file name that is no UTF-8 is escaped, as any JSON parser expects it."""
    click.echo(json_text(data).encode("utf-8", "backslashreplace"))


def json_option(function: _F) -> _F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object for machines.")(function)


def given_options() -> tuple[str, ...]:
    """Name the options that the user wrote, as their help shows them."""
    context = click.get_current_context()
    return tuple(
        parameter.opts[-1]
        for parameter in context.command.params
        if isinstance(parameter, click.Option)
        and context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    )


def refuse_idle(reason: str, *useful: str) -> None:
    """Refuse every given option that would do nothing here, instead of leaving it aside in silence.

    Raises:
        click.UsageError: It names them.
    """
    idle = [option for option in given_options() if option not in useful]
    if idle:
        raise click.UsageError(f"{' and '.join(idle)} would do nothing {reason}")


def config_path() -> Path:
    """Locate the user's configuration file."""
    return Path(click.get_app_dir("pilotline")) / "config.toml"


def open_catalog(text: str | None) -> Snapshot:
    """Read the catalog that the option, the environment or the configuration names."""
    config = read_config(config_path())
    with _told_who_named_it(text, config.catalog):
        reference = parse_reference(text or config.catalog)
        if is_remote(reference) and sys.stderr.isatty():
            click.echo(click.style(f"Fetching {reference.place} …", dim=True), err=True)
        return load_snapshot(reference, config.source)


@contextmanager
def _told_who_named_it(given: str | None, configured: str) -> Iterator[None]:
    """Add to an error where a catalog was named that nobody wrote in this command."""
    try:
        yield
    except CatalogError as error:
        if not given and configured:
            place = "PILOTLINE_CATALOG" if os.environ.get("PILOTLINE_CATALOG") else config_path()
            error.hint = f"{error.hint} It is named in {place}.".strip()
        raise


def open_recorded(pilot: Pilot) -> Snapshot:
    """Read the version of the catalog that a pilot records, to be used for that pilot.

    Raises:
        PilotError: The pilot records none.
    """
    snapshot = load_base(pilot.source, recorded_version(pilot), read_config(config_path()).source)
    return snapshot.used(Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name))


def parse_data(pairs: tuple[str, ...]) -> dict[str, object]:
    """Read `-d KEY=VALUE` pairs.

    Raises:
        click.BadParameter: One of them is no pair.
    """
    parsed: dict[str, object] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name:
            raise click.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="-d")
        parsed[name.strip()] = value
    return parsed
