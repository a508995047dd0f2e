"""`pilotline new`: from an outcome to a repository that already runs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import click

from pilotline.cli.exit import stop_listening
from pilotline.cli.options.answers import Answering, Person, answering_options, ask_person, settle_answers
from pilotline.cli.options.catalogs import open_catalog, open_recorded
from pilotline.cli.options.common import echo_json, json_option, user_catalogs
from pilotline.cli.options.trust import settle_usage, trust_option
from pilotline.cli.views.new import created_json, created_text, plan_json, plan_text
from pilotline.cli.views.terminal import say
from pilotline.creation.like import SourcePilot, answer_like, check_like, plan_like, read_source_pilot
from pilotline.creation.new_pilot import NewPilot, create_pilot, default_destination, plan_pilot
from pilotline.errors import AnswersError, DestinationError
from pilotline.git.new_repository import check_destination
from pilotline.pilot.configuration import PolicyError
from pilotline.template.answers import Answers
from pilotline.template.question_roles import read_roles
from pilotline.template.snapshot import Snapshot

_Ask: TypeAlias = Callable[[Callable[[Answers], str]], Person]


@click.command("new")
@click.argument("destination", required=False, callback=lambda *given: _as_folder(given[-1]), metavar="[DEST]")
@answering_options
@click.option(
    "--like", type=click.Path(path_type=Path), metavar="PILOT",
    help="Start a sibling: the contracts, integrations and answers of PILOT, with an outcome of its own.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="List what would be written; write nothing.")
@trust_option
@json_option
def command(
    destination: Path | None,
    answering: Answering,
    like: Path | None,
    dry_run: bool,
    trust: bool,
    as_json: bool,
) -> None:
    """Make a pilot in DEST (default: a folder named after it).

    Asks for the outcome first: objective, KPI, baseline, target, value, owner. Without a terminal nothing is asked:
    give the answers with -d or --answers, or take the complete example with --defaults.
    """
    if destination is not None and not dry_run:
        check_destination(destination)
    ask = None if as_json else _asking(destination, dry_run=dry_run)
    plan = (
        _plan_pilot(destination, answering, ask, trust=trust)
        if like is None
        else _plan_sibling(read_source_pilot(like), answering, ask, trust=trust)
    )
    target = destination if destination is not None else default_destination(plan.answers)
    if dry_run:
        _show(plan_json(plan, target), lambda: plan_text(plan), as_json=as_json)
    else:
        created = create_pilot(plan, target, stop_listening)
        _show(created_json(created), lambda: created_text(created), as_json=as_json)


def _show(answer: Mapping[str, object], text: Callable[[], str], *, as_json: bool) -> None:
    if as_json:
        echo_json(answer)
    else:
        say(text())


def _asking(destination: Path | None, *, dry_run: bool) -> _Ask:
    """Give what asks a person, who hears at once that a folder is taken or what the catalog refuses."""
    refuse_taken = _refuse_taken(destination, dry_run=dry_run)
    return lambda refuse: ask_person(destination, lambda answers: refuse_taken(answers) or refuse(answers))


def _plan_pilot(destination: Path | None, answering: Answering, ask: _Ask | None, *, trust: bool) -> NewPilot:
    folder_name = None if destination is None else destination.resolve().name
    catalogs = user_catalogs()
    catalog = open_catalog(catalogs, answering.catalog)
    (snapshot,) = settle_usage(catalog, trusted=catalogs.config.trust, trust=trust, folder_name=folder_name)
    person = ask and ask(lambda answers: _refuse_plan(snapshot, answers))
    return plan_pilot(snapshot, settle_answers(snapshot, answering, person))


def _plan_sibling(model: SourcePilot, answering: Answering, ask: _Ask | None, *, trust: bool) -> NewPilot:
    """Plan a pilot that is like another; its own outcome is asked for, also where every other default is taken."""
    catalogs = user_catalogs()
    named = answering.catalog
    catalog = open_catalog(catalogs, named) if named else open_recorded(catalogs, model.pilot)
    (snapshot,) = settle_usage(catalog, trusted=catalogs.config.trust, trust=trust)
    roles = read_roles(snapshot)
    given = answer_like(model, snapshot, answering.given)
    answers = settle_answers(
        snapshot,
        replace(answering, given=given, defaults=False),
        ask(lambda _: "") if ask and not answering.defaults else None,
        required=roles.sibling_own,
        hint="A sibling has an outcome of its own: set it with -d KEY=VALUE, or in a file with --answers FILE.",
    )
    check_like(model, answers, roles)
    return plan_like(model, plan_pilot(snapshot, answers))


def _refuse_taken(destination: Path | None, *, dry_run: bool) -> Callable[[Answers], str]:
    """Tell a person in time that the folder which their answers name is taken."""

    def refuse(answers: Answers) -> str:
        if destination is not None or dry_run:
            return ""
        try:
            check_destination(default_destination(answers))
        except DestinationError as error:
            return f"{error.message.rstrip('.')} (the folder is named after package_name)"
        return ""

    return refuse


def _refuse_plan(snapshot: Snapshot, answers: Answers) -> str:
    """Tell a person in time that the answers exclude each other, or what the policies forbid."""
    try:
        plan_pilot(snapshot, answers)
    except (AnswersError, PolicyError) as error:
        return " ".join(line.removeprefix("  - ") for line in error.message.splitlines()[1:])
    return ""


def _as_folder(text: str | None) -> Path | None:
    """Refuse an empty destination: an unset shell variable must not fill the current folder."""
    if text == "":
        raise click.BadParameter("a destination needs a name; `.` is this folder")
    return None if text is None else Path(text)
