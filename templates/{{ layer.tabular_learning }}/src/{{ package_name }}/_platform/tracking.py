"""MLflow runs that store models, and the way back: no stored model can run code."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from . import PilotError, TrackingServer
from .kept_champion import CHAMPION_OF
from .mlflow_manners import clear_errors
from .mlflow_runs import Runs, Verdict
from .model_version import ModelVersion
from .open_run import BEGINNING
from .tracked_run import TrackedRun

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

__all__ = ["BEGINNING", "CHAMPION_OF", "ModelVersion", "TrackedRun", "Tracking", "Verdict"]


class Tracking(Runs):
    """The door to MLflow: runs, models, aliases, verdicts."""

    def __init__(
        self, server: TrackingServer, experiment: str, model_name: str, trusted_types: Sequence[str] = ()
    ) -> None:
        """Take a server; `trusted_types` are the only types beyond skops' own that a stored model may hold."""
        super().__init__(server, experiment, model_name)
        self._trusted = tuple(trusted_types)

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str] | None = None) -> Iterator[TrackedRun]:
        """Open a run, within the one that is open; an error marks it as failed."""
        with self._opened(name, tags) as (client, active):
            yield TrackedRun(client, active, self._model_name, self._trusted)

    def load(self, version: ModelVersion) -> "BaseEstimator":
        """Load a model, refusing every type outside our own list: the list inside the model is not trusted."""
        self._client()
        import mlflow
        from skops.io import get_untrusted_types, loads

        with TemporaryDirectory() as folder, clear_errors(self.uri):
            mlflow.artifacts.download_artifacts(f"models:/{version.name}/{version.version}", dst_path=folder)
            stored = sorted(Path(folder).rglob("*.skops"))
            if len(stored) != 1:
                name = f"Version {version.version} of {version.name}"
                raise PilotError(f"{name} is not stored in skops format: train and register it anew.")
            content = stored[0].read_bytes()
        foreign = sorted(set(get_untrusted_types(data=content)) - set(self._trusted))
        if foreign:
            raise PilotError(
                f"Version {version.version} of {version.name} holds types that are not allowed ({', '.join(foreign)}): "
                "do not load it; train it anew, or add a type to the trusted ones after a review."
            )
        model: BaseEstimator = loads(content, trusted=list(self._trusted))
        return model
