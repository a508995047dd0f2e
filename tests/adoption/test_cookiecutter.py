"""A repository that cookiecutter or cruft made moves into a catalog by a three-way merge, and nothing of it runs."""

import json
import subprocess
import sys

import pytest

from pilotline.adoption.cookiecutter import find_origin, render_origin
from pilotline.catalog.catalogs import Catalogs
from pilotline.files.tree import File, Tree
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline

LINES = "".join(f"line {number}\n" for number in range(1, 21))
CONTEXT = {"name": "Churn", "slug": "churn", "licence": "none", "_copy_without_render": ["raw", "*.tmpl"]}
PROJECT = "{{cookiecutter.slug}}"
TEMPLATE: dict[str, str | bytes] = {
    "cookiecutter.json": json.dumps(CONTEXT),
    "hooks/post_gen_project.py": "from pathlib import Path\nPath('../hook-ran').touch()\n",
    f"{PROJECT}/README.md": "# {{ cookiecutter.name }}\n" + LINES,
    f"{PROJECT}/setup.cfg": "[metadata]\nname = {{ cookiecutter.slug }}\n" + LINES,
    f"{PROJECT}/src/{{{{cookiecutter.slug}}}}/__init__.py": '"""{{ cookiecutter.name }}."""\n',
    f"{PROJECT}/{{% if cookiecutter.licence != 'none' %}}LICENCE{{% endif %}}": "text\n",
    f"{PROJECT}/raw/{{{{cookiecutter.slug}}}}.txt": "{{ cookiecutter.name }} stays\n",
    f"{PROJECT}/page.tmpl": "{{ cookiecutter.name }} stays\n",
    f"{PROJECT}/windows.txt": b"one {{ cookiecutter.slug }}\r\ntwo\r\n",
    f"{PROJECT}/no_newline.txt": "{{ cookiecutter.slug }}",
    f"{PROJECT}/logo.png": b"\x89PNG\0{{ cookiecutter.slug }}" + bytes(range(256)),
}
CATALOG: dict[str, str | bytes] = {
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "copier.yml": "_exclude: [copier.yml]\nname: Churn\n",
    "README.md.jinja": "# {{ name }}\n" + LINES.replace("line 2\n", "line two of the catalog\n"),
    "setup.cfg": "[metadata]\nname = churn\n" + LINES.replace("line 3\n", "line three of the catalog\n"),
    "ours.txt": "the catalog's\n",
    "new.txt": "new\n",
}


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def template(tmp_path):
    folder = build_file_tree(tmp_path / "template", TEMPLATE)
    (folder / PROJECT / "run.sh").write_text("#!/bin/sh\necho {{ cookiecutter.slug }}\n")
    (folder / PROJECT / "run.sh").chmod(0o755)
    commit_all(folder, "one")
    return folder


@pytest.fixture
def catalog(tmp_path):
    folder = build_file_tree(tmp_path / "catalog", CATALOG)
    commit_all(folder, "one", tag="v1.0.0")
    return folder


@pytest.fixture
def born(template, tmp_path):
    """Make a project with the real cookiecutter, record it as cruft does, and let the template move on."""
    folder = tmp_path / "made"
    folder.mkdir()
    command = [sys.executable, "-m", "cookiecutter", "--no-input", "--accept-hooks", "no", "-o", folder, template]
    subprocess.run(command, check=True)
    record = cruft_record(template, git(template, "rev-parse", "HEAD"))
    build_file_tree(folder / "churn", {".cruft.json": json.dumps(record, indent=2) + "\n"})
    commit_all(folder / "churn", "made by cookiecutter")
    build_file_tree(template, {f"{PROJECT}/README.md": "the template has moved on\n"})
    commit_all(template, "two")
    return folder / "churn"


def cruft_record(template, commit, **changes):
    """Write what cruft 2.16 writes."""
    context = {**CONTEXT, "_template": str(template), "_commit": commit}
    record = {"template": str(template), "commit": commit, "checkout": None, "context": {"cookiecutter": context}}
    return {**record, "directory": None, **changes}


