"""What an architecture board wants to know, gathered from the catalog's data for one set of answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pilotline.architecture_pack.diagrams import Diagram, Edge, Node
from pilotline.catalog.architectures import Architecture, Component, Flow, Record, find_architecture, read_rows
from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_mapping
from pilotline.errors import CatalogError
from pilotline.template.answers import Answers
from pilotline.template.question_roles import said
from pilotline.template.snapshot import Snapshot

_INTEGRATIONS: Final = "templates/_integrations"
_POLICIES: Final = "templates/_organisation/policies.yml"
_CASES: Final = "cases"
_VIEW: Final = "view"
"""The computed answer in which a catalog says which parts of an architecture a pilot has."""


@dataclass(frozen=True)
class ClassifiedFlow:
    """One flow between two named ends, with the classification of what it carries."""

    source: str
    target: str
    carries: str
    classification: str
    personal: bool


@dataclass(frozen=True)
class ArchitectureDecision:
    """One decision record of the architecture."""

    title: str
    text: str


@dataclass(frozen=True)
class Pack:
    """Everything that the pages show."""

    architecture: Architecture
    catalog: str
    version: str
    answers: Mapping[str, object]
    integrations: tuple[str, ...]
    context: Diagram
    components: Diagram
    outside: tuple[Component, ...]
    flows: tuple[ClassifiedFlow, ...]
    decisions: tuple[ArchitectureDecision, ...]
    threats: tuple[Record, ...]
    cost_drivers: tuple[Record, ...]
    hosts: tuple[str, ...]
    contact: str


def gather_pack(snapshot: Snapshot, identifier: str, answers: Answers) -> Pack:
    """Gather the pack of one architecture.

    Args:
        snapshot: The catalog.
        identifier: The architecture.
        answers: Resolved answers with that architecture; they name integrations and classification.

    Raises:
        CatalogError: The catalog has no such architecture or integration, or its data cannot be read.
    """
    architecture = _as_answered(find_architecture(snapshot, identifier), answers)
    chosen = [str(name) for name in _list(said(answers.values, "integrations"))]
    extras = [_read(snapshot, f"{_INTEGRATIONS}/{name}.yml") for name in chosen]
    outside, outer = _surroundings(architecture, extras)
    policies = _read(snapshot, _POLICIES) if _POLICIES in snapshot.tree else {}
    return Pack(
        architecture=architecture,
        catalog=snapshot.identity.label,
        version=snapshot.identity.version or "",
        answers=answers.values,
        integrations=tuple(str(extra.get("title", name)) for name, extra in zip(chosen, extras, strict=True)),
        context=_context(architecture, outside, outer),
        components=_components(architecture, outside, outer),
        outside=outside,
        flows=tuple(_classify((*architecture.flows, *outer), (*architecture.components, *outside), answers)),
        decisions=tuple(_decisions(snapshot, identifier)),
        threats=(*architecture.threats, *_added(extras, "threats")),
        cost_drivers=(*architecture.cost_drivers, *_added(extras, "cost_drivers")),
        hosts=_hosts(policies, str(said(answers.values, "classification") or "")),
        contact=str(policies.get("contact", "")),
    )


def _as_answered(architecture: Architecture, answers: Answers) -> Architecture:
    """Keep the parts and flows that a pilot with these answers has, where the catalog computes them."""
    view = answers.values.get(_VIEW)
    if not isinstance(view, dict):
        return architecture
    parts, flows = Component.read_all(view.get("components")), Flow.read_all(view.get("flows"))
    ends = {part.id for part in (*parts, *architecture.outside)}
    outer = tuple(flow for flow in architecture.outside_flows if {flow.source, flow.target} <= ends)
    layers = tuple(map(str, _list(view.get("layers")))) or architecture.layers
    return replace(architecture, components=parts, flows=flows, outside_flows=outer, layers=layers)


def _added(integrations: Sequence[Mapping[str, object]], kind: str) -> Iterator[Record]:
    """List what integrations add of one kind."""
    return (row for each in integrations for row in read_rows(each.get(kind)))


def _surroundings(
    architecture: Architecture, integrations: Sequence[Mapping[str, object]]
) -> tuple[tuple[Component, ...], tuple[Flow, ...]]:
    """Gather what stands around the pilot and what flows to it: the architecture's, and what integrations add."""
    parts = [part for each in integrations for part in Component.read_all(each.get("outside"))]
    flows = [flow for each in integrations for flow in Flow.read_all(each.get("outside_flows"))]
    return (*architecture.outside, *parts), (*architecture.outside_flows, *flows)


