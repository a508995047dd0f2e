"""The only place where ports meet adapters."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from ._platform import PilotError, SqlDatabase
from ._platform.contracts import Access
from ._platform.integrations import open_database, open_tracking
from ._platform.report_page import list_file
from ._platform.tracking import Tracking
from .adapters.ledger import ContractedLedger
from .adapters.model import TRUSTED_TYPES, Kind, SklearnLearner
from .adapters.scores import SqlCallLists
from .domain.policy import Policy
from .domain.words import Words
from .settings import Settings

INTEGRATIONS: Final = f"{__package__}.adapters.integrations"  # found there by name, when one is switched on


@dataclass(frozen=True)
class Parts:
    """Everything that a pipeline needs, put together once."""

    settings: Settings
    database: SqlDatabase
    call_lists: SqlCallLists
    tracking: Tracking
    learner: Callable[[Kind], SklearnLearner]
    ledger: Callable[[str], ContractedLedger]
    invocation: str

    @property
    def policy(self) -> Policy:
        """The call policy in force."""
        return self.settings.call_policy

    @property
    def words(self) -> Words:
        """The words of the case."""
        return self.settings.words

    @property
    def list_file(self) -> Path:
        """The newest list, for people."""
        return list_file(self.settings, self.words.list)

    def suggested(self, item: str, batch: str | None) -> str:
        """Name the batch whose list holds a case, so that a correction leads back to what made the suggestion."""
        days = {day.isoformat(): day for day in self.call_lists.cutoffs()}
        if not days:
            raise PilotError(f"There is no list yet: `{self.settings.distribution} score` makes one.")
        wanted = batch.split("/")[0] if batch else max(days)
        found = self.call_lists.find(days[wanted]) if wanted in days else None
        if found is None:
            raise PilotError(f"There is no list of {wanted}: there are lists of {', '.join(list(days)[-3:])}.")
        if item not in {entry.customer for entry in found.entries}:
            raise PilotError(f"{item} is not on the list of {wanted}: look it up in {self.list_file}.")
        return found.batch


def build(settings: Settings | None = None, *, invocation: str | None = None) -> Parts:
    """Put the parts together from the settings; real systems are switched on there and nowhere else."""
    known = settings or Settings.load()
    run_id = invocation or uuid4().hex[:12]
    database = open_database(known, INTEGRATIONS)
    journal = known.var / "reads.jsonl"

    def ledger(purpose: str) -> ContractedLedger:
        return ContractedLedger(known.root, known.ledger, Access(known.role, purpose, run_id, journal), database)

    return Parts(
        settings=known,
        database=database,
        call_lists=SqlCallLists(database, known.words),
        tracking=Tracking(
            open_tracking(known, INTEGRATIONS),
            known.tracking.experiment or known.distribution,
            known.distribution,
            TRUSTED_TYPES,
        ),
        learner=lambda kind: SklearnLearner(kind, known.seed),
        ledger=ledger,
        invocation=run_id,
    )
