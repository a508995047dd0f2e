"""`pilotline catalog acceptable-use`: what AI may be used for, as a page for everybody in the organisation."""

from pathlib import Path

import click

from pilotline.authoring.acceptable_use import read_page
from pilotline.cli.views.terminal import say
from pilotline.errors import CatalogError
from pilotline.files.disk import write_where_it_leads


@click.command("acceptable-use")
@click.argument("folder", default=".", type=click.Path(path_type=Path), metavar="[PATH]")
@click.option("--to", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the page there: Markdown.")
def command(folder: Path, page: Path | None) -> None:
    """Show what the policies of the catalog in PATH (default: the current folder) say of uses of AI.

    It is the page that every pilot carries as docs/acceptable_use.md, for people who have no pilot.
    """
    content = read_page(folder.absolute())
    if page is None:
        say(content.decode().rstrip())
        return
    try:
        write_where_it_leads(page, content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CatalogError(f"{page} cannot be written: {reason}.", "Give a file in a folder of yours.") from error
    say(f"Written: {page}")
