"""One version of a registered model, as the pilot sees it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class ModelVersion:
    """One registered model."""

    name: str
    version: int
    run_id: str
    created: datetime
    tags: Mapping[str, str]


def as_version(found: object) -> ModelVersion:
    """Read what MLflow returned."""
    from mlflow.entities.model_registry import ModelVersion as Stored

    if not isinstance(found, Stored):
        raise TypeError(f"MLflow returned {type(found).__name__} instead of a model version")
    return ModelVersion(
        name=str(found.name),
        version=int(found.version),
        run_id=str(found.run_id),
        created=datetime.fromtimestamp(found.creation_timestamp / 1000, tz=UTC),
        tags=json.loads(json.dumps(dict(found.tags))),
    )
