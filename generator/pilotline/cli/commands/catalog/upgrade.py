"""`pilotline catalog upgrade`: a catalog of one's own pulls in what its origin improved, as a true merge."""

import json
from pathlib import Path
from typing import Final

import click

from pilotline.authoring.catalog_upgrade import CatalogPlan, plan_catalog_upgrade
from pilotline.authoring.origin_versions import CatalogMove, SaidOrigin, choose_move
from pilotline.catalog.reference import parse_reference
from pilotline.cli.commands._run_upgrade import Command, More, finish_move, ready_for
from pilotline.cli.options.common import refuse_idle, user_catalogs
from pilotline.cli.options.move_options import MoveOptions, end_options
from pilotline.cli.views.plan import cause_fields, cause_lines, list_lines
from pilotline.errors import CatalogError
from pilotline.git.commands import fetching_missing_objects
from pilotline.pilot.repository import OpenRepository, open_repository
from pilotline.upgrade.undo import abort_move

_COMMAND: Final = Command(
    "pilotline catalog upgrade",
    "Then: `pilotline catalog lint`, and `pilotline catalog impact` tells what it will do to your pilots.",
)


@click.command("upgrade")
@click.argument("folder", default=".", type=click.Path(path_type=Path), metavar="[PATH]")
@click.option("--to", "version", metavar="VERSION", help="Version of the origin. Default: its newest release.")
@click.option(
    "--from",
    "begun",
    metavar="VERSION",
    help="The version that this catalog began as, where it records none.",
)
@click.option(
    "--catalog",
    metavar="URL|PATH",
    help="With --from: the catalog that it began as. Default: the built-in one.",
)
@click.option("--abort", is_flag=True, help="Return to the state before an upgrade that is not committed yet.")
@end_options
def command(
    folder: Path, version: str | None, begun: str | None, catalog: str | None, abort: bool, options: MoveOptions
) -> int:
    """Merge into the catalog in PATH (default: the current folder) what the catalog that it began as has improved.

    Objectives, policies, checks and KPI definitions are yours and stay as they are; what you deleted stays deleted.
    Manual steps of the versions in between go into upgrade_notes/next.md, because pilot teams see your notes alone.
    Exit code 1 means that there are (or, with --plan, would be) conflicts.
    """
    if abort:
        return _abort(folder, options)
    if catalog is not None and begun is None:
        raise click.UsageError("--catalog says what the catalog began as: give --from VERSION, too")
    repository = _open(folder)
    with ready_for(repository, options):
        catalogs = user_catalogs()
        source = None if catalog is None else str(parse_reference(catalog).place)
        move = choose_move(repository, catalogs, version, SaidOrigin(begun, source))
        with plan_catalog_upgrade(move) as found:
            old, new = move.old.identity.version, move.new.identity.version
            message = f"Upgrade from {old} to {new} of the catalog that this one began as\n"
            return finish_move(found.plan, message, options, _more(found, move), _COMMAND)


def _abort(folder: Path, options: MoveOptions) -> int:
    refuse_idle("beside --abort", "--abort", "--json")
    with fetching_missing_objects():
        undone = abort_move(open_repository(folder))
    text = "Back at the last commit." if undone else "There is no unfinished upgrade here."
    click.echo(json.dumps({"format": 1, "undone": undone}) if options.as_json else text)
    return 0


def _open(folder: Path) -> OpenRepository:
    repository = open_repository(folder)
    if repository.prefix:
        raise CatalogError(
            f"{repository.folder} lies inside the repository {repository.top}.",
            "A catalog is a repository of its own, because its tags are its versions.",
        )
    return repository


def _more(found: CatalogPlan, move: CatalogMove) -> More:
    """Say which commits of the origin are behind a conflict, and whether the right pilotline will be installed."""
    lines = list_lines(
        "The origin's commits behind the conflicts", [line for c in found.origin_causes for line in cause_lines(c)]
    )
    if not found.follows and not found.plan.summary.is_empty:
        lines += list_lines("To do by hand", [f"Let requirements.txt install pilotline {move.skeleton}."])
    causes = [cause_fields(cause) for cause in found.origin_causes]
    return More(tuple(lines), {"origin_causes": causes, "requirement_follows": found.follows})
