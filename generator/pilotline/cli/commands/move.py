"""`pilotline move`: from one catalog to another, by the same merge as an upgrade."""

import click

from pilotline.cli.commands._open_here import open_here
from pilotline.cli.commands._run_upgrade import run_move
from pilotline.cli.options.catalogs import open_catalog
from pilotline.cli.options.common import parse_data
from pilotline.cli.options.move_options import MoveOptions, move_options
from pilotline.errors import CatalogError
from pilotline.template.snapshot import Snapshot
from pilotline.upgrade.answer_changes import UpgradeRequest


@click.command("move")
@click.option(
    "--catalog", required=True, metavar="URL|PATH[@VERSION]",
    help="Catalog to move to; @VERSION alone is a version of the built-in one. Default version: the newest release.",
)  # fmt: skip
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="Answer a question of that catalog; repeatable.")
@move_options
def command(catalog: str, data: tuple[str, ...], options: MoveOptions) -> int:
    """Move this pilot to another catalog, say from the built-in one to your organisation's own.

    The answers that the other catalog knows are taken along. Those that it does not know are dropped, and new ones get
    their defaults; both are listed. One that it does not accept stops the move until -d settles it.
    """
    here = open_here(options.answers_file)
    snapshot = open_catalog(here.catalogs, catalog)
    place = _name(snapshot)
    return run_move(here, UpgradeRequest(snapshot, parse_data(data)), f"Move to {place}\n", options)


def _name(snapshot: Snapshot) -> str:
    """Name a catalog with its version.

    Raises:
        CatalogError: It has none, so nothing could ever be merged from it again.
    """
    identity = snapshot.identity
    if identity.version is None:
        raise CatalogError(
            f"{identity.label} has no version: it is no git repository.",
            "Commit the catalog and tag it (`git tag v1.0.0`), so that pilots can record what they were made from.",
        )
    return f"{identity.source} {identity.version}"
