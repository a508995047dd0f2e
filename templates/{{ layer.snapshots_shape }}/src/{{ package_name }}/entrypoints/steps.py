"""What each step of the main job does and shows; the platform takes them in order."""

from collections.abc import Mapping

from .._platform.after_run import next_step
from .._platform.job import Job, Step, Work
from .._platform.screen import Json
from .._platform.shown_models import show_registered
from ..bootstrap import Parts, build
from ..pipelines import learn, measure, report, score
from ..pipelines.intake import Intake, read_table
from ..settings import Settings
from . import views


def _train(work: Work[Parts], intake: Intake) -> Json:
    found = learn.train(work.parts, intake, work.screen.progress)
    return {"trained": views.show_trained(work.screen, found, work.parts.words)}


def _evaluate(work: Work[Parts], intake: Intake) -> Json:
    found = learn.evaluate(work.parts, intake, work.screen.progress)
    return {"evaluated": views.show_evaluation(work.screen, found, work.parts.words)}


def _register(work: Work[Parts], intake: Intake) -> Json:
    return {"registered": show_registered(work.screen, learn.register(work.parts, intake))}


def _score(work: Work[Parts], intake: Intake) -> Json:
    found = score.score(work.parts, intake, work.screen.progress)
    return {"scored": views.show_scored(work.screen, found, work.parts.words)}


def _measure(work: Work[Parts], intake: Intake) -> Json:
    found = measure.measure(work.parts, intake)
    return views.show_measured(work.screen, found, measure.keep(work.parts, found, work.command))


def _report(work: Work[Parts], intake: Intake) -> Json:
    path = report.write_report(work.parts, intake, measure.measure(work.parts, intake))
    work.screen.progress(str(path))
    return {"report": str(path)}


def _places(parts: Parts, intake: Intake) -> Mapping[str, str]:
    """Say where the results are."""
    return {
        parts.words.list: f"{parts.list_file}; table {parts.batches.table} in {parts.database.describe()}",
        "set aside": str(intake.set_aside or "no row"),
    }


JOB = Job(
    build=build,
    settings=Settings.load,
    reading="Reading the table under its data contract",
    read=read_table,
    show=lambda work, intake: views.show_intake(work.screen, intake, work.parts.words),
    steps={
        "train": Step("Training a challenger", _train),
        "evaluate": Step("Judging it on past cases", _evaluate),
        "register": Step("Registering it, if it has earned that", _register),
        "score": Step("Deciding on what waits", _score),
        "measure": Step("Measuring the KPIs", _measure),
        "report": Step("Writing the report", _report),
    },
    places=_places,
    functions=lambda parts, intake: measure.functions(measure.look(parts, intake)),
    next_step=lambda parts: next_step(parts.settings, parts.words.case, parts.words.list),
)
