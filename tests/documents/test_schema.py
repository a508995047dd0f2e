import copy
import json

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pilotline.documents.schema import find_violations, read_schema
from tests.readiness.helpers import example, pilot

SCHEMAS = ["pilot", "kpis"]
VALID = {name: yaml.safe_load(pilot()[f"{name}.yml"]) for name in SCHEMAS}


def reference(data, schema):
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(data)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_published_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(read_schema(name))
    assert read_schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("files", [pilot(), example(), example(prepared_for="production")], ids=["real", "ex", "all"])
def test_what_is_generated_has_its_form_for_both_validators(files):
    data = yaml.safe_load(files["pilot.yml"])
    assert find_violations(data, read_schema("pilot")) == ()
    assert reference(data, read_schema("pilot"))


def test_a_pilot_carries_the_schema_and_its_manifest_names_it():
    files = pilot()
    carried = "src/customer_call_list/_platform/pilot.schema.json"
    assert json.loads(files[carried]) == read_schema("pilot")
    manifest = files["pilot.yml"]
    assert isinstance(manifest, bytes)
    assert manifest.decode().startswith(f"# yaml-language-server: $schema={carried}\n")


def places(data, keys=()):
    """Every place of a document, so that each can be damaged."""
    yield keys
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in parts:
        yield from places(value, (*keys, key))


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.floats(allow_nan=False, allow_infinity=False), st.just(""),
    st.sampled_from(["sandbox", "2026-02-30", "2026-02-03", "EUR", "eur", "high", "x"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.sampled_from(["role", "by"]), st.just("2026-01-01")),
)  # fmt: skip


@pytest.mark.parametrize("name", SCHEMAS)
@given(draw=st.data())
def test_the_verdict_is_that_of_the_reference_for_any_damage(name, draw):
    data = copy.deepcopy(VALID[name])
    for _ in range(draw.draw(st.integers(1, 3))):
        known = [place for place in places(data) if place]
        if not known:
            break
        keys = draw.draw(st.sampled_from(known))
        part = data
        for key in keys[:-1]:
            part = part[key]
        if draw.draw(st.booleans()):
            part[keys[-1]] = draw.draw(ODD)
        else:
            del part[keys[-1]]
    assert (not find_violations(data, read_schema(name))) == reference(data, read_schema(name))


def test_all_problems_come_at_once_with_their_place():
    data = copy.deepcopy(VALID["pilot"])
    data["stage"], data["uses"]["intended"], data["review_by"] = "beta", [], "tomorrow"
    del data["owners"]["business"]

    found = {violation.place: violation.message for violation in find_violations(data, read_schema("pilot"))}

    assert found == {
        "stage": 'is "beta"; it may be "sandbox", "pilot", "production"',
        "review_by": 'is "tomorrow"; a date is written YYYY-MM-DD',
        "owners.business": "is missing",
        "uses.intended": "has 0 entries; it needs 1 or more",
    }


WORDS = [
    ({"type": "integer", "minimum": 3}, 2, "is 2; it is at least 3"),
    ({"exclusiveMinimum": 0}, 0, "is 0; it is to be above 0"),
    ({"maximum": 1}, 2, "is 2; it is at most 1"),
    ({"type": ["string", "null"]}, 1, "is to be a text or empty"),
    ({"const": 1}, True, "is true; it is to be 1"),
    ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}, "is not known here"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1, "is to be a text"),
    ({"allOf": [{"type": "string"}]}, 1, "is to be a text"),
    ({"if": {"type": "string"}, "then": {"minLength": 3}}, "ab", "is shorter than 3 characters"),
    ({"if": {"type": "string"}, "else": {"enum": [1]}}, 2, "is 2; it may be 1"),
]


@pytest.mark.parametrize(("schema", "value", "message"), WORDS, ids=[str(row[0]) for row in WORDS])
def test_a_violation_is_said_in_words_and_is_one_for_the_reference_too(schema, value, message):
    assert [violation.message for violation in find_violations(value, schema)] == [message]
    assert not reference(value, schema)


@pytest.mark.parametrize("schema", [{"minProperties": 1}, {"format": "email"}], ids=["keyword", "format"])
def test_what_is_not_supported_is_refused_instead_of_ignored(schema):
    with pytest.raises(ValueError, match="not known"):
        find_violations("x", schema)
