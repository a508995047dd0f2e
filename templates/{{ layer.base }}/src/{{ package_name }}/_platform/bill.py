"""The bill of materials of models and data: what the packages' own bill does not name, as CycloneDX writes it.

It holds no day and no number of its own: the same model on the same data gives the same bytes.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .contract_rules import Contract
from .model_version import ModelVersion
from .odcs import read_contract

BILL: Final = "ops/ml-bom.cdx.json"
SCHEMA: Final = "http://cyclonedx.org/schema/bom-1.6.schema.json"
PIECE: Final = 1 << 20  # bytes of a file that are held at once
Json = dict[str, object]


@dataclass(frozen=True)
class DataSet:
    """A table under contract, and the digest of its file where it has one here."""

    contract: Contract
    sha256: str | None


def data_sets(root: Path) -> list[DataSet]:
    """Find the tables under contract, with the files that the settings name for them."""
    settings = tomllib.loads((root / "config" / "default.toml").read_text(encoding="utf-8"))
    files = dict(_files(settings))
    found = []
    for path in sorted((root / "data_contracts").glob("*.odcs.yaml")):
        file = root / files.get(path.relative_to(root).as_posix(), "")
        found.append(DataSet(read_contract(path), _digest(file) if file.is_file() else None))
    return found


def make_bill(distribution: str, model: ModelVersion | None, data: Sequence[DataSet]) -> str:
    """Write the bill: the champion, where a model decides, and the data sets that it rests on."""
    parts = [_data(each) for each in data]
    names = [str(part["bom-ref"]) for part in parts]
    models = [_model(distribution, model, names)] if model is not None else []
    document: Json = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": distribution, "name": distribution}},
        "components": [*models, *parts],
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


def _data(each: DataSet) -> Json:
    contract = each.contract
    described = {
        "type": "dataset",
        "name": contract.id,
        "classification": contract.classification,
        "governance": {"owners": [{"organization": {"name": contract.owner}}]},
    }
    found: Json = {
        "type": "data",
        "bom-ref": f"data:{contract.id}@{contract.version}",
        "name": contract.id,
        "version": contract.version,
        "data": [described],
    }
    return found | ({"hashes": [{"alg": "SHA-256", "content": each.sha256}]} if each.sha256 else {})


def _files(section: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Give the file of each contract, wherever the settings name the two beside each other."""
    contract, path = section.get("contract"), section.get("path")
    if isinstance(contract, str) and isinstance(path, str):
        yield contract, path
    for part in section.values():
        if isinstance(part, dict):
            yield from _files(part)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
