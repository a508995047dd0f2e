import datetime as dt

import pytest

from pilotline.documents.section import parse_document

MANIFEST = b"""\
stage: pilot
owners:
  business: "  head-of-sales "
  technical:
created: 2026-11-25
share: 0.2
on: true
vendors:
  - name: Acme
    by: "2027-01-31"
  - Beta
"""


@pytest.fixture
def manifest():
    return parse_document("pilot.yml", MANIFEST)


@pytest.mark.parametrize(
    ("keys", "text", "line"),
    [
        (("stage",), "pilot", 1),
        (("owners", "business"), "head-of-sales", 3),
        (("owners", "technical"), "", 4),
        (("owners", "gone"), "", 2),
        (("gone", "deeper"), "", 0),
        (("created",), "2026-11-25", 5),
        (("vendors", 0, "by"), "2027-01-31", 10),
        (("vendors", 1), "Beta", 11),
        (("vendors", 7), "", 8),
    ],
    ids=str,
)
def test_a_value_and_its_line_are_found_and_a_missing_one_is_empty(manifest, keys, text, line):
    assert manifest.text(*keys) == text
    assert manifest.place(*keys).line == line


def test_each_kind_of_value_is_read_as_such(manifest):
    assert manifest.date("created") == dt.date(2026, 11, 25)
    assert manifest.date("stage") is None
    assert manifest.number("share") == 0.2
    assert manifest.number("stage") is None
    assert manifest.number("on") is None
    assert manifest.flag("on") is True
    assert manifest.names("owners") == ("business", "technical")
    assert manifest.texts("vendors") == ("Beta",)
    assert [vendor.text("name") for vendor in manifest.items("vendors")] == ["Acme", ""]
    assert (manifest.has("owners"), manifest.has("owners", "technical")) == (True, False)


@pytest.mark.parametrize("text", [".inf", ".nan", "true", "abc"])
def test_what_is_no_finite_number_is_none(text):
    assert parse_document("a.yml", f"a: {text}".encode()).number("a") is None


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [("a.yml", b"a: 1\nb: [1\n", 3), ("a.json", b"{", 0), ("a.toml", b"a = ", 0), ("a.yml", b"\xff\xfe\x00", 0)],
    ids=["yaml", "json", "toml", "binary"],
)
def test_what_cannot_be_parsed_is_empty_and_says_why(path, content, line):
    document = parse_document(path, content)
    assert not document
    assert document.source.error
    assert document.source.error_line == line


def test_a_missing_file_is_empty_without_an_error():
    document = parse_document("gone.yml", None)
    assert (bool(document), document.source.error) == (False, "")


def test_toml_and_json_have_lines_too():
    settings = parse_document("a.toml", b'# x\n[ledger]\npath = "a.csv"\n')
    assert (settings.text("ledger", "path"), settings.place("ledger", "path").line) == ("a.csv", 3)
    package = parse_document("a.json", b'{\n "a": {\n  "b": 1}}')
    assert (package.number("a", "b"), package.place("a", "b").line) == (1.0, 3)
