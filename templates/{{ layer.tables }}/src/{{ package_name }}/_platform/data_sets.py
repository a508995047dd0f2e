"""The tables under contract as a bill of materials names them: what they are, whose, and the digest of a file."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .capabilities import Json
from .contract_rules import Contract
from .odcs import read_contract

PIECE: Final = 1 << 20  # bytes of a file that are held at once


def data_components(root: Path) -> list[Json]:
    """Describe each table under contract as a component of CycloneDX."""
    return [_component(each) for each in _data_sets(root)]


@dataclass(frozen=True)
class _DataSet:
    """A table under contract, and the digest of its file where it has one here."""

    contract: Contract
    sha256: str | None


def _data_sets(root: Path) -> list[_DataSet]:
    """Find the tables under contract, with the files that the settings name for them."""
    settings = tomllib.loads((root / "config" / "default.toml").read_text(encoding="utf-8"))
    files = dict(_files(settings))
    found = []
    for path in sorted((root / "data_contracts").glob("*.odcs.yaml")):
        file = root / files.get(path.relative_to(root).as_posix(), "")
        found.append(_DataSet(read_contract(path), _digest(file) if file.is_file() else None))
    return found


def _component(each: _DataSet) -> Json:
    contract = each.contract
    described = {
        "type": "dataset",
        "name": contract.id,
        "classification": contract.classification,
        "governance": {"owners": [{"organization": {"name": contract.owner}}]},
    }
    found: dict[str, object] = {
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
