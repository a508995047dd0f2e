"""`pilotline catalog init`: an organisation's own catalog, ready to be changed and released."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pilotline.authoring.init import FIRST_VERSION, create_catalog, plan_catalog
from pilotline.authoring.installed_from import requirement
from pilotline.catalog.reference import parse_reference
from pilotline.cli.exit import stop_listening
from pilotline.cli.options.common import echo_json, json_option, user_catalogs
from pilotline.git.new_repository import check_destination


@click.command("init")
@click.argument("destination", type=click.Path(path_type=Path), metavar="DEST")
@click.option("--name", help="What people call it. Default: the name of the folder.")
@click.option(
    "--catalog",
    metavar="URL|PATH[@VERSION]",
    help="Catalog to begin with. Default: the built-in one of this pilotline.",
)
@json_option
def command(destination: Path, name: str | None, catalog: str | None, as_json: bool) -> None:
    """Make a catalog of your own in DEST: a git repository with its first version tagged.

    It holds templates, reference architectures, your organisation's files, tests, and CI for GitHub and GitLab.
    """
    check_destination(destination)
    catalogs = user_catalogs()
    origin = catalogs.open(parse_reference(catalog))
    known = requirement(catalogs.config.source)
    plan = plan_catalog(origin, name or destination.absolute().name, known, datetime.now(UTC).date())
    made = create_catalog(plan, destination, stop_listening)
    following = [f"cd {destination}", "pilotline catalog lint", f"pilotline new FOLDER --catalog {made.destination}"]
    if as_json:
        answer = {
            "format": 1,
            "destination": str(made.destination),
            "version": FIRST_VERSION,
            "commit": made.commit,
            "files": len(plan.tree),
            "next": following,
        }
        echo_json(answer)
        return
    click.echo(f"{click.style(plan.name, bold=True)} is in {destination} ({len(plan.tree)} files, {FIRST_VERSION}).")
    click.echo("Begin with its README.md: it names the files that make it yours.\nNext:")
    click.echo("\n".join(f"  {line}" for line in following))
    if not known:
        click.echo("Put Pilotline's address into requirements.txt: CI and colleagues install it from there.")
