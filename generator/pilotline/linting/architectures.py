"""Rules about reference architectures, which templates, checks and the pack for an architecture board read."""

from collections.abc import Iterator

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
