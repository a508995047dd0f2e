# ruff: noqa: E501 - templates stand in one line each, so that a feature is seen whole
"""What a template does otherwise in an update than in a copy: excludes, seeds, and what plain Copier makes of them."""

import shutil

import pytest

from tests.foreign.histories import History, Outcome, by_copier, by_pilotline, look, make

RECORDED = "_external_data: {old: '{{ _copier_conf.answers_file }}'}\n"
AT_FIRST = "\"{% if _copier_operation == 'update' %}start.md{% endif %}\", \"{% if _copier_operation == 'update' %}gone.md{% endif %}\""
LATER = "\"{% if _copier_operation == 'copy' %}later.md\\nnew.md{% endif %}\""
BY_RECORD = '"{% if _external_data.old.x %}recorded.md\\narriving.md{% endif %}"'
BY_ANSWER = '"{% if not asked %}asked.md{% endif %}"'
SETTINGS = f"{RECORDED}x: one\nasked: true\n_exclude: [.git, copier.yml, {AT_FIRST}, {LATER}, {BY_RECORD}, {BY_ANSWER}{{more}}]\n"
NAMED = ("start", "gone", "later", "recorded", "asked", "own", "dropped", "from-now-on", "folder/from-now-on")
HISTORIES = {
    "excludes": History(
        {"copier.yml": SETTINGS.replace("{more}", ""), **{f"{name}.md": f"{name} one\n" for name in NAMED}},
        {
            "copier.yml": SETTINGS.replace("{more}", ", from-now-on.md, dropped.md, folder"),
            **{f"{name}.md": f"{name} two\n" for name in (*NAMED, "new", "arriving")}, "gone.md": None, "dropped.md": None,
        },
        {"start.md": "ours\n", "own.md": "own one\n\nours\n"}, new_data={"asked": False},
    ),
    "a seed beyond ASCII": History(
        {"copier.yml": "x: 1\n_skip_if_exists: ['Größe*']\n", "Gro\u0308ße.md": "one\n"}, {"Gro\u0308ße.md": "two\n"},
        {"Gro\u0308ße.md": "ours\n"},
    ),
    "tasks know it, names and texts do not": History(
        {
            "copier.yml": "_tasks: ['echo {{ _copier_operation }} $STAGE > task.txt']\nx: '{{ _copier_operation }}'\n",
            "{{ _copier_operation }}b": "one\n", "a.jinja": "[{{ _copier_operation }}{{ x }}]",
        },
        {"a.jinja": "[{{ _copier_operation }}{{ x }}] two"}, trusted=True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_an_upgrade_gives_what_copier_s_update_gives(tmp_path, history):
    _, project = make(tmp_path, history)
    shutil.copytree(project, tmp_path / "other", symlinks=True)

    done = by_pilotline(tmp_path / "other", history)

    assert done.code == int("own.md" in history.ours), done.err + done.out
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
        f'_exclude: [.git, copier.yml, "{rule.replace("LAYER", "db")}", "{rule.replace("LAYER", "web")}"]\n'
    )
    one = {"copier.yml": settings + "db: 'on'\n", "db.md": "one\n"}
    two = {"copier.yml": settings + "db: 'on'\nweb: 'on'\n", "db.md": "two\n", "web.md": "two\n"}
    assert "db.md" not in upgraded(tmp_path / "deleted", History(one, two, {"db.md": None})).files
    assert upgraded(tmp_path / "new", History(one, two, {"db.md": "ours\n"})).files["db.md"] == "ours\n"
    assert upgraded(tmp_path / "arrived", History(one, two)).files["web.md"] == "two\n"
