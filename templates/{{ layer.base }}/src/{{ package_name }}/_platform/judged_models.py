"""How a model becomes champion: the version that is to be judged, the evidence about it, the gate's word."""

from dataclasses import dataclass
from typing import Final, Protocol

from . import PilotError
from .mlflow_runs import Runs, Verdict
from .model_version import ModelVersion
from .settings import PlatformSettings

EVALUATION_TAG: Final = "evaluation_run"
EVALUATION_FILE: Final = "evaluation.json"


class NotJudgedError(PilotError):
    """No model was trained and judged yet, so what rests on one cannot be said."""


class ModelParts(Protocol):
    """What is needed to look after models."""

    @property
    def settings(self) -> PlatformSettings:
        """The settings in force."""

    @property
    def tracking(self) -> Runs:
        """Where models are."""


@dataclass(frozen=True)
class Registered:
    """What the gate made of a version."""

    version: int
    promoted: bool
    champion: int | None
    reasons: tuple[str, ...]


def newest(parts: ModelParts) -> ModelVersion:
    """Find the version that is to be judged."""
    version = parts.tracking.version("newest")
    if version is None:
        raise NotJudgedError(f"There is no model yet: `{parts.settings.distribution} train` makes one.")
    return version


def stored_evaluation(parts: ModelParts, version: ModelVersion) -> object:
    """Read the evidence about a version back from its run."""
    if EVALUATION_TAG not in version.tags:
        raise NotJudgedError(
            f"Model version {version.version} has not been judged: `{parts.settings.distribution} evaluate` does it."
        )
    return parts.tracking.read_json(version.tags[EVALUATION_TAG], EVALUATION_FILE)


def obey_gate(
    parts: ModelParts, version: ModelVersion, before: ModelVersion | None, *, passed: bool, reasons: tuple[str, ...]
) -> Registered:
    """Make a version champion, or leave it a challenger; its verdict is kept with it."""
    parts.tracking.decide(version, Verdict(passed, reasons))
    after = version if passed else before
    return Registered(version.version, passed, after.version if after else None, reasons)
