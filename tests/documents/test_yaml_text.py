"""A text that was parsed before is not parsed again, and nobody sees what others did with its values."""

import pytest

from pilotline.documents.yaml_text import YamlError, parse_documents, parse_known_yaml, parse_yaml

NESTED = "[" * 300 + "]" * 300


@pytest.mark.parametrize("text", ["a: {b: [1, 2.5, true, ~]}", "- &x {a: 1}\n- *x", "2026-11-30", "", NESTED])
def test_it_is_what_parsing_gives(text):
    assert parse_known_yaml(text) == parse_yaml(text)
    assert parse_known_yaml(text) == parse_yaml(text)


def test_values_are_the_callers_own():
    first = parse_known_yaml("a: [1]")
    assert isinstance(first, dict)
    first["a"].append(2)
    assert parse_known_yaml("a: [1]") == {"a": [1]}


def test_what_is_no_yaml_is_refused_each_time():
    for _ in range(2):
        with pytest.raises(YamlError):
            parse_known_yaml("a: [")


def test_a_stream_holds_several_documents_and_none_that_is_no_yaml():
    assert parse_documents("a: 1\n---\n# two\n- b\n") == ({"a": 1}, ["b"])
    with pytest.raises(YamlError):
        parse_documents("a: 1\n---\nb: [")
    with pytest.raises(YamlError):
        parse_documents("a: 1\n---\n" + "[" * 3000 + "]" * 3000)
