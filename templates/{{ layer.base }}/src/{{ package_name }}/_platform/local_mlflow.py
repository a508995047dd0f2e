"""The MLflow store that needs nothing but this machine: a SQLite file and a folder below `var/`."""

import os
import sys
from pathlib import Path
from typing import Final

from .exclusive import one_at_a_time
from .moved_store import follow
from .progress import tell

MIGRATION_S: Final = 120
EVIDENCE: Final = Path("governance/evidence/kpi.jsonl")  # in the repository, so a clone has it, and has no store


class LocalServer:
    """TrackingServer on a SQLite file below `var/`: needs nothing but this machine."""

    def __init__(self, var: Path, uri: str | None = None) -> None:
        self._var = var
        self._given = uri

    @property
    def uri(self) -> str:
        """The address of the database."""
        return self._given or f"sqlite:///{self._var / 'mlflow.db'}"

    @property
    def artifact_location(self) -> str | None:
        """The folder of the artifacts, absolute, as MLflow keeps it."""
        return None if self._given and not self._given.startswith("sqlite") else (self._var / "mlruns").as_uri()

    def prepare(self) -> None:
        """Create the database once, apart, then move it into place: others wait, a killed process leaves none.

        One that was made for another folder follows this one.
        """
        if self._given and self._given.startswith("http"):
            _do_not_insist()
        self._var.mkdir(parents=True, exist_ok=True)
        if self._given:
            return
        database, artifacts = self._var / "mlflow.db", str(self.artifact_location)
        if not database.exists():
            self._create(database, artifacts)
        elif follow(database, artifacts):
            _say(f"this folder was moved or copied: the MLflow store goes on with its artifacts in {artifacts}.")

    def _create(self, database: Path, artifacts: str) -> None:
        with one_at_a_time(self._var / "mlflow.lock", lambda _: None, patience=MIGRATION_S):
            if database.exists():
                return
            if (self._var.parent / EVIDENCE).exists():
                _say("the MLflow store begins empty here: models and runs of other checkouts stay where they are.")
            tell("making MLflow's store, once")
            draft = self._var / "mlflow.db.new"
            draft.unlink(missing_ok=True)
            _migrate(draft, artifacts)
            draft.replace(database)


def _say(text: str) -> None:
    """Tell people, apart from any result."""
    sys.stderr.write(f"note: {text}\n")


def _do_not_insist() -> None:
    """Let MLflow ask a server that does not answer for seconds; by itself it repeats its question for minutes."""
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")


def _migrate(draft: Path, artifacts: str) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(f"sqlite:///{draft}", artifacts)  # type: ignore[no-untyped-call]
    store.engine.dispose()
