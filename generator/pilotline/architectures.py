"""Reference architectures of a catalog, as data that people choose by."""

from collections.abc import Mapping
from dataclasses import dataclass

from pilotline.catalog import Snapshot
from pilotline.errors import CatalogError
from pilotline.yamls import YamlError, explain_yaml_error, parse_mapping

_FOLDER = "reference_architectures"


@dataclass(frozen=True)
class Component:
    """One part of an architecture: what it does and where it lies in the pilot."""

    id: str
    title: str
    kind: str
    path: str
    does: str


@dataclass(frozen=True)
class Flow:
    """What goes from one component to another."""

    source: str
    target: str
    carries: str


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
        components=tuple(_component(item) for item in _mappings(data.get("components"))),
        flows=tuple(
            Flow(str(item.get("from", "")), str(item.get("to", "")), str(item.get("carries", "")))
            for item in _mappings(data.get("flows"))
        ),
        readme=readme if readme in snapshot.tree else "",
    )


def _component(item: Mapping[str, object]) -> Component:
    text = {key: str(value) for key, value in item.items()}
    identifier = text.get("id", "")
    return Component(
        identifier, text.get("title", identifier), text.get("kind", ""), text.get("path", ""), text.get("does", "")
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _mappings(value: object) -> tuple[Mapping[str, object], ...]:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
