"""`pilotline catalog add`: a working skeleton of an architecture or integration."""

from pathlib import Path

import click

from pilotline.authoring.add import Addition, Kind, add_to_catalog
from pilotline.cli.options.common import echo_json, json_option
from pilotline.cli.views.terminal import say
from pilotline.errors import CatalogError

_folder = click.option(
    "--folder", default=".", type=click.Path(path_type=Path), metavar="PATH", help="The catalog. Default: this folder."
)
_title = click.option("--title", default="", help="What people read. Default: the name.")


@click.group("add")
def command() -> None:
    """Add an architecture or integration that lints, renders and passes, to be made real from there."""


@command.command("architecture")
@click.argument("name")
@_title
@click.option("--like", default="", metavar="ID", help="Architecture that it begins as. Default: the first one.")
@_folder
@json_option
def architecture(name: str, title: str, like: str, folder: Path, as_json: bool) -> None:
    """Add the reference architecture NAME: it begins as a copy of another one, with data, README and tests."""
    _add(folder, "architecture", name, title, like, as_json=as_json)


@command.command("integration")
@click.argument("name")
@_title
@_folder
@json_option
def integration(name: str, title: str, folder: Path, as_json: bool) -> None:
    """Add the integration NAME: an adapter behind the SQL port, with settings, data, README and test."""
    _add(folder, "integration", name, title, "", as_json=as_json)


def _add(folder: Path, kind: Kind, name: str, title: str, like: str, *, as_json: bool) -> None:
    try:
        addition = add_to_catalog(folder.absolute(), kind, name, title, like)
    except OSError as error:
        raise CatalogError(f"Nothing was added: {error.strerror}.", "Make room or get the right to write.") from error
    if as_json:
        answer = {"format": 1, "name": name, "files": list(addition.files), "edited": [addition.questions.name]}
        echo_json(answer)
        return
    say(_as_text(addition))


def _as_text(addition: Addition) -> str:
    tops = sorted({"/".join(path.split("/")[:2]) for path in addition.files})
    lines = [
        f"Added {click.style(addition.name, bold=True)} ({len(addition.files)} files):",
        *(f"  {top}" for top in tops),
    ]
    return "\n".join(
        [*lines, f"  {addition.questions.name}: its choice and its layer", "Next:", "  pilotline catalog lint"]
    )
