"""Reference architectures of a catalog, as data that people choose by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_mapping
from pilotline.errors import CatalogError
from pilotline.template.snapshot import Snapshot

_FOLDER = "reference_architectures"
Record = Mapping[str, str]
"""A row of a table: text by column."""


@dataclass(frozen=True)
class Component:
    """One component of an architecture, or a person or system around it."""

    id: str
    title: str
    kind: str
    path: str
    does: str

    @classmethod
    def read_all(cls, value: object) -> tuple[Self, ...]:
        """Read a list of parts."""
        return tuple(
            cls(item["id"], item.get("title", item["id"]), item.get("kind", ""), item.get("path", ""), item["does"])
            for item in ({"id": "", "does": "", **record} for record in read_rows(value))
        )


@dataclass(frozen=True)
class Flow:
    """What goes from one part to another; `data` tells whether it carries single cases or sums."""

    source: str
    target: str
    carries: str
    data: str

    @classmethod
    def read_all(cls, value: object) -> tuple[Self, ...]:
        """Read a list of flows."""
        return tuple(
            cls(item.get("from", ""), item.get("to", ""), item.get("carries", ""), item.get("data", "cases"))
            for item in read_rows(value)
        )


@dataclass(frozen=True)
class Architecture:
    """A named, documented solution shape."""

    id: str
    title: str
    summary: str
    decision: str
    use_when: tuple[str, ...]
    avoid_when: tuple[str, ...]
    components: tuple[Component, ...]
    flows: tuple[Flow, ...]
    outside: tuple[Component, ...]
    outside_flows: tuple[Flow, ...]
    layers: tuple[str, ...]
    quality: tuple[Record, ...]
    threats: tuple[Record, ...]
    cost_drivers: tuple[Record, ...]
    operating_model: tuple[Record, ...]
    readme: str


def list_architectures(snapshot: Snapshot) -> tuple[Architecture, ...]:
    """Read every architecture of a catalog, by id.

    Raises:
        CatalogError: One of them cannot be read.
    """
    ids = sorted(path.split("/")[1] for path in snapshot.tree if _is_definition(path))
    return tuple(_read(snapshot, identifier) for identifier in ids)


def find_architecture(snapshot: Snapshot, identifier: str) -> Architecture:
    """Find one architecture.

    Raises:
        CatalogError: The catalog has none of this id.
    """
    found = {architecture.id: architecture for architecture in list_architectures(snapshot)}
    if identifier not in found:
        raise CatalogError(
            f"There is no architecture {identifier}.", f"This catalog has: {', '.join(found) or 'none'}."
        )
    return found[identifier]


def read_rows(value: object) -> tuple[Record, ...]:
    """Read a list of mappings as rows of text."""
    if not isinstance(value, list):
        return ()
    return tuple({str(key): str(cell) for key, cell in item.items()} for item in value if isinstance(item, dict))


def _is_definition(path: str) -> bool:
    parts = path.split("/")
    return len(parts) == 3 and parts[0] == _FOLDER and parts[2] == "architecture.yml"  # noqa: PLR2004


def _read(snapshot: Snapshot, identifier: str) -> Architecture:
    place = f"{_FOLDER}/{identifier}/architecture.yml"
    try:
        data = parse_mapping(snapshot.tree[place].content)
    except YamlError as error:
        raise CatalogError(f"{place}, {explain_yaml_error(error)}.", "Mend the YAML and try again.") from error
    if data is None:
        raise CatalogError(f"{place} holds no mapping.", "Write it as in the built-in catalog.")
    readme = f"{_FOLDER}/{identifier}/README.md"
    return Architecture(
        id=identifier,
        title=str(data.get("title", identifier)),
        summary=str(data.get("summary", "")),
        decision=str(data.get("decision", "")),
        use_when=_texts(data.get("use_when")),
        avoid_when=_texts(data.get("avoid_when")),
        components=Component.read_all(data.get("components")),
        flows=Flow.read_all(data.get("flows")),
        outside=Component.read_all(data.get("outside")),
        outside_flows=Flow.read_all(data.get("outside_flows")),
        layers=_texts(data.get("layers")),
        quality=read_rows(data.get("quality")),
        threats=read_rows(data.get("threats")),
        cost_drivers=read_rows(data.get("cost_drivers")),
        operating_model=read_rows(data.get("operating_model")),
        readme=readme if readme in snapshot.tree else "",
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
