"""Names of people, as other systems read them; what is no such name reaches none of them."""

import pytest


@pytest.mark.parametrize(
    ("text", "backstage", "code_owners"),
    [
        ("analytics", True, False),
        ("group:default/team-analytics", True, False),
        ("user:jane.doe", True, False),
        ("default/analytics", True, False),
        ("a" * 63, True, False),
        ("a" * 64, False, False),
        ("Head of Sales", False, False),
        ("Leitung Einkauf", False, False),
        ("Köln", False, False),
        ("@acme/analytics", False, True),
        ("@jane", False, True),
        ("@acme/sub/team_1", False, True),
        ("team@acme.example", False, True),
        ("o'neil+x@acme.example", False, True),
        ("@", False, False),
        ("@acme/", False, False),
        ("@acme team", False, False),
        ("jane@localhost", False, False),
        ("group:default/", False, False),
        ("-analytics", False, False),
        ("unknown", False, False),
        ("analytics\n", False, False),
        ("", False, False),
    ],
)
def test_a_name_has_the_form_of_its_system(book, text, backstage, code_owners):
    references = book("references")
    assert references.is_entity_reference(text) is backstage
    assert references.is_code_owner(text) is code_owners


@pytest.mark.parametrize(
    ("manifest", "entity", "owner"),
    [
        ({"owners": {"technical": "analytics"}}, "analytics", ""),
        ({"owners": {"technical": "@acme/a"}}, "", "@acme/a"),
        ({"owners": {"technical": "Head of Sales"}}, "", ""),
        ({"owners": {"technical": "analytics"}, "references": {"backstage": None}}, "", ""),
        (
            {"owners": {"technical": "Jane"}, "references": {"backstage": "group:default/a", "code_owners": "@acme/a"}},
            "group:default/a",
            "@acme/a",
        ),
        ({"owners": "Jane", "references": ["a"]}, "", ""),
        ({}, "", ""),
    ],
)
def test_each_system_has_its_field_and_an_older_manifest_its_technical_owner(book, manifest, entity, owner):
    references = book("references")
    assert (references.entity_reference(manifest), references.code_owner(manifest)) == (entity, owner)
