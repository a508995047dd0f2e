"""The only place where ports meet adapters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from uuid import uuid4

from ._platform import PilotError, SqlDatabase
from ._platform.case import CaseWords
from ._platform.contracts import Access
from ._platform.integrations import open_database, open_tracking
from ._platform.report_page import list_file
from ._platform.tracking import Tracking
from .adapters.batches import SqlBatches
from .adapters.model import TRUSTED_TYPES, Aim, Feature, Kind, SklearnLearner
from .adapters.table import ContractedTable, Reading
from .domain.batch import Past
from .ports import Lives
from .settings import Settings

INTEGRATIONS: Final = f"{__package__}.adapters.integrations"  # found there by name, when one is switched on
SERVED: Final = f"{__package__}.adapters.served"


@dataclass(frozen=True)
class Parts:
    """Everything that a pipeline needs, put together once."""

    settings: Settings
    database: SqlDatabase
    batches: SqlBatches
    lives: Lives
    tracking: Tracking
    learner: Callable[[Kind, tuple[Feature, ...], tuple[str, ...]], SklearnLearner]
    read: Callable[[str], Reading]
    invocation: str

    @property
    def words(self) -> CaseWords:
        """The words of the case."""
        return self.settings.the_case.words

    @property
    def list_file(self) -> Path:
        """What was decided last, for people."""
        return list_file(self.settings, self.words.list)

    def suggested(self, item: str, batch: str | None) -> str:
        """Name the batch that holds an item, so that a correction leads back to what made the suggestion."""
        words, periods = self.words, self.batches.periods()
        if not periods:
            raise PilotError(f"There is no {words.list} yet: `{self.settings.distribution} score` makes one.")
        wanted = batch.split("/")[0] if batch else periods[-1]
        found = self.batches.find(wanted)
        if found is None:
            raise PilotError(f"There is no {words.list} of {wanted}: there are those of {', '.join(periods[-3:])}.")
        if item not in {entry.name for entry in found.entries}:
            raise PilotError(f"{item} is not on the {words.list} of {wanted}: look it up in {self.list_file}.")
        return found.name


class _Nowhere:
    """Nothing is decided on request."""

    def past(self) -> Sequence[Past]:
        """Give none."""
        return ()


def _lives(database: SqlDatabase, words: CaseWords) -> Lives:
    """Find decisions on request where the architecture makes them: it brings the adapter."""
    if find_spec(SERVED) is None:
        return _Nowhere()
    found: Lives = import_module(SERVED).SqlServed(database, words)
    return found


def build(settings: Settings | None = None, *, invocation: str | None = None) -> Parts:
    """Put the parts together from the settings; real systems are switched on there and nowhere else."""
    known = settings or Settings.load()
    run_id = invocation or uuid4().hex[:12]
    database = open_database(known, INTEGRATIONS)
    journal = known.var / "reads.jsonl"
    table = ContractedTable(known.root, known.tables, known.the_case, database)

    def learner(kind: Kind, features: tuple[Feature, ...], labels: tuple[str, ...]) -> SklearnLearner:
        aims: dict[str, Aim] = {"number": "median", "share": "label" if labels else "mean"}
        return SklearnLearner(kind, aims.get(known.decision_kind, "label"), features, labels, known.seed)

    return Parts(
        settings=known,
        database=database,
        batches=SqlBatches(database, known.the_case.words),
        lives=_lives(database, known.the_case.words),
        tracking=Tracking(
            open_tracking(known, INTEGRATIONS),
            known.tracking.experiment or known.distribution,
            known.distribution,
            TRUSTED_TYPES,
        ),
        learner=learner,
        read=lambda purpose: table.read(Access(known.role, purpose, run_id, journal)),
        invocation=run_id,
    )
