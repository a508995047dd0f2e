"""One open MLflow run that stores models: with the data that they learned from and are judged by."""

import json
import warnings
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING, Final

from .model_requirements import requirements_of
from .model_version import ModelVersion, as_version
from .open_run import BEGINNING, OpenRun
from .progress import tell
from .table_digest import digest_of

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import ActiveRun, MlflowClient
    from mlflow.entities import Dataset
    from sklearn.base import BaseEstimator

TELLING: Final = 5_000  # rows
CONTEXT: Final = "mlflow.data.context"
MODELS: Final = "models:/"  # begins the source of a version, which then names the logged model
ABOUT: Final = (
    "What {experiment} decides with. The version with the alias champion is in use; the tags of each version say what "
    "it learned from, and its description what the gate said of it."
)


class TrackedRun(OpenRun):
    """One open MLflow run, which also knows its data and its model."""

    def __init__(self, client: "MlflowClient", run: "ActiveRun", model_name: str, trusted_types: Sequence[str]) -> None:
        super().__init__(client, run, model_name)
        self._trusted = list(trusted_types)
        self._data: Dataset | None = None
        self._rows = 0

    def judged(self, version: ModelVersion, values: Mapping[str, float]) -> None:
        """Log what was measured of a model, so that MLflow shows it with the model and the data it was judged by."""
        import mlflow

        source = str(self._client.get_model_version(version.name, str(version.version)).source)
        logged = source.removeprefix(MODELS) if source.startswith(MODELS) else None
        mlflow.log_metrics(dict(values), run_id=self.id, model_id=logged, dataset=self._data)
        if self._around:
            mlflow.log_metrics({self._in_step(name): value for name, value in values.items()}, run_id=self._around)

    def dataset(self, frame: "pd.DataFrame", *, name: str, source: str, context: str) -> None:
        """Log which data was used: its name, source, columns and the digest of all its rows, not the rows."""
        from mlflow.data.pandas_dataset import from_pandas
        from mlflow.entities import Dataset, DatasetInput, InputTag

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # MLflow looks at every value to name the columns' types: some thousand rows tell them.
            told = from_pandas(frame.head(TELLING), source=source, name=name, digest=digest_of(frame)).to_dict()
        size = json.dumps({"num_rows": len(frame), "num_elements": int(frame.size)})
        self._data, self._rows = Dataset(**{**told, "profile": size}), len(frame)
        for run_id in self._both():
            self._client.log_inputs(run_id, [DatasetInput(self._data, [InputTag(CONTEXT, context)])])

    def model(self, estimator: "BaseEstimator", example: "pd.DataFrame") -> ModelVersion:
        """Store and register a model in skops format, with signature, example and exact requirements."""
        import mlflow
        from mlflow.models import infer_signature

        tell("storing the model")
        inputs = example.astype(dict.fromkeys(example.select_dtypes("number").columns, "float64"))
        answer = "predict_proba" if hasattr(estimator, "predict_proba") else "predict"
        # MLflow announces each registration on standard error, whatever its log level.
        with redirect_stderr(StringIO()):
            info = mlflow.sklearn.log_model(
                estimator,
                name="model",
                signature=infer_signature(inputs, getattr(estimator, answer)(inputs)),
                pyfunc_predict_fn=answer,
                input_example=inputs.head(3),
                registered_model_name=self._model_name,
                pip_requirements=requirements_of(estimator),
                serialization_format="skops",
                skops_trusted_types=self._trusted,
            )
        if self._data is not None:
            rows = {"training.rows": float(self._rows)}
            mlflow.log_metrics(rows, run_id=self.id, model_id=info.model_id, dataset=self._data)
        number = str(info.registered_model_version)
        self._client.set_model_version_tag(self._model_name, number, BEGINNING, self._beginning)
        self._describe()
        return as_version(self._client.get_model_version(self._model_name, number))

    def _describe(self) -> None:
        """Say what the registered model is, unless somebody has said it."""
        if not self._client.get_registered_model(self._model_name).description:
            experiment = self._client.get_experiment(self._experiment).name
            self._client.update_registered_model(self._model_name, ABOUT.format(experiment=experiment))
