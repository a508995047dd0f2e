"""The parts of a pilot's code as an architecture draws them, beside what the platform does."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from pilotline.authoring.described_text import TO_FILL
from pilotline.rules.plain import as_mappings, as_texts

_KINDS: Final = {
    "domain": ("Domain", "code", "What the business says, in plain Python"),
    "ports": ("Ports", "code", "What the domain needs from outside"),
    "services": ("Use cases", "code", "What is done with the domain, through the ports"),
    "adapters": ("Adapters", "source", "Reads and writes what is around the pilot"),
    "pipelines": ("Pipelines", "code", "The steps of the main job"),
    "entrypoints": ("Entry points", "code", "Where people and systems come in"),
}
"""The folders of the generated code as components: title, kind and what each does."""


def draw_parts(like: Mapping[str, object], code: Collection[str]) -> dict[str, object]:
    """Draw the folders of the code beside what the platform does; how data flows between them is to be drawn.

    Args:
        like: The description of the architecture that the pilot is built on: what it says of the platform stays.
        code: The folders of the team's code.
    """
    ours = [_part(each) for each in _KINDS if each in code]
    names = [str(each["id"]) for each in ours]
    parts = as_mappings(like.get("components"))
    platform = [
        {key: value for key, value in each.items() if key != "shapes"}
        for each in parts
        if str(each.get("path", "")).startswith("_platform/") and each.get("id") not in names
    ]
    kept = {str(each.get("id")) for each in platform}
    flows = [each for each in as_mappings(like.get("flows")) if {each.get("from"), each.get("to")} <= kept]
    around = [each for each in as_mappings(like.get("outside_flows")) if {each.get("from"), each.get("to")} & kept]
    ends = {end for each in around for end in (each.get("from"), each.get("to"))}
    threats = [each for each in as_mappings(like.get("threats")) if each.get("component") in kept]
    return {
        "components": [*ours, *platform],
        "flows": [*flows, *_chain(names)],
        "outside": [each for each in as_mappings(like.get("outside")) if each.get("id") in ends],
        "outside_flows": around,
        "threats": [*threats, *(_threat(name) for name in names[:1])],
        "forbidden_imports": list(_forbidden(like, code)),
    }


def _part(name: str) -> dict[str, object]:
    title, kind, does = _KINDS[name]
    does = f"{does} ({TO_FILL}: what exactly)"
    return {"id": name, "title": title, "kind": kind, "path": f"{name}/", "port": "", "does": does}


def _threat(component: str) -> dict[str, object]:
    said = {"threat": TO_FILL, "likelihood": "medium", "damage": "medium", "treatment": TO_FILL}
    return {"component": component, **said, "owner": "technical"}


def _chain(ids: Sequence[str]) -> Iterator[dict[str, object]]:
    """Say of each part of the code that its flows are to be drawn."""
    for one, other in pairwise(ids):
        yield {"from": one, "to": other, "carries": f"{TO_FILL}: draw what flows here", "data": "cases"}


def _forbidden(like: Mapping[str, object], code: Collection[str]) -> Iterator[dict[str, object]]:
    for each in as_mappings(like.get("forbidden_imports")):
        places = [place for place in as_texts(each.get("in")) if place in code]
        if places:
            yield {**each, "in": places}
