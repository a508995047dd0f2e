"""A value that is none of its kind is a sentence with its place, in whatever file of whoever it stands."""

import json

import pytest

from pilotline.documents.json_text import json_text
from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_yaml
from tests.helpers import build_file_tree, commit_all, pilotline

BAD = {
    "a day that is none": "2027-02-30",
    "a time zone that is none": "2020-01-01T00:00:00+99:99",
    "a moment that is none": "2020-01-01T25:61:61Z",
    "a number that is none": "!!float x",
    "a whole number that is none": "!!int x",
    "a truth that is none": "!!bool maybe",
    "a moment of letters": "!!timestamp x",
    "a key that is a list": "{[a]: b}",
    "too many digits": "9" * 5000,
    "python": "!!python/object/apply:os.getcwd []",
}
READING = {
    "pilot.yml": (("check",), ("status", "--json"), ("kpi", "--json")),
    "kpis.yml": (("check",), ("status",), ("kpi",)),
    ".copier-answers.yml": (("check",), ("status", "--json"), ("diff",), ("upgrade", "--plan"), ("answers",)),
}


@pytest.mark.parametrize("value", BAD.values(), ids=BAD.keys())
def test_what_yaml_cannot_make_has_a_line(value):
    with pytest.raises(YamlError) as caught:
        parse_yaml(f"first: 1\nsecond: {value}\n")
    told = explain_yaml_error(caught.value)
    assert told.startswith("line 2: ")
    assert len(told) < 220


@pytest.mark.parametrize("value", BAD.values(), ids=BAD.keys())
def test_answers_with_such_a_value_are_refused(value, tmp_path):
    build_file_tree(tmp_path, {"a.yml": f"created_on: {value}\n"})
    run = pilotline("new", tmp_path / "pilot", "--defaults", "--answers", tmp_path / "a.yml")
    assert (run.code, "a.yml" in run.err, "line 1" in run.err) == (2, True, True), run.err


@pytest.fixture(scope="module")
def pilot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad") / "pilot"
    assert pilotline("new", folder, "--defaults").code == 0
    return folder


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pilot.yml", "review_by: ", "review_by: 2027-02-30  # "),
        ("pilot.yml", "build: ", "build: .nan  # "),
        ("kpis.yml", "minimum_sample: ", "minimum_sample: !!int x  # "),
        ("kpis.yml", "    unit: ", "    unit: [a]  # "),
        (".copier-answers.yml", "package_name: ", "package_name: [a]  # "),
        (".copier-answers.yml", "created_on: ", "created_on: +99:99  # "),
        (".copier-answers.yml", "_commit: ", "_commit: {a: b}  # "),
    ],
)
def test_no_command_calls_a_manifest_its_own_fault(pilot, name, before, after):
    path = pilot / name
    whole = path.read_text()
    assert before in whole
    path.write_text(whole.replace(before, after, 1))
    commit_all(pilot, f"{name} is broken")
    try:
        for words in READING[name]:
            run = pilotline(*words, cwd=pilot)
            assert run.code in {0, 1, 2}, (words, run.err)
            if "--json" in words:
                json.loads(run.out, parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))
    finally:
        path.write_text(whole)
        commit_all(pilot, f"{name} is whole")


def test_what_is_no_number_is_null():
    assert json.loads(json_text({"a": [float("nan"), (float("inf"), 1.5)]})) == {"a": [None, [None, 1.5]]}
