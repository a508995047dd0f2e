"""Rules about the acceptable uses of AI in the organisation's policies."""

from collections.abc import Iterator, Mapping
from typing import Final

from pilotline.documents.positions import line_of
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.linting.catalog_under_test import Subject
from pilotline.linting.rule import Found, rule
from pilotline.rules.plain import as_mapping

POLICIES: Final = "templates/_organisation/policies.yml"
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "allowed": (),
    "restricted": ("condition",),
    "forbidden": ("why",),
}
"""What each rule has to say besides, so that whoever meets it knows what to do."""


@rule(
    "acceptable-use",
    "Give each use an id of its own, a title and a rule: allowed, restricted with condition, forbidden with why.",
)
def acceptable_use(subject: Subject) -> Iterator[Found]:
    """A use without a rule, or a rule without its reason, leaves everybody to guess."""
    try:
        data = parse_mapping(subject.tree[POLICIES].content) if POLICIES in subject.tree else None
    except (YamlError, UnicodeDecodeError):
        return
    uses = as_mapping((data or {}).get("acceptable_use")).get("uses")
    if not isinstance(uses, list):
        return
    content, seen = subject.tree[POLICIES].content, set[str]()
    for index, each in enumerate(map(as_mapping, uses)):
        line = line_of(content, "acceptable_use", "uses", index)
        yield from (Found(POLICIES, text, line) for text in _mistakes(each, index, seen))
        seen.add(str(each.get("id")))
    if not any(as_mapping(each).get("rule") == "allowed" for each in uses):
        yield Found(POLICIES, "No use is allowed, so no pilot can be made.", line_of(content, "acceptable_use", "uses"))


def _mistakes(use: Mapping[str, object], index: int, seen: set[str]) -> Iterator[str]:
    name, kind = str(use.get("id") or f"number {index + 1}"), str(use.get("rule"))
    if kind not in _NEEDED:
        yield f"The use {name} is {kind}; it may be {', '.join(_NEEDED)}."
    lacking = [key for key in ("id", "title", *_NEEDED.get(kind, ())) if not str(use.get(key) or "").strip()]
    if lacking:
        yield f"The use {name} does not say its {', '.join(lacking)}."
    if name in seen:
        yield f"Two uses are called {name}."
    if use.get("usual_for") and kind != "allowed":
        yield f"The use {name} is {kind}, so it cannot be what an architecture begins with (usual_for)."
