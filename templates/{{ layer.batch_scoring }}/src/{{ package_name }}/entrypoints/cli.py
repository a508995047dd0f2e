"""The pilot's commands: each parses, calls one step, and shows what it returns."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from .._platform.commands import platform_commands
from .._platform.errors import DONE, FOUND
from .._platform.monitoring import configure_logging, span, timed
from ..bootstrap import Parts, build
from ..pipelines import Intake, learn, measure, read_ledger, report, score
from ..services.drafting import Part
from ..settings import Settings
from . import own_data, views
from .views import Json, Screen

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one object instead of tables.")
AS_OF = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day of the list; default: this month's first.",
)


@dataclass(frozen=True)
class Job:
    """What every command works with."""

    parts: Parts
    screen: Screen

    @property
    def currency(self) -> str:
        """Currency of all money shown."""
        return self.parts.settings.currency

    def read(self, purpose: str) -> Intake:
        """Read the ledger, and say so."""
        self.screen.step("Reading the ledger under its data contract")
        with timed("read"):
            return read_ledger(self.parts, purpose)

    def where(self, intake: Intake) -> Json:
        """Say where everything is that a person may want to look at next."""
        settings = self.parts.settings
        places = {
            "report": str(self.parts.report / "index.html"),
            "call list": f"{self.parts.report / 'call_list.csv'}; table call_lists in {self.parts.database.describe()}",
            "MLflow": f"{self.parts.tracking.uri}, experiment {settings.tracking.experiment or settings.distribution}",
            "metrics": str(settings.var / "metrics"),
            "set aside": str(intake.set_aside or "no line"),
        }
        self.screen.title("Where to look")
        for name, place in places.items():
            self.screen.pair(name, place)
        return {name.replace(" ", "_").lower(): place for name, place in places.items()}


@contextmanager
def job(name: str, *, as_json: bool) -> Iterator[Job]:
    """Put a command's parts together, trace it as one, and give the connections back."""
    parts = build(Settings.load())
    configure_logging(parts.settings, parts.invocation)
    try:
        with span(name, run_id=parts.invocation):
            yield Job(parts, Screen.open(as_json=as_json))
    finally:
        parts.database.close()


class InOrder(click.Group):
    """Lists commands as a newcomer needs them: the main job, the own data, the steps, then what every pilot has."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Keep the order in which they were added."""
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Rank this month's customers for a call, and measure whether that pays."""


@cli.command()
@AS_JSON
@AS_OF
def run(*, as_json: bool, as_of: datetime | None) -> None:
    """Do the main job: all the steps below, one after the other."""
    with job("run", as_json=as_json) as work:
        intake = work.read("run")
        result: Json = {"data": views.show_intake(work.screen, intake, work.currency)}
        for name, text, step in STEPS:
            work.screen.step(text)
            with timed(name):
                result |= step(work, intake, as_of)
        result |= {"where": work.where(intake)}
        work.screen.title(f"Next: {own_data.next_step(work.parts.settings)}")
        work.screen.finish(result)


def _train(work: Job, intake: Intake, _: datetime | None) -> Json:
    return {"trained": views.show_trained(work.screen, learn.train(work.parts, intake, work.screen.progress))}


def _evaluate(work: Job, intake: Intake, _: datetime | None) -> Json:
    found = learn.evaluate(work.parts, intake, work.screen.progress)
    return {"evaluated": views.show_evaluation(work.screen, found, work.currency)}


def _register(work: Job, intake: Intake, _: datetime | None) -> Json:
    return {"registered": views.show_registered(work.screen, learn.register(work.parts, intake))}


def _score(work: Job, intake: Intake, as_of: datetime | None) -> Json:
    found = score.score(work.parts, intake, as_of.date() if as_of else None, work.screen.progress)
    return {"scored": views.show_scored(work.screen, found, work.currency)}


def _measure(work: Job, intake: Intake, _: datetime | None) -> Json:
    found = measure.measure(work.parts, intake)
    kept = measure.keep(work.parts, found, click.get_current_context().info_name or "measure")
    return views.show_measured(work.screen, found, [path.relative_to(work.parts.settings.root) for path in kept])


def _report(work: Job, intake: Intake, as_of: datetime | None) -> Json:
    day = as_of.date() if as_of else intake.customers.newest_cutoff()
    found = measure.measure(work.parts, intake)
    path = report.write_report(work.parts, intake, found, work.parts.call_lists.find(day))
    work.screen.progress(str(path))
    return {"report": str(path)}


STEPS = (
    ("train", "Training a challenger", _train),
    ("evaluate", "Judging it on past months", _evaluate),
    ("register", "Registering it, if it has earned that", _register),
    ("score", "Ranking this month's customers", _score),
    ("measure", "Measuring the KPIs", _measure),
    ("report", "Writing the report", _report),
)
HELP = {
    "train": "Learn from all known outcomes; a new version of the model.",
    "evaluate": "Judge it on past months, against the rule and the champion.",
    "register": "Make it champion if it has earned that; else exit code 1.",
    "score": "Rank this month's customers and write the list back, once.",
    "measure": "Measure the KPIs of kpis.yml against their baseline.",
    "report": "Write the page that a person looks at.",
}


def _command(name: str, text: str, step: Callable[[Job, Intake, datetime | None], Json]) -> click.Command:
    """Make a step a command of its own."""

    def callback(*, as_json: bool, as_of: datetime | None = None) -> int:
        with job(name, as_json=as_json) as work:
            intake = work.read(name)
            work.screen.step(text)
            with timed(name):
                result = step(work, intake, as_of)
            work.screen.finish(result)
            registered = result.get("registered")
            return FOUND if isinstance(registered, dict) and not registered["promoted"] else DONE

    options = [AS_JSON, AS_OF] if name in ("score", "report") else [AS_JSON]
    command = click.command(name, help=HELP[name])(callback)
    for option in options:
        command = option(command)
    return command


@cli.command("own-data")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", "use", is_flag=True, help="Put the draft in place; without it, it is only written to be read.")
@click.option("--customer", help="Column of the customer.")
@click.option("--day", help="Column of the date.")
@click.option("--order", help="Column of the order's number.")
@click.option("--amount", help="Column of a line's value.")
@click.option("--price", help="Column of the price of one piece.")
@click.option("--quantity", help="Column of the number of pieces.")
@AS_JSON
def own_data_command(file: Path, *, use: bool, as_json: bool, **columns: str | None) -> None:
    """Put a table of your own in the example's place.

    Drafts data contract, settings and column mapping from it, and lists what is left to decide.
    """
    settings = Settings.load()
    screen = Screen.open(as_json=as_json)
    given = {Part(part): column for part, column in columns.items() if column}
    found = own_data.draft(settings, file, given)
    files = found.apply(settings.root, settings.ledger.contract) if use else found.write(settings.var / "own_data")
    screen.title("Column mapping")
    for guess in found.guesses:
        screen.pair(guess.part, f"{guess.column} ({guess.why})")
    screen.title("Left to decide")
    for text in found.decisions:
        screen.line(f"- {text}")
    screen.title("In place" if use else "Drafted, to be read; the same command with --apply puts it in place")
    for path in files:
        screen.pair("", str(path))
    screen.title(f"Next: {settings.distribution} {'run' if use else f'own-data {file} --apply'}")
    columns_found = {guess.part: guess.column for guess in found.guesses}
    screen.finish({"columns": columns_found, "decisions": found.decisions, "files": files, "applied": use})


for _name, _text, _step in STEPS:
    cli.add_command(_command(_name, _text, _step))
for _platform_command in platform_commands(build):
    cli.add_command(_platform_command)
