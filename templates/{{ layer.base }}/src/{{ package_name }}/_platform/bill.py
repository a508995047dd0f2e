"""The bill of materials of models and data: what the packages' own bill does not name, as CycloneDX writes it.

It holds no day and no number of its own: the same model on the same data gives the same bytes.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .capabilities import Json, capabilities
from .model_version import ModelVersion

BILL: Final = "ops/ml-bom.cdx.json"
SCHEMA: Final = "http://cyclonedx.org/schema/bom-1.6.schema.json"


def data_sets(root: Path) -> list[Json]:
    """Describe the data that the pilot rests on, as its layers know it."""
    return [component for each in capabilities() for component in each.data_sets(root)]


def make_bill(distribution: str, model: ModelVersion | None, data: Sequence[Json]) -> str:
    """Write the bill: the champion, where a model decides, and the data sets that it rests on."""
    names = [str(part["bom-ref"]) for part in data]
    models = [_model(distribution, model, names)] if model is not None else []
    document = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": distribution, "name": distribution}},
        "components": [*models, *data],
        "dependencies": [
            {"ref": distribution, "dependsOn": [str(each["bom-ref"]) for each in models] or names},
            *({"ref": str(each["bom-ref"]), "dependsOn": names} for each in models),
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _model(distribution: str, model: ModelVersion, data: Sequence[str]) -> Json:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{distribution}@{model.version}",
        "name": distribution,
        "version": str(model.version),
        "modelCard": {"modelParameters": {"datasets": [{"ref": name} for name in data]}},
        "properties": [{"name": "mlflow:run_id", "value": model.run_id}],
    }
