"""`pilotline adopt`: an existing repository comes under management, and its own files always win."""

from pathlib import Path

import click

from pilotline.adopt import Adoption, plan_adoption, plan_taking, refuse_managed
from pilotline.apply import refuse_unfinished
from pilotline.cli.answering import Answering, answering_options, ask_person, decide
from pilotline.cli.moving import More, Options, finish_move, list_lines, move_options
from pilotline.cli.options import open_catalog, open_recorded
from pilotline.pilot import Pilot, open_pilot, open_repository, refuse_unready


@click.command("adopt")
@click.argument("destination", default=".", type=click.Path(path_type=Path), metavar="[DEST]")
@click.option(
    "--take", multiple=True, metavar="PATH",
    help="In an adopted repository: merge the catalog's file at PATH into yours, now and from now on; repeatable.",
)  # fmt: skip
@click.option("--patch", is_flag=True, help="Show what the catalog's files have that yours, which stay, have not.")
@answering_options
@move_options
def command(destination: Path, take: tuple[str, ...], patch: bool, answering: Answering, options: Options) -> int:
    """Bring the git repository in DEST (default: here) under management of a catalog.

    What the catalog has and the repository has not arrives. Where the repository has a file of its own, that one stays:
    such paths are listed, recorded in .pilotline.yml, and reported but skipped by upgrades until --take hands one over.
    """
    if take:
        return _take(open_pilot(destination), take, options)
    repository = open_repository(destination)
    if not options.plan and options.branch is None:
        refuse_unfinished(repository)
        refuse_unready(repository)
    snapshot = open_catalog(answering.catalog)
    pilot = refuse_managed(repository, snapshot)
    answers = decide(snapshot, answering, None if options.as_json else ask_person(destination))
    with plan_adoption(pilot, snapshot, answers) as adoption:
        identity = snapshot.identity
        message = f"Adopt {identity.source} {identity.version}\n"
        return finish_move(adoption.plan, message, options, _more(adoption, patch=patch))


def _take(pilot: Pilot, paths: tuple[str, ...], options: Options) -> int:
    if not options.plan and options.branch is None:
        refuse_unfinished(pilot)
        refuse_unready(pilot)
    with plan_taking(pilot, open_recorded(pilot), paths) as plan:
        return finish_move(plan, f"Take {', '.join(paths)} over from the catalog\n", options)


def _more(adoption: Adoption, *, patch: bool) -> More:
    lines = list_lines(
        "Yours, and kept; hand one over to the catalog's merges with `pilotline adopt --take PATH`",
        [f"{path}{_difference(adoption, path)}" for path in adoption.team],
    )
    fields: dict[str, object] = {
        "recorded_answers": dict(adoption.answers.recorded),
        "team_files": [{"path": path, **_counts(adoption, path)} for path in adoption.team],
    }
    if patch and adoption.patch:
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
