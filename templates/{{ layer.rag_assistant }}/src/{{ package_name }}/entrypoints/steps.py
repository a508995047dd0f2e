"""What each step of the main job does and shows, and the commands beside it."""

import click

from .._platform import DONE, FOUND
from .._platform.job import Job, Step, Work
from .._platform.kept_evidence import keep_kpis
from .._platform.measure_functions import BoundFunctions
from .._platform.monitoring import configure_logging, timed
from .._platform.progress import tell
from .._platform.retrieval.ingesting import Ingested
from .._platform.screen import Json, Screen
from .._platform.shown_kpis import show_kpis
from ..bootstrap import Parts, build
from ..domain.question import Asked
from ..pipelines import answer, evaluate, intake, measure
from ..settings import Settings
from . import views


def _read(parts: Parts, _: str) -> Ingested:
    return intake.ingest(parts, tell)


def _show(work: Work[Parts], found: Ingested) -> Json:
    return views.show_ingested(work.screen, found)


def _evaluate(work: Work[Parts], _: Ingested) -> Json:
    found = evaluate.evaluate(work.parts, work.screen.progress)
    if found is None:
        work.screen.title("Not judged: there are no questions yet")
        work.screen.line(
            f"`{work.parts.settings.distribution} own-data FOLDER --apply` drafts some; look at them, then freeze them."
        )
        return {"evaluated": None}
    shown = views.show_evaluation(work.screen, found)
    return {"evaluated": shown, "registered": {"promoted": found.judgement.passed}}


def _measure(work: Work[Parts], _: Ingested) -> Json:
    parts = work.parts
    found = measure.measure(parts)
    if found.evaluated.judged:
        kept = measure.keep(parts, found, work.command)
    else:
        kept = keep_kpis(parts, found.assessments, f"{parts.settings.distribution} {work.command}")
    kpis = show_kpis(work.screen, found.assessments, found.assumptions, kept)
    return {"evidence": [str(path) for path in kept], "kpis": kpis}


def _places(parts: Parts, found: Ingested) -> dict[str, str]:
    """Say where the results are."""
    return {
        "report": str(parts.settings.root / "docs" / "kpis.md"),
        "passages": f"{found.passages:,} in {parts.index.describe()}",
        "answers": f"table answers in {parts.database.describe()}",
        "set aside": "; ".join(found.left_out[:3]) or "no document",
    }


def _functions(parts: Parts, _: Ingested) -> BoundFunctions:
    return measure.functions(parts)


def _next_step(parts: Parts) -> str:
    command = parts.settings.distribution
    if parts.settings.manifest.example:
        return (
            f'{command} ask "…" answers, {command} serve opens the page for people; '
            f"{command} own-data FOLDER puts documents of yours in the example's place"
        )
    return f'{command} ask "…" answers, {command} serve opens the page for people'


JOB = Job(
    build=build,
    settings=Settings.load,
    reading="Reading the documents",
    read=_read,
    show=_show,
    steps={
        "evaluate": Step("Asking the frozen questions, in both ways", _evaluate),
        "measure": Step("Measuring the KPIs", _measure),
    },
    places=_places,
    functions=_functions,
    next_step=_next_step,
)


def ask(question: str, person: str | None, earlier: tuple[str, ...], *, as_json: bool) -> int:
    """Answer one question; nobody has to wait for another command."""
    screen, parts = Screen.open(as_json=as_json), build()
    configure_logging(parts.settings, parts.invocation)
    try:
        given = answer.answer(parts, Asked(question.strip(), person, earlier))
        screen.finish(views.show_answer(screen, given, answer.notes(parts), parts.settings.distribution))
    finally:
        parts.database.close()
    return DONE if given.answer.known else FOUND


def read_documents(*, as_json: bool) -> None:
    """Bring the index in line with the documents."""
    with JOB.opened("ingest", as_json=as_json) as work:
        work.screen.step(JOB.reading)
        with timed("ingest"):
            found = intake.ingest(work.parts, work.screen.progress)
        work.screen.finish(views.show_ingested(work.screen, found))


def freeze_questions() -> None:
    """Freeze the questions as they are."""
    parts = build()
    try:
        digest = parts.questions.freeze()
    finally:
        parts.database.close()
    click.echo(f"Frozen as {digest[:16]}: commit {parts.questions.path.parent}.")
