"""`pilotline adopt`: an existing repository comes under management, and its own files always win."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from pilotline.adoption.adopt import Adoption, plan_adoption, plan_taking, refuse_managed
from pilotline.adoption.cookiecutter import RECORDS, CookiecutterRecord, find_origin, render_origin
from pilotline.cli.commands._open_here import open_here
from pilotline.cli.commands._run_upgrade import More, finish_move, ready_for
from pilotline.cli.options.answers import Answering, answering_options, ask_person, settle_answers
from pilotline.cli.options.catalogs import open_catalog
from pilotline.cli.options.common import given_options, refuse_idle, user_catalogs
from pilotline.cli.options.move_options import MoveOptions, move_options
from pilotline.cli.options.trust import settle_usage
from pilotline.cli.views.plan import list_lines
from pilotline.pilot.repository import open_repository, read_committed

_WITH_TAKE: Final = ("--plan", "--commit", "--branch", "--conflicts", "--trust", "--answers-file", "--json")


@dataclass(frozen=True)
class _Wanted:
    """What was asked for beyond the adoption itself."""

    patch: bool
    no_origin: bool
    remove_old: bool


@click.command("adopt")
@click.argument("destination", default=".", type=click.Path(path_type=Path), metavar="[DEST]")
@click.option(
    "--take", multiple=True, metavar="PATH",
    help="In an adopted repository: merge the catalog's file at PATH into yours, now and from now on; repeatable.",
)  # fmt: skip
@click.option("--patch", is_flag=True, help="Show what the catalog's files have that yours, which stay, have not.")
@click.option("--no-origin", is_flag=True, help="Ignore which cookiecutter template the repository was made from.")
@click.option(
    "--remove-old", is_flag=True, help="Remove what that template made, you never touched and the catalog has not."
)
@answering_options
@move_options
def command(
    destination: Path,
    take: tuple[str, ...],
    patch: bool,
    no_origin: bool,
    remove_old: bool,
    answering: Answering,
    options: MoveOptions,
) -> int:
    """Bring the git repository in DEST (default: here) under management of a catalog.

    What the repository has not, arrives. Where it has a file of its own, that one stays:
    such paths are listed, recorded in .pilotline.yml, and reported but skipped by upgrades until --take hands one over.

    A repository that cookiecutter or cruft made is recognised. What it was made as is then the base of the merge: files
    that the catalog has as well follow it where you never touched them, and your edits are merged. What the catalog
    has not, stays, and so does every .gitignore.
    """
    if take:
        refuse_idle("beside --take", "--take", *_WITH_TAKE)
        return _take(destination, take, options)
    if "--answers-file" in given_options():
        raise click.UsageError("--answers-file would do nothing without --take: a repository that comes new has none")
    return _adopt(destination, answering, options, _Wanted(patch, no_origin, remove_old))


def _adopt(destination: Path, answering: Answering, options: MoveOptions, wanted: _Wanted) -> int:
    repository = open_repository(destination)
    with ready_for(repository, options):
        name = repository.folder.name
        catalogs = user_catalogs()
        found = open_catalog(catalogs, answering.catalog)
        (snapshot,) = settle_usage(found, trusted=catalogs.config.trust, trust=options.trust, folder_name=name)
        pilot = refuse_managed(repository, snapshot)
        answers = settle_answers(snapshot, answering, None if options.as_json else ask_person(destination))
        origin = None if wanted.no_origin else find_origin(read_committed(pilot, lambda path: path in RECORDS))
        base = render_origin(origin, catalogs) if origin is not None else None
        with plan_adoption(pilot, snapshot, answers, base, remove_old=wanted.remove_old) as adoption:
            identity = snapshot.identity
            message = f"Adopt {identity.source} {identity.version}\n"
            return finish_move(adoption.plan, message, options, _more(adoption, origin, wanted))


def _take(folder: Path, paths: tuple[str, ...], options: MoveOptions) -> int:
    here = open_here(options.answers_file, folder)
    pilot = here.pilot
    with ready_for(pilot, options):
        (recorded,) = settle_usage(
            here.recorded,
            trusted=here.catalogs.config.trust,
            trust=options.trust,
            answers_file=pilot.answers_file,
            folder_name=pilot.folder.name,
        )
        with plan_taking(pilot, recorded, paths) as plan:
            return finish_move(plan, f"Take {', '.join(paths)} over from the catalog\n", options)


def _more(adoption: Adoption, origin: CookiecutterRecord | None, wanted: _Wanted) -> More:
    lines = list_lines(
        "Yours, and kept; hand one over to the catalog's merges with `pilotline adopt --take PATH`",
        [f"{path}{_difference(adoption, path)}" for path in adoption.team],
    )
    fields: dict[str, object] = {
        "recorded_answers": dict(adoption.answers.recorded),
        "team_files": [{"path": path, **_counts(adoption, path)} for path in adoption.team],
    }
    if origin is not None:
        fields["origin"] = {"template": origin.address, "commit": origin.commit}
        fields["old_files"] = list(adoption.old)
        kept = () if wanted.remove_old else adoption.old
        lines += list_lines("Of the old template, untouched, and kept; `--remove-old` takes them away", kept)
        lines = ["", f"Merged on what it was made from: {origin.address} at {origin.commit[:9]}", *lines]
    if wanted.patch and adoption.patch:
        fields["patch"] = adoption.patch
        lines += ["", adoption.patch.rstrip("\n")]
    return More(tuple(lines), fields)


def _difference(adoption: Adoption, path: str) -> str:
    if path not in adoption.lines:
        return ""
    own, other = adoption.lines[path]
    return f"  ({own} lines are yours alone, {other} the catalog's alone)"


def _counts(adoption: Adoption, path: str) -> dict[str, int]:
    own, other = adoption.lines.get(path, (None, None))
    return {} if own is None or other is None else {"yours": own, "catalog": other}
