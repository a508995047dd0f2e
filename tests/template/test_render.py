import subprocess
import sys

import pytest

from pilotline.errors import CatalogError, DestinationError, UnrepeatableTemplateError
from pilotline.template.answers import accept_answers
from pilotline.template.bytecode_cache import count_in_memory
from pilotline.template.ownership import owner_of_paths
from pilotline.template.render import render
from tests.helpers import snapshot


def rendered(files, **given):
    catalog = snapshot({"copier.yml": "name: ada\n", **files})
    return {path: file.content.decode() for path, file in render(catalog, accept_answers(catalog, given)).items()}


def test_only_files_with_the_suffix_are_rendered():
    files = rendered({"a.txt.jinja": "{{ name }}", "b.txt": "{{ name }}"})
    assert files == {"a.txt": "ada", "b.txt": "{{ name }}"}


def test_a_path_that_renders_to_nothing_turns_its_files_off():
    files = rendered({"{{ name }}/x": "", "{{ '' }}/y": "", "d/{% if name == 'bob' %}z{% endif %}": ""})
    assert list(files) == ["ada/x"]


def test_a_layer_that_is_on_renders_into_the_root():
    assert list(rendered({"{{ '.' }}/src/x": ""})) == ["src/x"]


def test_files_are_included_by_their_path_from_the_root():
    assert rendered({"a.jinja": "{% include 'parts/x' %}", "parts/x": "<{{ name }}>"})["a"] == "<ada>"


def test_the_answers_file_carries_source_version_and_answers():
    files = rendered({"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"}, name="é: 'x'")
    assert files[".copier-answers.yml"] == (
        "_commit: v1.0.0\n_src_path: https://example.org/catalog.git\nname: 'é: ''x'''\n"
    )


def test_excluded_paths_are_left_out_children_included():
    files = rendered({"copier.yml": "_exclude: [private, '*.tmp']\nname: x\n", "private/a": "", "b.tmp": "", "c": ""})
    assert list(files) == ["c", "copier.yml"]


def test_one_template_renders_many_answers():
    catalog = snapshot({"copier.yml": "name: ada\n", "x.jinja": "{{ name }}"})
    texts = [render(catalog, accept_answers(catalog, {"name": name}))["x"].content for name in ("a", "b")]
    assert texts == [b"a", b"b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ x.y.z }}", "x.jinja cannot be rendered: 'x' is undefined"),
        ("{% for %}", "x.jinja cannot be rendered: .*line 1"),
        ("{% include 'gone' %}", "gone"),
        ("{% include '../secret' %}", "secret"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% include 'x.jinja' %}", "includes itself"),
        ("{{ 'x' | nope }}", "nope"),
    ],
)
def test_a_template_s_mistake_names_the_file(text, message):
    with pytest.raises(CatalogError, match=message):
        rendered({"x.jinja": text})


@pytest.mark.parametrize(
    "text",
    [
        "{{ now() }}",
        "{{ '/etc/*' | fileglob }}",
    ],
)
def test_what_depends_on_the_machine_is_refused_not_guessed(text):
    with pytest.raises(UnrepeatableTemplateError):
        rendered({"x.jinja": text})


@pytest.mark.parametrize("name", ["../../x", "/etc/x", ".GIT/hooks/x", ".."])
def test_an_answer_cannot_lead_a_path_outside(name):
    with pytest.raises((DestinationError, CatalogError)):
        rendered({"{{ name }}/x": ""}, name=name)


def test_nothing_that_is_fast_imports_copier():
    """Importing it takes longer than rendering a pilot."""
    script = (
        "import sys; import pilotline.cli.commands.new, pilotline.cli.commands.upgrade\n"
        "from pilotline.catalog.loading import load_builtin; from pilotline.template.answers import accept_answers\n"
        "from pilotline.creation.new_pilot import plan_pilot\n"
        "builtin = load_builtin('x'); assert len(plan_pilot(builtin, accept_answers(builtin, {})).tree) > 40\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('copier', 'pydantic', 'plumbum')])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_owners_are_the_catalog_the_team_and_the_manifests():
    catalog = snapshot(
        {
            "copier.yml": "_skip_if_exists: [/docs, '{% for p in derived %}{{ p }}\n{% endfor %}']\n"
            "derived: {when: false, type: yaml, default: [docs/kpi.md]}\n"
        }
    )
    owner = owner_of_paths(catalog, accept_answers(catalog, {}))
    assert [owner(path) for path in ("docs/a.md", "docs/kpi.md", "src/docs.py")] == ["seed", "derived", "owned"]


def test_two_versions_compile_what_they_share_once():
    rendered({"x.jinja": "shared by two versions {{ 1 + 1 }}", "y.jinja": "one"})
    before = count_in_memory()
    rendered({"x.jinja": "shared by two versions {{ 1 + 1 }}", "y.jinja": "one"})
    assert count_in_memory() == before


def test_what_is_compiled_for_other_delimiters_is_another_text():
    text = "[[ 1 + 1 ]] {{ 1 + 1 }}"
    assert rendered({"x.jinja": text})["x"] == "[[ 1 + 1 ]] 2"
    options = "_envops: {variable_start_string: '[[', variable_end_string: ']]'}\nname: x\n"
    assert rendered({"copier.yml": options, "x.jinja": text})["x"] == "2 {{ 1 + 1 }}"