def _context(architecture: Architecture, outside: Sequence[Component], flows: Sequence[Flow]) -> Diagram:
    """Show the pilot as one box among the people and systems around it."""
    inside = {part.id for part in architecture.components}
    nodes = [Node("pilot", architecture.title, "focus", "AI pilot"), *(_node(part) for part in outside)]
    edges = (
        Edge(_merge(flow.source, inside), _merge(flow.target, inside), flow.carries, flow.data == _CASES)
        for flow in flows
    )
    return Diagram(f"{architecture.title} in its surroundings", tuple(nodes), tuple(edges))


def _merge(end: str, inside: set[str]) -> str:
    return "pilot" if end in inside else end


def _components(architecture: Architecture, outside: Sequence[Component], flows: Sequence[Flow]) -> Diagram:
    """Show the parts of the pilot, and what around it they speak to."""
    parts = (*architecture.components, *outside)
    edges = (
        Edge(flow.source, flow.target, flow.carries, flow.data == _CASES) for flow in (*architecture.flows, *flows)
    )
    return Diagram(f"Parts of {architecture.title}", tuple(map(_node, parts)), tuple(edges))


def _node(part: Component) -> Node:
    notes = {"person": "person", "system": "system", "source": "adapter, reads", "sink": "adapter, writes"}
    return Node(part.id, part.title, part.kind, notes.get(part.kind, part.kind))


def _classify(flows: Sequence[Flow], parts: Sequence[Component], answers: Answers) -> Iterator[ClassifiedFlow]:
    """Give flows with single cases the pilot's classification; sums and counts are internal at the most."""
    titles = {part.id: part.title for part in parts}
    whole = str(said(answers.values, "classification") or "internal")
    personal = bool(said(answers.values, "personal_data"))
    for flow in flows:
        has_cases = flow.data == _CASES
        classification = whole if has_cases or whole == "public" else "internal"
        source, target = (titles.get(end, end) for end in (flow.source, flow.target))
        yield ClassifiedFlow(source, target, flow.carries, classification.replace("_", " "), has_cases and personal)


def _decisions(snapshot: Snapshot, identifier: str) -> Iterator[ArchitectureDecision]:
    folder = f"reference_architectures/{identifier}/decisions/"
    for path in sorted(path for path in snapshot.tree if path.startswith(folder) and path.endswith(".md")):
        heading, _, text = snapshot.tree[path].content.decode("utf-8").strip().partition("\n")
        yield ArchitectureDecision(heading.lstrip("# ").partition(". ")[2] or heading.lstrip("# "), text.strip())


def _hosts(policies: Mapping[str, object], classification: str) -> tuple[str, ...]:
    data = policies.get("data")
    place = data.get(classification) if isinstance(data, dict) else None
    return tuple(str(host) for host in _list(place.get("hosts"))) if isinstance(place, dict) else ()


def _read(snapshot: Snapshot, path: str) -> Mapping[str, object]:
    if path not in snapshot.tree:
        raise CatalogError(f"The catalog has no {path}.", "`pilotline catalog lint` shows everything that is missing.")
    try:
        return parse_mapping(snapshot.tree[path].content) or {}
    except YamlError as error:
        raise CatalogError(f"{path}, {explain_yaml_error(error)}.", "Mend the YAML and try again.") from error


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
