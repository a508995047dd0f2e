"""What a template does otherwise in an update than in a copy: excludes, seeds, and what plain Copier makes of them."""

import shutil

import pytest

from tests.foreign.histories import History, Outcome, by_copier, by_pilotline, look, make

EXCLUDE = "x: {type: str, default: one}\n_exclude: [copier.yml, {pattern}]\n"
ONLY_AT_FIRST = EXCLUDE.replace("{pattern}", "\"{% if _copier_operation == 'update' %}start.md{% endif %}\"")
ONLY_LATER = EXCLUDE.replace("{pattern}", "\"{% if _copier_operation == 'copy' %}later.md{% endif %}\"")
RECORDED = "_external_data: {old: '{{ _copier_conf.answers_file }}'}\n" + EXCLUDE.replace(
    "{pattern}", '"{% if _external_data.old.x %}start.md{% endif %}"'
)
BOTH_SIDES = {
    "a path excluded in updates is left alone": History(
        {"copier.yml": ONLY_AT_FIRST, "start.md": "one\n", "own.md": "one\n"},
        {"start.md": "two\n", "own.md": "two\n"}, {"start.md": "ours\n"},
    ),
    "and stays when the template drops it": History(
        {"copier.yml": ONLY_AT_FIRST, "start.md": "one\n", "own.md": "one\n"}, {"start.md": None, "own.md": "two\n"}
    ),
    "a path excluded in copies does not come by an update": History(
        {"copier.yml": ONLY_LATER, "later.md": "one\n", "own.md": "one\n"}, {"later.md": "two\n", "own.md": "two\n"}
    ),
    "but a new one does": History({"copier.yml": ONLY_LATER}, {"later.md": "two\n"}),
    "a path that is excluded from now on stays": History(
        {"copier.yml": "x: 1\n_exclude: [copier.yml]\n", "a.md": "one\n", "b/c.md": "one\n"},
        {"copier.yml": "x: 1\n_exclude: [copier.yml, a.md, b]\n", "a.md": "two\n", "b/c.md": "two\n"},
    ),
    "also when the template drops it": History(
        {"copier.yml": "x: 1\n_exclude: [copier.yml]\n", "a.md": "one\n"},
        {"copier.yml": "x: 1\n_exclude: [copier.yml, a.md]\n", "a.md": None},
    ),
    "an answer that excludes it takes it away": History(
        {"copier.yml": "x: true\n_exclude: [copier.yml, '{% if not x %}a.md{% endif %}']\n", "a.md": "one\n"},
        new_data={"x": False},
    ),
    "a path excluded by what is recorded is left alone": History(
        {"copier.yml": RECORDED, "start.md": "one\n", "own.md": "one\n"}, {"start.md": "two\n", "own.md": "two\n"}
    ),
    "and does not come by an update": History({"copier.yml": RECORDED, "own.md": "one\n"}, {"start.md": "two\n"}),
    "a seed beyond ASCII": History(
        {"copier.yml": "x: 1\n_skip_if_exists: ['Größe*']\n", "Gro\u0308ße.md": "one\n"}, {"Gro\u0308ße.md": "two\n"},
        {"Gro\u0308ße.md": "ours\n"},
    ),
    "names and texts do not know the operation": History(
        {
            "copier.yml": "x: '{{ _copier_operation }}'\n", "{{ _copier_operation }}b": "one\n",
            "a.jinja": "[{{ _copier_operation }}{{ x }}]",
        },
        {"a.jinja": "[{{ _copier_operation }}{{ x }}] two"},
    ),
    "tasks know it": History(
        {"copier.yml": "_tasks: ['echo {{ _copier_operation }} > task.txt']\nx: 1\n"}, {"a": "two\n"}, trusted=True
    ),
}  # fmt: skip


@pytest.mark.parametrize("history", BOTH_SIDES.values(), ids=BOTH_SIDES)
def test_an_upgrade_gives_what_copier_s_update_gives(tmp_path, history):
    _, project = make(tmp_path, history)
    shutil.copytree(project, tmp_path / "other", symlinks=True)

    done = by_pilotline(tmp_path / "other", history)

    assert done.code == 0, done.err + done.out
    assert look(tmp_path / "other") == by_copier(project, history)


def upgraded(tmp_path, history: History) -> Outcome:
    _, project = make(tmp_path, history)
    done = by_pilotline(project, history)
    assert done.code == 0, done.err + done.out
    return look(project)


@pytest.mark.parametrize("name", ["Größe.md", "Gro\u0308ße.md"], ids=["composed", "decomposed"])
@pytest.mark.parametrize("pattern", ["Größe.md", "Gro\u0308ße.md"], ids=["by composed", "by decomposed"])
def test_a_seed_is_kept_however_its_accents_are_written(tmp_path, pattern, name):
    """Copier compares them byte by byte, and overwrites the one that most people type."""
    files = {"copier.yml": f"x: 1\n_skip_if_exists: ['{pattern}']\n", name: "one\n"}
    left = upgraded(tmp_path, History(files, {name: "two\n"}, {name: "ours\n"}))
    assert left.files[name] == "ours\n"


def test_a_seed_that_its_template_excludes_by_the_record_arrives_once(tmp_path):
    """The recipe of our own catalog, in a template that keeps no list of what arrives later."""
    rule = "{% if _copier_operation == 'update' and (_external_data.old.LAYER or LAYER == 'off') %}LAYER.md{% endif %}"
    settings = (
        "_external_data: {old: '{{ _copier_conf.answers_file }}'}\n_skip_if_exists: [db.md, web.md]\n"
        f'_exclude: [copier.yml, "{rule.replace("LAYER", "db")}", "{rule.replace("LAYER", "web")}"]\n'
    )
    one = {"copier.yml": settings + "db: 'on'\n", "db.md": "one\n"}
    two = {"copier.yml": settings + "db: 'on'\nweb: 'on'\n", "db.md": "two\n", "web.md": "two\n"}
    assert "db.md" not in upgraded(tmp_path / "deleted", History(one, two, {"db.md": None})).files
    assert upgraded(tmp_path / "new", History(one, two, {"db.md": "ours\n"})).files["db.md"] == "ours\n"
    assert upgraded(tmp_path / "arrived", History(one, two)).files["web.md"] == "two\n"
