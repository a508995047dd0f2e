import json

from tests.helpers import pilotline
from tests.linting.test_rules import BASE, FAULTS, GOOD, plant


def test_each_problem_has_file_line_rule_and_fix(tmp_path):
    plant(tmp_path, {**GOOD, **FAULTS["does-not-render an unknown name"][0]})
    done = pilotline("catalog", "lint", tmp_path)
    assert done.code == 1
    assert done.out == (
        f"{BASE}a.txt.jinja:2 does-not-render: It does not render (architecture=batch): "
        f"'nmae' is undefined ({BASE}a.txt.jinja, line 2).\n"
        "    Mend the template. What may be missing is written `value | default('…')`.\n"
        "1 problem.\n"
    )


def test_a_clean_catalog_says_what_was_looked_at(tmp_path):
    done = pilotline("catalog", "lint", cwd=plant(tmp_path, GOOD))
    assert (done.code, done.out[:12], done.err) == (0, "No problems:", "")


def test_json_carries_the_same(tmp_path):
    plant(tmp_path, {**GOOD, **FAULTS["does-not-render an unknown name"][0]})
    found = json.loads(pilotline("catalog", "lint", tmp_path, "--json").out)
    assert found["format"] == 1
    assert [(row["rule"], row["line"], row["path"]) for row in found["problems"]] == [
        ("does-not-render", 2, BASE + "a.txt.jinja")
    ]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    done = pilotline("catalog", "lint", tmp_path / "nowhere")
    assert done.code == 2
    assert "is no folder" in done.err
