"""MLflow runs and versions in its registry: nothing leaves the machine unasked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from . import PilotError, TrackingServer
from .beginning import Beginning, find_beginning, is_of
from .kept_champion import part_champion, read_aliases
from .mlflow_manners import clear_errors, quiet
from .model_version import ModelVersion, as_version
from .open_run import BEGINNING, OpenRun
from .revision import commit_of
from .settings import find_root

if TYPE_CHECKING:
    from mlflow import ActiveRun, MlflowClient

Alias = Literal["champion"]
COMMIT: Final = "mlflow.source.git.commit"


@dataclass(frozen=True)
class Verdict:
    """What the gate said about a model, with its reasons."""

    passed: bool
    reasons: tuple[str, ...]


class Runs:
    """The door to MLflow: runs, versions, aliases, verdicts."""

    def __init__(self, server: TrackingServer, experiment: str, model_name: str) -> None:
        self._server = server
        self._experiment = experiment
        self._model_name = model_name
        self._ready: MlflowClient | None = None
        self._parted: Beginning | None = None

    @property
    def uri(self) -> str:
        """The address of the server."""
        return self._server.uri

    @property
    def experiment(self) -> str:
        """The experiment of this pilot."""
        return self._experiment

    def client(self) -> "MlflowClient":
        """Give MLflow's own client, with the server made usable: for what is no run and no version."""
        return self._client()

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str] | None = None) -> Iterator[OpenRun]:
        """Open a run, within the one that is open; an error marks it as failed."""
        with self._opened(name, tags) as (client, active):
            yield OpenRun(client, active, self._model_name)

    @contextmanager
    def _opened(self, name: str, tags: Mapping[str, str] | None) -> "Iterator[tuple[MlflowClient, ActiveRun]]":
        client = self._client()
        self._part_champion(client)
        import mlflow

        said = {**(tags or {}), COMMIT: commit_of(find_root()) or "none", **_tagged()}
        within = mlflow.active_run() is not None
        with clear_errors(self.uri), mlflow.start_run(run_name=name, nested=within, tags=said) as active:
            yield client, active

    def version(self, which: Alias | int | Literal["newest"]) -> ModelVersion | None:
        """Return the newest version, or the one with that alias or number; None when there is none.

        One that belongs to another data contract or KPI definition is none: it is kept, and left alone.
        """
        found = self._version(which)
        return found if found is not None and is_of(found.tags.get(BEGINNING), find_beginning(find_root())) else None

    def _version(self, which: Alias | int | Literal["newest"]) -> ModelVersion | None:
        client = self._client()
        from mlflow.exceptions import MlflowException

        with clear_errors(self.uri):
            try:
                if which == "newest":
                    return self._newest(client)
                if isinstance(which, int):
                    return as_version(client.get_model_version(self._model_name, str(which)))
                return as_version(client.get_model_version_by_alias(self._model_name, which))
            except MlflowException as error:
                if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                    return None
                raise

    def _newest(self, client: "MlflowClient") -> ModelVersion | None:
        found = client.search_model_versions(f"name='{self._model_name}'", 1, ["version_number DESC"])
        return as_version(found[0]) if found else None

    def tag(self, version: ModelVersion, tags: Mapping[str, str]) -> None:
        """Write facts on a version that later steps go by."""
        client = self._client()
        with clear_errors(self.uri):
            for name, value in tags.items():
                client.set_model_version_tag(version.name, str(version.version), name, value)

    def read_json(self, run_id: str, name: str) -> object:
        """Read back what `OpenRun.json` kept."""
        self._client()
        import mlflow

        with clear_errors(self.uri):
            kept: object = json.loads(mlflow.artifacts.load_text(f"runs:/{run_id}/{name}"))
        return kept

    def metric_values(self, run: str, metric: str) -> list[float]:
        """Return a metric of every finished run of that name, oldest first."""
        client = self._client()
        with clear_errors(self.uri):
            found = client.get_experiment_by_name(self._experiment)
            ids = [found.experiment_id] if found else []
            wanted = f"attributes.run_name = '{run.replace(chr(39), '')}' and attributes.status = 'FINISHED'"
            runs = client.search_runs(ids, wanted, max_results=10_000, order_by=["attributes.start_time ASC"])
        now = find_beginning(find_root())
        present = [each for each in runs if is_of(each.data.tags.get(BEGINNING), now)]
        return [float(each.data.metrics[metric]) for each in present if metric in each.data.metrics]

    def decide(self, version: ModelVersion, verdict: Verdict) -> None:
        """Write the gate's verdict on the version; one that passed is the champion from now on."""
        client, number = self._client(), str(version.version)
        said = {"gate": "passed" if verdict.passed else "failed", "gate_reasons": "; ".join(verdict.reasons)[:4000]}
        self.tag(version, said)
        word = "Passed" if verdict.passed else "Did not pass"
        with clear_errors(self.uri):
            about = f"{word} the gate: {said['gate_reasons']}"
            client.update_model_version(version.name, number, description=about)
        if verdict.passed:
            self._part_champion(client)
            with clear_errors(self.uri):
                client.set_registered_model_alias(version.name, "champion", number)

    def name_stage(self, stage: str, version: ModelVersion | None) -> None:
        """Give one version the name of a stage as its alias; None takes the name away."""
        client = self._client()
        with clear_errors(self.uri):
            if version is not None:
                client.set_registered_model_alias(version.name, stage, str(version.version))
            elif stage in read_aliases(client, self._model_name):
                client.delete_registered_model_alias(self._model_name, stage)

    def _part_champion(self, client: "MlflowClient") -> None:
        """See once for each beginning that the champion is one of it."""
        now = find_beginning(find_root())
        if now is not None and now != self._parted:
            with clear_errors(self.uri):
                part_champion(client, self._model_name, now)
            self._parted = now

    def _client(self) -> "MlflowClient":
        if self._ready is None:
            quiet()
            with clear_errors(self.uri):
                self._server.prepare()
                self._ready = self._connect()
        return self._ready

    def _connect(self) -> "MlflowClient":
        import mlflow

        mlflow.set_tracking_uri(self.uri)
        mlflow.set_registry_uri(self.uri)
        client = mlflow.MlflowClient()
        place = self._server.artifact_location
        found = client.get_experiment_by_name(self._experiment)
        if found is None:
            try:
                client.create_experiment(self._experiment, artifact_location=place)
            except mlflow.exceptions.MlflowException:
                if client.get_experiment_by_name(self._experiment) is None:
                    raise
        elif place and found.artifact_location.rstrip("/") != place:
            raise PilotError(
                f"The runs in {self.uri} were written for {found.artifact_location}, not for {place}: "
                "move the repository back, or remove var/mlflow.db and var/mlruns and train again."
            )
        mlflow.set_experiment(self._experiment)
        return client


def _tagged() -> dict[str, str]:
    """Say what a run belongs to."""
    found = find_beginning(find_root())
    return {BEGINNING: found.key} if found else {}
