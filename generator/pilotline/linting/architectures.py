"""Rules about reference architectures, which templates, checks and the pack for an architecture board read."""

from collections.abc import Iterator

from pilotline.catalog.advice import read_needs
from pilotline.documents.positions import line_of
from pilotline.documents.schema import find_violations, read_schema
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.linting.catalog_under_test import Subject
from pilotline.linting.rule import Found, rule


@rule(
    "architecture-form",
    "Write it as `pilotline catalog add architecture` does; the form is a JSON Schema, architecture.schema.json.",
)
def architecture_form(subject: Subject) -> Iterator[Found]:
    """An architecture that misses a part fails in the pilot, the check or the pack that needs the part."""
    schema = read_schema("architecture")
    for path, data in _architectures(subject):
        content = subject.tree[path].content
        for violation in find_violations(data, schema):
            yield Found(path, f"{violation.place or 'It'} {violation.message}.", line_of(content, *violation.keys))


@rule("architecture-part", "Name a component of the architecture, or something outside that it lists.")
def architecture_part(subject: Subject) -> Iterator[Found]:
    """A flow or a threat without its part is drawn as nothing."""
    for path, data in _architectures(subject):
        known = {item.get("id") for key in ("components", "outside") for item in _records(data.get(key))}
        for key, names in (("flows", ("from", "to")), ("outside_flows", ("from", "to")), ("threats", ("component",))):
            for index, item in enumerate(_records(data.get(key))):
                for name in names:
                    if name in item and item[name] not in known:
                        line = line_of(subject.tree[path].content, key, index)
                        yield Found(path, f"{key}[{index}].{name} is {item[name]}, which is no part.", line)


@rule("architecture-layer", "Correct the name in `uses_layers`, or list what that layer needs beside it.")
def architecture_layer(subject: Subject) -> Iterator[Found]:
    """A layer without a folder brings nothing, and one without those that it needs breaks in the pilot."""
    for path, data in _architectures(subject):
        listed = data.get("uses_layers")
        names = [str(name) for name in listed] if isinstance(listed, list) else []
        for index, name in enumerate(names):
            line = line_of(subject.tree[path].content, "uses_layers", index)
            if name not in subject.layer_folders:
                yield Found(path, f"uses_layers has {name}, but there is no folder of that layer.", line)
            elif lacking := [each for each in _needs(subject, name) if each not in names]:
                yield Found(path, f"uses_layers has {name}, which needs {', '.join(lacking)}.", line)


@rule("architecture-advice", "Use a need and an answer of reference_architectures/needs.yml, once each.")
def architecture_advice(subject: Subject) -> Iterator[Found]:
    """Advice about what nobody is asked is never given."""
    known = {(need.id, answer) for need in read_needs(subject.snapshot) for answer in need.answers}
    for path, data in _architectures(subject):
        seen: set[tuple[object, object]] = set()
        for index, item in enumerate(_records(data.get("advice"))):
            said = (item.get("need"), item.get("answer"))
            line = line_of(subject.tree[path].content, "advice", index)
            if said not in known:
                yield Found(path, f"advice[{index}] is about {said[0]}={said[1]}, which nobody is asked.", line)
            elif said in seen:
                yield Found(path, f"advice[{index}] speaks of {said[0]}={said[1]} again.", line)
            seen.add(said)


def _needs(subject: Subject, layer: str) -> list[str]:
    """Name the layers that a layer rests on, as its data says."""
    file = subject.tree.get(f"templates/_layers/{layer}.yml")
    try:
        needs = (parse_mapping(file.content) or {}).get("needs") if file else None
    except (YamlError, UnicodeDecodeError):
        return []
    return [str(each) for each in needs] if isinstance(needs, list) else []


def _architectures(subject: Subject) -> Iterator[tuple[str, dict[str, object]]]:
    for path in subject.tree:
        if path.startswith("reference_architectures/") and path.endswith("/architecture.yml"):
            try:
                data = parse_mapping(subject.tree[path].content)
            except (YamlError, UnicodeDecodeError):
                continue
            yield path, data or {}


def _records(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
