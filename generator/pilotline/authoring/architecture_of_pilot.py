"""What a pilot says of itself, as the description of an architecture; what it does not say is to be filled in.

It begins as the description of the architecture that the pilot is built on, so that every template finds what it reads.
Nothing of the pilot's own words may be taken for template syntax: the questions include the file.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from pilotline.authoring.described_text import TO_FILL, find_unfilled, number, text
from pilotline.authoring.kpis_of_pilot import keep_further, tell_measurement, tell_outcome, write_definition
from pilotline.authoring.parts_of_code import draw_parts
from pilotline.rules.plain import as_mapping, as_mappings, as_texts

_ALWAYS: Final = ("entrypoints", "measures", "_platform")
_OF_THE_OTHER: Final = frozenset({"example", "advice"})
"""What the architecture says that the pilot is built on, and nobody else: its table, and when to advise it."""
_AT_LEAST_ONE: Final = frozenset({"forbidden_imports"})
"""Lists that are left out where they are empty."""


class Described(NamedTuple):
    """A description, and what else the catalog needs for it."""

    data: Mapping[str, object]
    definitions: Mapping[str, str]
    """The organisation's definitions of KPIs that it has not yet, by id and version."""
    to_fill: tuple[str, ...]
    """What a person has to say, as keys of the description."""


class PilotFacts(NamedTuple):
    """What is known of a pilot."""

    manifest: Mapping[str, object]
    kpis: Mapping[str, object]
    code: Collection[str]
    """The folders and modules of its package, without `.py`."""
    dependencies: Sequence[str]
    layers: Sequence[str]
    contracts: Sequence[str]


def describe_architecture(
    name: str, title: str, like: Mapping[str, object], said: PilotFacts, definitions: Collection[str]
) -> Described:
    """Describe an architecture out of what a pilot says.

    Args:
        name: The architecture's id.
        title: What people read.
        like: The description of the architecture that the pilot is built on.
        said: What is known of the pilot.
        definitions: The organisation's definitions of KPIs, as `id@version`.
    """
    listed = as_mappings(said.kpis.get("kpis"))
    outcome = listed[0] if listed else {}
    kpi = tell_outcome(outcome, as_mapping(like.get("kpi")), definitions)
    data = {
        **{key: value for key, value in like.items() if key not in _OF_THE_OTHER},
        **_open_texts(name, title),
        **_code_facts(said, like),
        **_manifest_facts(said.manifest, like),
        **draw_parts(like, said.code),
        "kpi": kpi,
        "owner": text(outcome.get("owner")) or f"{TO_FILL}: who owns the outcome",
        "kpi_measurement": tell_measurement(outcome, as_mapping(like.get("kpi_measurement"))),
        "further_kpis": keep_further(listed[1:], as_mappings(like.get("further_kpis"))),
    }
    kept = {key: value for key, value in data.items() if value or key not in _AT_LEAST_ONE}
    uses = str(kpi["uses"])
    new = {} if uses in definitions else {uses: write_definition(kpi, text(outcome.get("formula")))}
    return Described(kept, new, tuple(find_unfilled(kept)))


def _open_texts(name: str, title: str) -> dict[str, object]:
    """Give what no manifest says."""
    return {
        "id": name,
        "title": title,
        "summary": f"{TO_FILL}: what it does, in one sentence.",
        "use_when": [f"{TO_FILL}: when it is the right choice"],
        "avoid_when": [f"{TO_FILL}: when it is not"],
        "project": {"name": title, "package": name, "distribution": name.replace("_", "-")},
        "quality": [{"attribute": TO_FILL, "met_by": TO_FILL, "shown_by": TO_FILL}],
        "cost_drivers": [{"driver": TO_FILL, "grows_with": TO_FILL, "size": TO_FILL}],
    }


def _code_facts(said: PilotFacts, like: Mapping[str, object]) -> dict[str, object]:
    """Say what the code needs. It is there whole, whatever a table looks like, so it has no shape."""
    facts: dict[str, object] = {
        "dependencies": list(dict.fromkeys([*as_texts(like.get("dependencies")), *said.dependencies])),
        "uses_layers": list(said.layers),
        "contracts": list(said.contracts),
        "layers": [each for each in as_texts(like.get("layers")) if each in {*said.code, *_ALWAYS}],
    }
    return {**facts, "shape": "none"} if "shape" in like else facts


def _manifest_facts(manifest: Mapping[str, object], like: Mapping[str, object]) -> dict[str, object]:
    """Take what the pilot's manifest says in the place of what its architecture said."""
    data, experiment = as_mapping(manifest.get("data")), as_mapping(manifest.get("experiment"))
    costs, uses = as_mapping(manifest.get("costs")), as_mapping(manifest.get("uses"))
    act, objective = as_mapping(manifest.get("ai_act")), as_mapping(manifest.get("objective"))
    known = as_mapping(like.get("ai_act"))
    kinds = ("intended", "unsupported", "restricted")
    told = {kind: [*as_texts(uses.get(kind))] or [f"{TO_FILL}: {kind}"] for kind in kinds}
    facts: dict[str, object] = {
        "decision": told["intended"][0],
        "objective": text(objective.get("id")) or like.get("objective"),
        "data_classification": text(data.get("classification")) or like.get("data_classification"),
        "personal_data": data.get("personal") is not False,
        "ai_act": {
            **{key: text(act.get(key)) or known.get(key) for key in ("class", "role")},
            "reason": text(act.get("reason")) or TO_FILL,
        },
        "uses": told,
        "users": text(experiment.get("users")) or TO_FILL,
        "hypothesis": text(experiment.get("hypothesis")) or TO_FILL,
        "legal_basis": text(data.get("basis")) or TO_FILL,
        "costs": {
            **{key: number(costs.get(key)) for key in ("build", "run_per_month", "people_per_month")},
            "source": text(costs.get("source")) or TO_FILL,
        },
    }
    numbers = {
        "retention_days": data.get("retention_days"),
        "model_max_age_days": as_mapping(manifest.get("model")).get("max_age_days"),
        "every_days": as_mapping(manifest.get("operation")).get("every_days"),
    }
    return {**facts, **{key: value for key, value in numbers.items() if number(value) is not None}}
