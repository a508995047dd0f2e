"""Puts a stage's name on the model that decides, as MLflow's alias: what was approved can be loaded by it."""

from dataclasses import dataclass
from typing import Final

from .integrations import open_tracking
from .manifest import PACKAGE
from .mlflow_runs import Runs
from .model_version import ModelVersion
from .settings import PlatformSettings

STAGES: Final = ("pilot", "production")


@dataclass(frozen=True)
class StageAlias:
    """Which version bears the name of a stage now; None where no model decides, or the name was taken away."""

    stage: str
    version: ModelVersion | None

    def __str__(self) -> str:
        """Say it in a sentence."""
        if self.version is None:
            return f"MLflow alias {self.stage}: on no model."
        return f"MLflow alias {self.stage}: version {self.version.version} of {self.version.name}."


def set_stage_alias(settings: PlatformSettings, stage: str) -> StageAlias:
    """Give the champion the name of a stage; without a champion nothing has it, because the rule decides."""
    runs = open_runs(settings)
    champion = runs.version("champion") if runs else None
    if runs:
        runs.name_stage(stage, champion)
    return StageAlias(stage, champion)


def take_stage_alias(settings: PlatformSettings, stage: str) -> StageAlias:
    """Take the name of a stage off whatever model has it."""
    if runs := open_runs(settings):
        runs.name_stage(stage, None)
    return StageAlias(stage, None)


def open_runs(settings: PlatformSettings) -> Runs | None:
    """Open the server; None where the embedded one was never written to."""
    server = open_tracking(settings, f"{PACKAGE}.adapters.integrations")
    if server.uri == f"sqlite:///{settings.var / 'mlflow.db'}" and not (settings.var / "mlflow.db").exists():
        return None
    return Runs(server, settings.tracking.experiment or settings.distribution, settings.distribution)