def adopt(folder, catalog, *arguments):
    return pilotline("adopt", folder, "--catalog", catalog, "--defaults", *arguments)


def test_a_birth_is_repeated_byte_for_byte_as_cookiecutter_made_it(born):
    origin = find_origin(Tree({".cruft.json": File((born / ".cruft.json").read_bytes())}))
    assert origin is not None
    tree = render_origin(origin, Catalogs())
    made = {path: content for path, content in files_below(born).items() if path != ".cruft.json"}
    assert {path: file.content for path, file in tree.items()} == made
    assert [path for path, file in tree.items() if file.executable] == ["run.sh"]


def test_the_move_is_a_true_three_way_merge(born, catalog):
    text = (born / "README.md").read_text().replace("line 15\n", "line fifteen of the team\n")
    build_file_tree(born, {"README.md": text, "ours.txt": "the team's\n", "own.py": "x = 1\n"})
    (born / "windows.txt").unlink()
    commit_all(born, "our work")

    run = adopt(born, catalog, "--commit", "--json")

    assert run.code == 0, run.err
    result = json.loads(run.out)
    readme = (born / "README.md").read_text()
    assert "line two of the catalog" in readme
    assert "line fifteen of the team" in readme
    assert "line three of the catalog" in (born / "setup.cfg").read_text(), "never touched, so it follows"
    assert (born / "logo.png").exists(), "of the old template, not in the catalog: nothing is taken away unasked"
    assert "logo.png" in result["old_files"]
    assert "src/churn/__init__.py" in result["old_files"]
    assert not (born / ".cruft.json").exists()
    assert not (born / "windows.txt").exists()
    assert (born / "ours.txt").read_text() == "the team's\n"
    assert [row["path"] for row in result["team_files"]] == ["ours.txt"]
    assert (born / "own.py").exists()
    assert (born / "new.txt").exists()
    assert result["origin"]["commit"] == git(born.parents[1] / "template", "rev-parse", "HEAD~1")
    assert not list(born.parent.glob("hook-ran")), "no hook ran"
    assert pilotline("upgrade", cwd=born).code == 0


def test_what_the_old_template_made_goes_when_somebody_says_so(born, catalog):
    build_file_tree(born, {"src/churn/model.py": "x = 1\n", "setup.cfg": "ours\n"})
    commit_all(born, "our work")
    assert "logo.png" in adopt(born, catalog, "--plan").out
    assert adopt(born, catalog, "--commit", "--remove-old").code in {0, 1}
    assert not (born / "logo.png").exists()
    assert not (born / "LICENCE").exists()
    assert (born / "src/churn/__init__.py").exists(), "of a package in which the team has a module"


def test_what_git_ignored_stays_ignored(born, template, catalog):
    build_file_tree(template, {f"{PROJECT}/.gitignore": "*.secret\n"})
    commit_all(template, "ignores")
    record = cruft_record(template, git(template, "rev-parse", "HEAD"))
    build_file_tree(born, {".gitignore": "*.secret\n", ".cruft.json": json.dumps(record)})
    commit_all(born, "as the template made it")
    build_file_tree(born, {"api.secret": "s3cr3t"})
    build_file_tree(catalog, {".gitignore": "*.log\n"})
    commit_all(catalog, "its own", tag="v1.1.0")

    run = adopt(born, catalog, "--json")
    assert (born / ".gitignore").read_text() == "*.secret\n"
    assert [row["path"] for row in json.loads(run.out)["team_files"]] == [".gitignore"]
    assert "api.secret" not in git(born, "status", "--porcelain")


def test_both_sides_changed_the_same_line_is_a_conflict(born, catalog):
    text = (born / "README.md").read_text().replace("line 2\n", "line two of the team\n")
    build_file_tree(born, {"README.md": text})
    commit_all(born, "our work")
    run = adopt(born, catalog)
    assert run.code == 1
    assert "<<<<<<<" in (born / "README.md").read_text()
    assert [line.split()[2] for line in git(born, "ls-files", "-u").splitlines()] == ["1", "2", "3"]
    assert pilotline("upgrade", "--abort", cwd=born).code == 0
    assert git(born, "status", "--porcelain") == ""


