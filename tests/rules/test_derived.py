"""Derived files: where they go, what they are made from, and which were written by hand."""

import pytest


@pytest.mark.parametrize(
    ("template", "folders", "place"),
    [
        ("{#- writes: a/b.md -#}\ntext", [], "a/b.md"),
        ("{# writes: a/b.md #}", [], "a/b.md"),
        ("{#- writes: .github/X or X -#}", [".github"], ".github/X"),
        ("{#- writes: .github/X or X -#}", [], "X"),
        ("{#- writes: X or a/X -#}", [""], "X"),
        ("text {#- writes: a -#}", [], None),
        ("", [], None),
    ],
)
def test_a_template_names_its_places_and_the_first_whose_folder_is_there_is_taken(book, template, folders, place):
    assert book("derived").read_place(template, folders.__contains__) == place


def test_a_file_without_its_source_was_written_by_hand(book):
    rules = book("derived")
    digest = rules.source_hash(b"kpis", b"pilot")
    assert rules.is_derived(f"# Source: sha256 {digest}\n".encode())
    assert not rules.is_derived(b"by hand")
    assert digest != rules.source_hash(b"pilot", b"kpis")


def test_json_in_a_template(book):
    assert book("derived").to_json({"a": "ä"}) == '{"a": "\\u00e4"}'
    assert book("derived").to_json({"a": "ä"}, ensure_ascii=False) == '{"a": "ä"}'
    assert book("derived").read_evidence('{"a": 1}\n[]\n') == [{"a": 1}, []]
    with pytest.raises(ValueError, match="Expecting"):
        book("derived").read_evidence("no")
