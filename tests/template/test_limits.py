"""What somebody else's template takes is limited wherever it is rendered; what we carry is rendered here."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from pilotline.errors import CatalogError
from pilotline.fleet.preview import preview_upgrades
from pilotline.linting.run import lint_catalog
from pilotline.pilot.derived_files import derive_files
from pilotline.template.answers import accept_answers, resolve_answers
from pilotline.template.environment import Templating
from pilotline.template.ownership import name_owners, render_owned
from pilotline.template.render import find_matching, name_sources, render
from tests.helpers import IDENTITY, build_file_tree, commit_all, pilotline, snapshot

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
REGEX = "{{ ('a' * 60 ~ '!') | regex_replace('^(a|aa)+$', '') }}"
LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
GROWTH = "{% set n = namespace(t='x' * 1000) %}{% for a in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}"
PATTERN = 'name: ada\n_skip_if_exists: ["BOMB"]\n'
BOMBS = {
    "a regular expression": (REGEX, "takes longer than"),
    "a loop": (LOOP, "takes longer than"),
    "a long text": ("{{ 'x' * 10**10 }}", "needs more than"),
    "a text that grows": (GROWTH, "was stopped"),
    "a huge range": ("{{ range(10**9) | list }}", "Range too big"),
}  # fmt: skip
WAYS = {
    "a file": ({"x.txt.jinja": "BOMB"}, lambda s: render(s, accept_answers(s, {}))),
    "owned files": ({"x.txt.jinja": "BOMB"}, lambda s: render_owned(s, accept_answers(s, {}))),
    "a name": ({"BOMB": "x"}, lambda s: name_sources(s, accept_answers(s, {}))),
    "a default": ({"copier.yml": 'name: {type: str, default: "BOMB"}\n'}, lambda s: resolve_answers(s, {})),
    "a pattern": ({"copier.yml": PATTERN}, lambda s: name_owners(s, accept_answers(s, {}), ["a"])),
}  # fmt: skip


@pytest.fixture(autouse=True)
def little_time(monkeypatch):
    monkeypatch.setenv("PILOTLINE_RENDER_SECONDS", "0.5")


@pytest.mark.parametrize(("bomb", "message"), BOMBS.values(), ids=BOMBS)
def test_every_bomb_is_stopped_in_one_sentence(bomb, message):
    catalog = snapshot({"copier.yml": "name: ada\n", "x.txt.jinja": bomb})
    with pytest.raises(CatalogError, match=message) as caught:
        render(catalog, accept_answers(catalog, {}))
    assert caught.value.hint
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(("files", "way"), WAYS.values(), ids=WAYS)
def test_every_way_of_rendering_is_stopped_in_a_thread_too(files, way):
    texts = {"copier.yml": "name: ada\n", **files}
    texts = {path.replace("BOMB", LOOP): text.replace("BOMB", LOOP) for path, text in texts.items()}
    with ThreadPoolExecutor(1) as pool, pytest.raises(CatalogError, match="was stopped"):
        pool.submit(way, snapshot(texts)).result()


def test_plain_patterns_are_stopped_as_well():
    """A pattern with many stars becomes a regular expression that goes back and forth."""
    with pytest.raises(CatalogError, match="was stopped"):
        find_matching(snapshot({"copier.yml": "name: ada\n"}), ["*a" * 30 + "b"], ["a" * 200])


def test_a_pilot_s_own_templates_of_derived_files_are_stopped_too():
    files = {
        "pilot.yml": b"name: x\n",
        "kpis.yml": b"kpis: []\n",
        "src/x/_platform/derived/a.j2": f"{{#- writes: docs/a.md -#}}{LOOP}".encode(),
    }
    with pytest.raises(CatalogError, match="Rebuilding the derived files takes longer"):
        derive_files(files)


def test_what_this_pilotline_carries_is_rendered_here(builtin, monkeypatch):
    rendered, render_file = [], Templating.render_file

    def note_and_render(self, path, context):
        rendered.append(path)
        return render_file(self, path, context)

    monkeypatch.setattr(Templating, "render_file", note_and_render)
    assert render(builtin, accept_answers(builtin, {}))
    assert rendered


@pytest.fixture(scope="module")
def pilots(tmp_path_factory):
    """Give a catalog whose second version never ends, a pilot of each version, and a repository without a catalog."""
    folder = tmp_path_factory.mktemp("bombs")
    good = {"copier.yml": "_exclude: [copier.yml]\nname: ada\n", ANSWERS: "{{ _copier_answers | to_nice_yaml }}"}
    commit_all(build_file_tree(folder / "catalog", good), "one", tag="v1.0.0")
    catalog = f"{folder / 'catalog'}@v1.0.0"
    for name in ("first", "second"):
        made = pilotline("new", folder / name, "--defaults", "--catalog", catalog, environment=IDENTITY)
        assert made.code == 0, made.err
    commit_all(build_file_tree(folder / "catalog", {"x.txt.jinja": REGEX}), "two", tag="v2.0.0")
    answers = (folder / "second/.copier-answers.yml").read_text().replace("v1.0.0", "v2.0.0")
    build_file_tree(folder / "second", {".copier-answers.yml": answers})
    commit_all(folder / "second", "as if made from the second version")
    commit_all(build_file_tree(folder / "plain", {"README.md": "# Mine\n"}), "mine")
    return folder


COMMANDS = {
    "new": ("new", "made", "--defaults", "--catalog", "catalog"),
    "adopt": ("adopt", "plain", "--defaults", "--catalog", "catalog"),
    "upgrade": ("upgrade", "--commit"),
    "plan": ("upgrade", "--plan"),
    "diff": ("diff",),
    "lint": ("catalog", "lint", "catalog"),
}


@pytest.mark.parametrize(("command", "arguments"), [(name, row[1:]) for name, row in COMMANDS.items()], ids=COMMANDS)
def test_every_command_ends_in_one_sentence(pilots, command, arguments):
    verb = COMMANDS[command][0]
    folder = {"upgrade": pilots / "first", "diff": pilots / "second"}.get(verb, pilots)
    run = pilotline(verb, *arguments, cwd=folder, environment={**IDENTITY, **os.environ, "NO_COLOR": "1"})
    assert (run.code, run.out) == (2, "")
    assert "takes longer than 0.5 seconds, and was stopped." in run.err
    assert len(run.err.strip().splitlines()) == 2, run.err
    assert not (pilots / "made").exists()


@pytest.mark.parametrize("command", [("status",), ("check",)], ids=lambda words: words[0])
def test_what_only_reads_goes_on_without_what_was_stopped(pilots, command):
    run = pilotline(*command, cwd=pilots / "second", environment={**os.environ, **IDENTITY})
    assert run.code in {0, 1}, run.err
    assert run.out


def test_a_preview_of_many_goes_on_in_any_thread(pilots):
    folders = [pilots / "first", pilots / "second"]
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(lambda: list(preview_upgrades(folders))).result()
    assert ["was stopped" in str(each.error) for each in found] == [True, True]


def test_a_lint_is_stopped_where_it_was_and_says_where(pilots):
    with pytest.raises(CatalogError, match=r"Linting the catalog \(rendering .*\) takes longer"):
        lint_catalog(pilots / "catalog")
