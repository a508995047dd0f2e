"""`pilotline catalog learn`: a pilot's improvement goes back into the templates, and so to all other pilots."""

from pathlib import Path
from typing import Final

import click

from pilotline.authoring.draft import DraftedFile, draft_integration, plan_draft
from pilotline.authoring.draft_architecture import draft_architecture
from pilotline.cli.commands._run_upgrade import Command, More, finish_move, ready_for
from pilotline.cli.options.common import user_catalogs
from pilotline.cli.options.move_options import MoveOptions, end_options
from pilotline.cli.options.pilots import catalog_folder, source_option
from pilotline.cli.views.plan import list_lines
from pilotline.errors import ExitCode
from pilotline.fleet.learn import Learning, Lesson, plan_learning
from pilotline.fleet.unreleased import open_unreleased
from pilotline.pilot.pilot import Pilot, open_pilot
from pilotline.pilot.repository import OpenRepository, open_repository

_MOST_LINES: Final = 10


@click.command("learn")
@click.argument("pilot_folder", type=click.Path(path_type=Path), metavar="PILOT")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@catalog_folder
@source_option
@click.option(
    "--as",
    "drafted",
    nargs=2,
    type=(click.Choice(["integration", "architecture"]), str),
    metavar="integration|architecture NAME",
    help="Draft an integration out of the pilot's adapter NAME, or an architecture out of all its code, instead.",
)
@end_options
def command(
    pilot_folder: Path,
    paths: tuple[str, ...],
    folder: Path,
    sources: tuple[str, ...],
    drafted: tuple[str, str] | None,
    options: MoveOptions,
) -> int:
    """Carry what PILOT changed in the catalog's files back into their templates, as a branch of the catalog.

    PATHs are files or folders of the pilot; without one, every owned file that it changed. A seed is carried only when
    it is named. Where a template has syntax, the pilot's names and answers are turned back into it, and each change is
    proven: the template must give the pilot's bytes. The branch is learn/PILOT where neither --branch nor --commit is
    given. Exit code 1 means that a line was left behind, or that the merge conflicts.

    With --as integration NAME, the team's own files that bear the name (its adapter, settings and tests) become a new
    layer and a choice of the question for integrations. With --as architecture NAME, all the team's code becomes a
    layer and a new reference architecture, described as far as the pilot's manifests say it.
    """
    pilot = open_pilot(pilot_folder)
    if drafted is not None and (paths or sources):
        raise click.UsageError("--as takes neither PATHs nor --source: the team's own files are taken")
    if not (options.plan or options.commit or options.branch):
        options = options._replace(branch=f"learn/{pilot.folder.name}")
    repository = open_repository(folder)
    with ready_for(repository, options):
        if drafted is not None:
            return _draft(repository, pilot, drafted, options)
        catalog = open_unreleased(folder, user_catalogs(), sources)
        with plan_learning(catalog, repository, pilot, paths) as learning:
            return _finish(learning, pilot, options)


def _finish(learning: Learning, pilot: Pilot, options: MoveOptions) -> int:
    done = finish_move(learning.plan, _message(pilot), options, _more(learning), _command(pilot))
    return ExitCode.FOUND if any(lesson.carried < lesson.changes for lesson in learning.lessons) else done


def _draft(repository: OpenRepository, pilot: Pilot, drafted: tuple[str, str], options: MoveOptions) -> int:
    kind, name = drafted
    make = draft_architecture if kind == "architecture" else draft_integration
    draft = make(repository, pilot, name)
    unproven = [_unproven(each) for each in draft.drafted if not each.proven]
    lines = list_lines("Drafted", [f"{each.path} -> {each.template}" for each in draft.drafted])
    lines += list_lines("Does not give the pilot's bytes; look at it", unproven)
    lines += list_lines("Dependencies that its team added; take out what is for other work", draft.dependencies)
    lines += list_lines("Left behind", [f"{path}: {why}" for path, why in draft.left_out])
    lines += list_lines("To be filled in, in architecture.yml", draft.to_fill)
    fields: dict[str, object] = {
        "drafted": [each._asdict() for each in draft.drafted],
        "dependencies": list(draft.dependencies),
        "left_out": [{"path": path, "why": why} for path, why in draft.left_out],
        "to_fill": list(draft.to_fill),
    }
    with plan_draft(repository, draft) as plan:
        done = finish_move(plan, _message(pilot), options, More(tuple(lines), fields), _command(pilot))
    return ExitCode.FOUND if unproven else done


def _unproven(file: DraftedFile) -> str:
    """Say which lines the draft does not give."""
    lines = ", ".join(map(str, file.differs[:_MOST_LINES]))
    return f"{file.path}{f', line {lines}' if lines else ''}{', …' if len(file.differs) > _MOST_LINES else ''}"


def _message(pilot: Pilot) -> str:
    return f"Learn from the pilot {pilot.folder.name}\n"


def _command(pilot: Pilot) -> Command:
    return Command(
        "pilotline upgrade",
        "Then look at it: `pilotline catalog lint`, and `pilotline catalog impact` tells who will receive it.",
        f"From the pilot {pilot.folder.name} at {pilot.version}",
    )


def _more(learning: Learning) -> More:
    lessons = learning.lessons
    lines = list_lines("Carried", [_line(each) for each in lessons if each.carried])
    lines += list_lines("Left behind", [line for each in lessons for line in _left(each)])
    return More(tuple(lines), {"lessons": [_fields(each) for each in lessons]})


def _line(lesson: Lesson) -> str:
    """Say how much of a file was carried, and what took the place of names and answers."""
    share = "" if lesson.carried == lesson.changes else f", {lesson.carried} of {lesson.changes} changes"
    turned = f"; turned back: {', '.join(lesson.turned)}" if lesson.turned else ""
    return f"{lesson.path} -> {lesson.template}{share}{turned}"


def _left(lesson: Lesson) -> list[str]:
    if lesson.why:
        return [f"{lesson.path}: {lesson.why}"]
    return [f"{lesson.path}:{line.number}: {line.why}: {line.text.strip()}" for line in lesson.left]


def _fields(lesson: Lesson) -> dict[str, object]:
    return {
        "path": lesson.path,
        "template": lesson.template,
        "changes": lesson.changes,
        "carried": lesson.carried,
        "left": [line._asdict() for line in lesson.left],
        "turned": list(lesson.turned),
        "why": lesson.why,
    }
