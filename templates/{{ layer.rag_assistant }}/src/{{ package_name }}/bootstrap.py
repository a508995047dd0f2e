"""The only place where ports meet adapters."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import uuid4

from ._platform import PilotError, SqlDatabase
from ._platform.guards.pipeline import Guards
from ._platform.integrations import open_database, open_tracking
from ._platform.live.sources import LiveSources
from ._platform.llm.endpoint import Endpoints
from ._platform.llm.meter import Meter
from ._platform.llm.opening import open_section
from ._platform.llm.section import LlmSection
from ._platform.mlflow_runs import Runs
from ._platform.monitoring import span
from ._platform.retrieval.opening import open_encoder, open_index, open_reranker
from ._platform.retrieval.reranking import Reranker
from ._platform.retrieval.search import Search
from ._platform.retrieval.store import PassageStore
from ._platform.retrieval.vectors import Encoder
from .adapters.guarding import PlatformGuard
from .adapters.library import IndexedLibrary
from .adapters.live import LiveRows
from .adapters.memory import AnswersTable
from .adapters.model_writer import ModelWriter
from .adapters.questions import QuestionsFile
from .adapters.standing import StandingFile
from .services.answering import Assistant
from .settings import Settings

INTEGRATIONS: Final = f"{__package__}.adapters.integrations"  # found there by name, when one is switched on


@dataclass(frozen=True)
class Parts:
    """Everything that a pipeline needs, put together once."""

    settings: Settings
    database: SqlDatabase
    tracking: Runs
    index: PassageStore
    encoder: Encoder
    guards: Guards
    model: LlmSection
    reranker: Reranker | None
    questions: QuestionsFile
    standing: StandingFile
    invocation: str

    @cached_property
    def library(self) -> IndexedLibrary:
        """The documents as they are now."""
        search = Search(self.index, self.settings.retrieval)
        return IndexedLibrary(self.index, search, self.settings.distribution)

    @cached_property
    def memory(self) -> AnswersTable:
        """What was asked and answered."""
        return AnswersTable(self.database, self.invocation, self.guards.redacted)

    @cached_property
    def prompt(self) -> str:
        """What a model is told first: a file under version control."""
        return _read_prompt(self.settings)

    @cached_property
    def assistant(self) -> Assistant:
        """Whoever answers: with a model where one is configured, else in the words of the documents."""
        writer = None
        if self.model.endpoints:
            endpoints = Endpoints(self.model, Meter(self.database, self.settings, self.model.cost_per_day))
            writer = ModelWriter(endpoints, self.prompt, self.guards.redacted)
        return Assistant(self.library, writer, PlatformGuard(self.guards), self.live, span, self.reranker)

    @cached_property
    def live(self) -> LiveRows | None:
        """Systems that are asked at the moment of a question, where some are configured."""
        section = self.settings.live
        return LiveRows(LiveSources(section, self.settings.retrieval, self.settings.root)) if section.sources else None

    def suggested(self, item: str, batch: str | None) -> str:
        """Name the answer that a correction is about; `item` is its number."""
        if batch not in (None, "answers"):
            raise PilotError("Answers belong to no batch: leave it out, and name the answer by its number.")
        if not self.memory.has(item):
            raise PilotError(f"There is no answer {item}: `{self.settings.distribution} ask` ends with its number.")
        return "answers"


def build(settings: Settings | None = None, *, invocation: str | None = None) -> Parts:
    """Put the parts together from the settings; real systems are switched on there and nowhere else."""
    known = settings or Settings.load()
    database = open_database(known, INTEGRATIONS)
    encoder = open_encoder(known, INTEGRATIONS)
    experiment = known.tracking.experiment or known.distribution
    model = open_section(known, known.llm, INTEGRATIONS)
    hidden = _read_prompt(known) if model.endpoints else ""
    return Parts(
        settings=known,
        database=database,
        tracking=Runs(open_tracking(known, INTEGRATIONS), experiment, known.distribution),
        index=open_index(known, INTEGRATIONS, encoder),
        encoder=encoder,
        guards=Guards(known.guards, known, database, hidden),
        model=model,
        reranker=open_reranker(known, known.retrieval),
        questions=QuestionsFile(known.root / known.evaluation.folder, known.distribution),
        standing=StandingFile(known.var / "standing.json"),
        invocation=invocation or uuid4().hex[:12],
    )


def _read_prompt(settings: Settings) -> str:
    path = settings.root / settings.answering.prompt
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PilotError(f"There is no prompt {path}: put it back, or name another in [answering].") from error
