"""What the commands do: put the parts together, take the steps in order, show what each returns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import click

from .._platform import DONE, FOUND
from .._platform.exclusive import one_at_a_time
from .._platform.kept_apart import name_earlier
from .._platform.measure_functions import BoundFunctions
from .._platform.monitoring import configure_logging, span, timed
from ..bootstrap import Parts, build
from ..pipelines import learn, measure, report, score
from ..pipelines.intake import Intake, read_ledger
from ..settings import Settings
from . import views
from .next_step import next_step
from .screen import Json, Screen


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
        if earlier := name_earlier(settings):
            places["earlier"] = earlier
        self.screen.title("Where to look")
        for name, place in places.items():
            self.screen.pair(name, place)
        return {name.replace(" ", "_").lower(): place for name, place in places.items()}


@contextmanager
def job(name: str, *, as_json: bool) -> Iterator[Job]:
    """Put a command's parts together when no other is at work, trace it as one, and give the connections back."""
    settings, screen = Settings.load(), Screen.open(as_json=as_json)
    with one_at_a_time(settings.var / "run.lock", screen.progress):
        parts = build(settings)
        configure_logging(parts.settings, parts.invocation)
        try:
            with span(name, run_id=parts.invocation):
                yield Job(parts, screen)
        finally:
            parts.database.close()


def take_all(as_of: datetime | None, *, as_json: bool) -> None:
    """Do the main job."""
    with job("run", as_json=as_json) as work:
        intake = work.read("run")
        result: Json = {"data": views.show_intake(work.screen, intake, work.currency)}
        with work.parts.tracking.run("run", {"invocation": work.parts.invocation}):
            for name, (text, step) in STEPS.items():
                work.screen.step(text)
                with timed(name):
                    result |= step(work, intake, as_of)
        result |= {"where": work.where(intake)}
        work.screen.title(f"Next: {next_step(work.parts.settings)}")
        work.screen.finish(result)


def take(name: str, as_of: datetime | None, *, as_json: bool) -> int:
    """Take a single step; a model that has not earned its place is the exit code 1."""
    text, step = STEPS[name]
    with job(name, as_json=as_json) as work:
        intake = work.read(name)
        work.screen.step(text)
        with timed(name):
            result = step(work, intake, as_of)
        work.screen.finish(result)
    registered = result.get("registered")
    return FOUND if isinstance(registered, dict) and not registered["promoted"] else DONE


@contextmanager
def functions() -> Iterator[BoundFunctions]:
    """Give the functions that measure by what the main job left, to try one of them."""
    with job("measure --try", as_json=True) as work:
        yield measure.FUNCTIONS.bind(measure.look(work.parts, work.read("measure --try")))


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


STEPS = {
    "train": ("Training a challenger", _train),
    "evaluate": ("Judging it on past months", _evaluate),
    "register": ("Registering it, if it has earned that", _register),
    "score": ("Ranking this month's customers", _score),
    "measure": ("Measuring the KPIs", _measure),
    "report": ("Writing the report", _report),
}
