"""Validating a manifest against its schema: all problems at once, in words, in a few milliseconds.

The vocabulary is the part of JSON Schema 2020-12 that the published schemas use; a keyword that is not known here is
refused, so that no rule is silently ignored. A test compares the verdict with that of the `jsonschema` library.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.documents.positions import Key

Schema = Mapping[str, object]


class SchemaViolation(NamedTuple):
    """One place where a document breaks its schema."""

    keys: tuple[Key, ...]
    message: str

    @property
    def place(self) -> str:
        """The keys as people write them: `kpis[0].target.value`."""
        text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys)
        return text.removeprefix(".")


@lru_cache(maxsize=8)
def read_schema(name: str) -> Schema:
    """Read a published schema by its name, such as `pilot`."""
    schema: Schema = json.loads((Path(__file__).parent / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def find_violations(data: object, schema: Schema) -> tuple[SchemaViolation, ...]:
    """Find every place where plain data breaks a schema.

    Raises:
        ValueError: The schema uses a keyword that is not known here.
    """
    return tuple(_check(_Place(data, (), schema), schema))


_TYPES: Final[Mapping[str, Callable[[object], bool]]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
}
_WORDS: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "boolean": "true or false",
    "null": "empty",
    "number": "a number",
    "integer": "a whole number",
}
_SILENT: Final = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples", "then", "else", "type"}
)


Violations = Iterator[SchemaViolation]
Keys = tuple[Key, ...]


class _Place(NamedTuple):
    """A value with the keys that lead to it, and the schema that its references are resolved in."""

    value: object
    keys: Keys
    root: Schema

    def below(self, key: Key, value: object) -> "_Place":
        return _Place(value, (*self.keys, key), self.root)

    def wrong(self, message: str) -> SchemaViolation:
        return SchemaViolation(self.keys, message)


def _check(place: _Place, schema: object) -> Violations:
    """Apply a schema to a value; a wrong type ends it, because nothing else would make sense then."""
    if isinstance(schema, bool):
        if not schema:
            yield place.wrong("is not known here")
        return
    rules = _mapping(schema)
    if "type" in rules and not _has_type(place.value, rules["type"]):
        yield place.wrong(f"is to be {_name_types(rules['type'])}")
        return
    for keyword, rule in rules.items():
        if keyword not in _SILENT:
            if keyword not in _KEYWORDS:
                raise ValueError(f"the keyword {keyword} is not known")
            yield from _KEYWORDS[keyword](place, rule, rules)


def _mapping(value: object) -> Schema:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _has_type(value: object, types: object) -> bool:
    return any(_TYPES[str(name)](value) for name in _list(types))


def _name_types(types: object) -> str:
    return " or ".join(_WORDS[str(name)] for name in _list(types))


def _ref(place: _Place, rule: object, _: Schema) -> Violations:
    target: object = place.root
    for part in str(rule).removeprefix("#/").split("/"):
        target = _mapping(target)[part]
    return _check(place, target)


def _properties(place: _Place, rule: object, _: Schema) -> Violations:
    value = _mapping(place.value)
    for name, schema in _mapping(rule).items():
        if name in value:
            yield from _check(place.below(name, value[name]), schema)


def _other_properties(place: _Place, rule: object, schema: Schema) -> Violations:
    named, patterns = _mapping(schema.get("properties")), _mapping(schema.get("patternProperties"))
    for name, value in _mapping(place.value).items():
        if name in named or any(re.search(pattern, str(name)) for pattern in patterns):
            continue
        if rule is False:
            yield place.below(name, value).wrong(_unknown(str(name), named, patterns))
        else:
            yield from _check(place.below(name, value), rule)


def _unknown(name: str, named: Schema, patterns: Schema) -> str:
    """Say that a name is not known, which one may be meant, and how a field of one's own is called."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed only where something is wrong

    meant = get_close_matches(name, map(str, named), 1)
    said = f"is not known here; did you mean {meant[0]}?" if meant else "is not known here"
    return f"{said}{'' if meant else '.'} A field of your own begins with x_" if "^x_" in patterns else said


