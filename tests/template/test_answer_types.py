import pytest
from copier._tools import cast_to_bool
from copier._user_data import parse_yaml_list

from pilotline.template.answer_types import cast_answer, cast_bool, split_yaml_list

VALUES: list[object] = [
    True,
    False,
    None,
    0,
    1,
    2.5,
    "",
    " ",
    "yes",
    "No",
    "T",
    "off",
    "~",
    "null",
    "none",
    "0",
    "1",
    "0.0",
    "x",
    [],
    [0],
    {},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_truth_is_decided_as_copier_decides_it(value):
    assert cast_bool(value) is cast_to_bool(value)


@pytest.mark.parametrize("text", ["[a, b]", "- a\n- 'b'\n- 3\n", '["x: y", {k: v}]', "[]", "['it''s']"])
def test_a_list_is_split_as_copier_splits_it(text):
    assert split_yaml_list(text) == parse_yaml_list(text)


@pytest.mark.parametrize(
    ("value", "type_name", "expected"),
    [
        ("1", "int", 1),
        ("1.5", "float", 1.5),
        (3, "float", 3.0),
        (3, "str", "3"),
        ("[1, 2]", "yaml", [1, 2]),
        ('{"a": 1}', "json", {"a": 1}),
        (None, "yaml", None),
        ([1], "yaml", [1]),
    ],
)
def test_values_take_the_type_of_the_question(value, type_name, expected):
    assert cast_answer(value, type_name) == expected


@pytest.mark.parametrize(
    ("value", "type_name", "message"),
    [
        ("abc", "float", "is not a number"),
        ("1.5", "int", "is not a whole number"),
        ([1], "str", "is not a text"),
        (None, "str", "is empty"),
        ("{", "json", "is not JSON"),
        ("[1", "yaml", "is not YAML"),
        ("inf", "int", "is not a whole number"),
    ],
)
def test_a_wrong_type_is_said_in_words(value, type_name, message):
    with pytest.raises(ValueError, match=message):
        cast_answer(value, type_name)
