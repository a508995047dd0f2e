"""What a pilot says is written so that no template takes it for its own syntax."""

import pytest
import yaml
from jinja2 import Environment

from pilotline.authoring.described_text import find_unfilled, number, word, write_yaml

TEXTS = ["{{ 7 * 7 }}", "{{{ x", "{% raw %}", "{# gone #}", "a: {{b}}\n- '{%'", "{ plain }", "{{{{", 'say "{{ x }}"']


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_survives_a_template_and_yaml(text):
    written = write_yaml({"said": text, text: [text]})
    assert Environment(autoescape=False).from_string(written).render() == written.removesuffix("\n")
    assert yaml.safe_load(written) == {"said": text, text: [text]}


def test_what_stands_in_two_places_is_written_twice():
    shared = ["a"]
    assert write_yaml({"one": shared, "two": shared}) == "one:\n- a\ntwo:\n- a\n"


def test_what_is_to_be_filled_in_is_named_by_its_place():
    data = {"kpi": {"baseline": None, "title": "T"}, "costs": None, "flows": [{"carries": "To fill in: what"}]}
    assert list(find_unfilled(data)) == ["kpi.baseline", "flows[0].carries"]


@pytest.mark.parametrize("value", ["../x", "A", "", 3, "a b", None, "x" * 99])
def test_an_id_that_is_none_is_not_taken(value):
    assert word(value) == ""


def test_a_number_is_kept_as_it_is_written():
    assert [number(value) for value in (3, 0.5, True, "3", None)] == [3, 0.5, None, None, None]