def _pattern_properties(place: _Place, rule: object, _: Schema) -> Violations:
    for pattern, schema in _mapping(rule).items():
        for name, value in _mapping(place.value).items():
            if re.search(pattern, str(name)):
                yield from _check(place.below(name, value), schema)


def _required(place: _Place, rule: object, _: Schema) -> Violations:
    if isinstance(place.value, dict):
        names = (str(name) for name in _list(rule))
        yield from (place.below(name, None).wrong("is missing") for name in names if name not in place.value)


def _items(place: _Place, rule: object, _: Schema) -> Violations:
    if isinstance(place.value, list):
        for index, item in enumerate(place.value):
            yield from _check(place.below(index, item), rule)


def _any_of(place: _Place, rule: object, _: Schema) -> Violations:
    found = [tuple(_check(place, option)) for option in _list(rule)]
    if all(found):
        yield from min(found, key=len)


def _all_of(place: _Place, rule: object, _: Schema) -> Violations:
    for schema in _list(rule):
        yield from _check(place, schema)


def _if(place: _Place, rule: object, schema: Schema) -> Violations:
    branch = "else" if any(_check(place, rule)) else "then"
    return _check(place, schema.get(branch, True))


def _enum(place: _Place, rule: object, _: Schema) -> Violations:
    if not any(_same(place.value, allowed) for allowed in _list(rule)):
        yield place.wrong(f"is {_show(place.value)}; it may be {', '.join(map(_show, _list(rule)))}")


def _const(place: _Place, rule: object, _: Schema) -> Violations:
    if not _same(place.value, rule):
        yield place.wrong(f"is {_show(place.value)}; it is to be {_show(rule)}")


def _pattern(place: _Place, rule: object, schema: Schema) -> Violations:
    if isinstance(place.value, str) and not re.search(str(rule), place.value):
        meant = str(schema.get("description") or f"a text of the form {rule}").rstrip(".")
        yield place.wrong(f"is {_show(place.value)}; it is to be {meant}")


def _format(place: _Place, rule: object, _: Schema) -> Violations:
    if rule != "date":
        raise ValueError(f"the format {rule} is not known")
    if isinstance(place.value, str) and not _is_date(place.value):
        yield place.wrong(f"is {_show(place.value)}; a date is written YYYY-MM-DD")


def _min_length(place: _Place, rule: object, _: Schema) -> Violations:
    if isinstance(place.value, str) and len(place.value) < _number(rule):
        yield place.wrong("is empty" if not place.value else f"is shorter than {rule} characters")


def _min_items(place: _Place, rule: object, _: Schema) -> Violations:
    if isinstance(place.value, list) and len(place.value) < _number(rule):
        yield place.wrong(f"has {len(place.value)} entries; it needs {rule} or more")


def _minimum(place: _Place, rule: object, _: Schema) -> Violations:
    if _TYPES["number"](place.value) and _number(place.value) < _number(rule):
        yield place.wrong(f"is {place.value}; it is at least {rule}")


def _above(place: _Place, rule: object, _: Schema) -> Violations:
    if _TYPES["number"](place.value) and _number(place.value) <= _number(rule):
        yield place.wrong(f"is {place.value}; it is to be above {rule}")


def _maximum(place: _Place, rule: object, _: Schema) -> Violations:
    if _TYPES["number"](place.value) and _number(place.value) > _number(rule):
        yield place.wrong(f"is {place.value}; it is at most {rule}")


_KEYWORDS: Final[Mapping[str, Callable[[_Place, object, Schema], Violations]]] = {
    "$ref": _ref,
    "additionalProperties": _other_properties,
    "allOf": _all_of,
    "anyOf": _any_of,
    "const": _const,
    "enum": _enum,
    "exclusiveMinimum": _above,
    "format": _format,
    "if": _if,
    "items": _items,
    "maximum": _maximum,
    "minItems": _min_items,
    "minLength": _min_length,
    "minimum": _minimum,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "properties": _properties,
    "required": _required,
}


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _is_date(value: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def _same(value: object, other: object) -> bool:
    """Compare as JSON does: true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _show(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004
