"""`pilotline architectures export`: the pack that an architecture board asks for."""

from pathlib import Path

import click

from pilotline.architecture_pack.diagrams import draw_svg
from pilotline.architecture_pack.pack import gather_pack
from pilotline.architecture_pack.pages import write_html, write_markdown
from pilotline.catalog.architectures import find_architecture
from pilotline.cli.options.catalogs import open_catalog
from pilotline.cli.options.common import catalog_option, parse_data, user_catalogs
from pilotline.files.disk import replace_files
from pilotline.files.tree import File, Tree
from pilotline.template.answers import accept_answers
from pilotline.template.question_roles import read_roles


@click.command("export")
@click.argument("architecture", metavar="ID")
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="An answer, such as integrations=postgres.")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to. Default: ID-architecture.",
)
@catalog_option
@click.pass_context
def command(
    context: click.Context, architecture: str, data: tuple[str, ...], folder: Path | None, catalog: str | None
) -> None:
    """Write the pack for an architecture board: diagrams, data flows, decisions, threats, costs, operation.

    One HTML file that needs nothing else, the same as Markdown with Mermaid, and the two diagrams as SVG.
    """
    snapshot = open_catalog(user_catalogs(), catalog or context.obj)
    find_architecture(snapshot, architecture)
    given = {**parse_data(data), read_roles(snapshot).call("architecture"): architecture}
    pack = gather_pack(snapshot, architecture, accept_answers(snapshot, given))
    pages = {
        "architecture.html": write_html(pack),
        "architecture.md": write_markdown(pack),
        "surroundings.svg": draw_svg(pack.context),
        "parts.svg": draw_svg(pack.components),
    }
    target = folder or Path(f"{architecture}-architecture")
    replace_files(Tree({name: File(text.encode()) for name, text in pages.items()}), target)
    click.echo("\n".join(str(target / name) for name in pages))
