"""`pilotline new`: from an outcome to a repository that already runs."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from pilotline.asking import parse_questions
from pilotline.catalog import Snapshot
from pilotline.cli.new_view import created_json, created_text, plan_json, plan_text
from pilotline.cli.options import catalog_option, json_option, open_catalog, parse_data
from pilotline.cli.outcome import stop_listening
from pilotline.create import create_pilot, default_destination, plan_pilot
from pilotline.errors import DestinationError, PilotlineError
from pilotline.questions import OUTCOME_QUESTIONS, Answers, accept_answers
from pilotline.repository import check_destination
from pilotline.yamls import YamlError, explain_yaml_error, parse_mapping


@click.command("new")
@click.argument("destination", required=False, callback=lambda *given: _as_folder(given[-1]), metavar="[DEST]")
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="Answer a question; repeatable.")
@click.option(
    "--answers", "answers_file", type=click.Path(path_type=Path), metavar="FILE", help="Answers from a YAML file."
)
@click.option("--defaults", is_flag=True, help="Take the default of every other question: a complete example.")
@catalog_option
@click.option("--dry-run", is_flag=True, help="List what would be written; write nothing.")
@json_option
def command(
    destination: Path | None,
    data: tuple[str, ...],
    answers_file: Path | None,
    defaults: bool,
    catalog: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make a pilot in DEST (default: a folder named after it).

    Asks for the outcome first: objective, KPI, baseline, target, value, owner. Without a terminal nothing is asked:
    give the answers with -d or --answers, or take the complete example with --defaults.
    """
    given = _read_answers(answers_file) | parse_data(data)
    if destination is not None and not dry_run:
        check_destination(destination)
    snapshot = open_catalog(catalog)
    if not defaults and not as_json and _is_interactive():
        answers = _ask(snapshot, given, destination, dry_run=dry_run)
    else:
        answers = _accept(snapshot, given, defaults=defaults)
    plan = plan_pilot(snapshot, answers)
    target = destination if destination is not None else default_destination(answers)
    if dry_run:
        click.echo(json.dumps(plan_json(plan, target), ensure_ascii=False, indent=2) if as_json else plan_text(plan))
        return
    created = create_pilot(plan, target, stop_listening)
    click.echo(json.dumps(created_json(created), ensure_ascii=False, indent=2) if as_json else created_text(created))


def _as_folder(text: str | None) -> Path | None:
    """Refuse an empty destination: an unset shell variable must not fill the current folder."""
    if text == "":
        raise click.BadParameter("a destination needs a name; `.` is this folder")
    return None if text is None else Path(text)


def _is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask(snapshot: Snapshot, given: Mapping[str, object], destination: Path | None, *, dry_run: bool) -> Answers:
    """Get the answers from a person; a destination suggests the pilot's name, and a taken one is told in time."""
    from pilotline.cli.wizard import ask  # noqa: PLC0415 - only the wizard may take longer to load

    def refuse(answers: Answers) -> str:
        try:
            check_destination(default_destination(answers))
        except DestinationError as error:
            return f"{error.message.rstrip('.')} (the folder is named after package_name)"
        return ""

    if destination is None:
        return ask(snapshot, given, {}, (lambda _: "") if dry_run else refuse)
    name = destination.resolve().name.replace("-", " ").replace("_", " ")
    return ask(snapshot, given, {"project_name": name[:1].upper() + name[1:]})


def _accept(snapshot: Snapshot, given: Mapping[str, object], *, defaults: bool) -> Answers:
    """Get the answers without a person: the outcome has to be given, unless the example is asked for."""
    names = {question.name for question in parse_questions(snapshot)}
    required = [] if defaults else [name for name in OUTCOME_QUESTIONS if name in names]
    return accept_answers(snapshot, given, required=required)


def _read_answers(path: Path | None) -> dict[str, object]:
    """Read answers from a file; a pilot's own answers file serves too, its internal keys are left out."""
    if path is None:
        return {}
    try:
        data = parse_mapping(path.read_bytes())
    except OSError as error:
        raise PilotlineError(f"{path} cannot be read: {error.strerror}.", "Give an existing YAML file.") from error
    except YamlError as error:
        raise PilotlineError(f"{path}, {explain_yaml_error(error)}.", "Mend the YAML and try again.") from error
    if data is None:
        raise PilotlineError(f"{path} holds no answers.", "Write it as `question: answer`, one a line.")
    return {name: value for name, value in data.items() if not name.startswith("_")}