def test_without_its_origin_everything_of_the_repository_stays(born, catalog):
    before = files_below(born)
    assert adopt(born, catalog, "--no-origin", "--commit").code == 0
    after = files_below(born)
    assert {path: after[path] for path in before} == before


def test_what_cruft_skips_is_the_team_s(born, template, catalog):
    record = cruft_record(template, git(template, "rev-parse", "HEAD~1"), skip=["README.md", "raw"])
    build_file_tree(born, {".cruft.json": json.dumps(record)})
    commit_all(born, "skip")
    before = (born / "README.md").read_text()
    run = adopt(born, catalog, "--commit", "--json")
    assert run.code == 0, run.err
    assert (born / "README.md").read_text() == before
    assert (born / "raw").is_dir()
    assert "README.md" in [row["path"] for row in json.loads(run.out)["team_files"]]


def test_a_template_that_loads_code_is_refused_with_the_way_out(born, template, catalog):
    context = {**CONTEXT, "_extensions": ["local_extensions.Evil"]}
    record = cruft_record(template, git(template, "rev-parse", "HEAD~1"), context={"cookiecutter": context})
    build_file_tree(born, {".cruft.json": json.dumps(record)})
    commit_all(born, "code")
    run = adopt(born, catalog)
    assert (run.code, "loads code of its own: local_extensions.Evil" in run.err) == (2, True)
    assert "--no-origin" in run.err


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("evil.txt", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "cannot be rendered"),
        ("{{cookiecutter.name}}.txt", "x\n", "does not stay inside"),
        ("broken.txt", "{{ cookiecutter.nothing }}", "cannot be rendered"),
    ],
    ids=["sandbox", "path", "undefined"],
)
def test_a_hostile_or_broken_template_is_one_sentence(born, template, catalog, tmp_path, path, content, message):
    build_file_tree(template, {f"{PROJECT}/{path}": content})
    commit_all(template, "evil")
    context = {**CONTEXT, "name": "../../../outside"} if "name" in path else CONTEXT
    record = cruft_record(template, git(template, "rev-parse", "HEAD"), context={"cookiecutter": context})
    build_file_tree(born, {".cruft.json": json.dumps(record)})
    commit_all(born, "evil")
    run = adopt(born, catalog)
    assert (run.code, message in run.err) == (2, True), run.err
    assert not list(tmp_path.rglob("outside*"))
    assert git(born, "status", "--porcelain") == ""


def test_the_library_is_an_extra_and_its_absence_is_one_sentence(born, catalog, tmp_path):
    hidden = build_file_tree(tmp_path / "hidden", {"cookiecutter/__init__.py": "raise ImportError('not here')\n"})
    run = pilotline("adopt", born, "--catalog", catalog, "--defaults", environment={"PYTHONPATH": str(hidden)})
    assert run.code == 2
    assert "made by cookiecutter (.cruft.json), which is not installed here" in run.err
    assert "Install `pilotline[cookiecutter]`" in run.err


@pytest.mark.parametrize(
    ("record", "content", "found"),
    [
        (".cookiecutter.json", {"_template": "https://example.org/t.git", "_commit": "abc", "name": "x"}, True),
        (".cookiecutter.json", {"cookiecutter": {"_template": "t", "_checkout": "v1"}}, True),
        (".cookiecutter.json", {"cookiecutter": {"_template": "t", "_checkout": None}}, False),
        (".cruft.json", {"template": "t"}, False),
        (".cruft.json", [], False),
    ],
)
def test_only_a_record_with_template_and_version_is_an_origin(record, content, found):
    tree = Tree({record: File(json.dumps(content).encode())})
    assert (find_origin(tree) is not None) is found
