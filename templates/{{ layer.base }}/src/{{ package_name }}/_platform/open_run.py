"""One open MLflow run: what a step chose and measured, also on the run around it."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlflow import ActiveRun, MlflowClient

PARENT: Final = "mlflow.parentRunId"
BEGINNING: Final = "beginning"  # the data contract and KPI definition that a run or model belongs to


class OpenRun:
    """One open MLflow run.

    What it logs stands on the run around it too, under the name of the step, so that MLflow compares whole runs.
    """

    def __init__(self, client: "MlflowClient", run: "ActiveRun", model_name: str) -> None:
        self._client = client
        self._around = run.data.tags.get(PARENT)
        self._name = str(run.info.run_name)
        self._experiment = str(run.info.experiment_id)
        self._model_name = model_name
        self._beginning = str(run.data.tags.get(BEGINNING, ""))
        self.id = str(run.info.run_id)

    def params(self, values: Mapping[str, object]) -> None:
        """Log what was chosen."""
        import mlflow

        mlflow.log_params(dict(values), run_id=self.id)
        if self._around:
            mlflow.log_params({self._in_step(name): value for name, value in values.items()}, run_id=self._around)

    def metrics(self, values: Mapping[str, float]) -> None:
        """Log what was measured."""
        import mlflow

        mlflow.log_metrics(dict(values), run_id=self.id)
        if self._around:
            mlflow.log_metrics({self._in_step(name): value for name, value in values.items()}, run_id=self._around)

    def outcomes(self, values: Mapping[str, float]) -> None:
        """Log what the whole is about, under its own name also on the run around this one."""
        import mlflow

        for run_id in self._both():
            mlflow.log_metrics(dict(values), run_id=run_id)

    def tags(self, values: Mapping[str, str]) -> None:
        """Log what it was for."""
        for name, value in values.items():
            self._client.set_tag(self.id, name, value)

    def json(self, name: str, data: object) -> None:
        """Keep a small value with the run, to be read back with `Runs.read_json`."""
        self._client.log_text(self.id, json.dumps(data, ensure_ascii=False, sort_keys=True), name)

    def _both(self) -> list[str]:
        return [self.id, self._around] if self._around else [self.id]

    def _in_step(self, name: str) -> str:
        """Name what a step logged, on the run around it."""
        return f"{self._name}.{name}"
