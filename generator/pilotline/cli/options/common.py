"""Options that several commands share, so that they mean the same everywhere."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from pilotline.catalog.catalogs import Catalogs
from pilotline.config import read_config
from pilotline.documents.json_text import json_pieces, json_text

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


def echo_json_rows(head: Mapping[str, object], name: str, rows: Iterable[object]) -> None:
    """Print one JSON object with a long list at its end, piece by piece."""
    for piece in json_pieces(head, name, rows):
        click.echo(piece.encode("utf-8", "backslashreplace"), nl=False)
    click.echo()


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


def user_catalogs() -> Catalogs:
    """Make the shelf of catalogs of one command, under the user's configuration.

    Raises:
        ConfigError: That cannot be used.
    """
    return Catalogs(read_config(config_path()))
