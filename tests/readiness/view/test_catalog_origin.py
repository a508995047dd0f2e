"""What was rendered of a catalog once is remembered, and made anew when anything that it depends on changes."""

import json
import shutil
import subprocess
import sys
from datetime import date

import pytest

from pilotline.catalog.builtin import builtin_root, read_parts, state_of_parts
from pilotline.config import cache_folder
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.origin import fingerprint_content
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.view.remembered import remembered
from tests.helpers import IDENTITY, build_file_tree, commit_all, pilotline
from tests.readiness.helpers import TODAY

ANSWERS = "{{ _copier_answers | to_nice_yaml }}"
TEMPLATE = {"copier.yml": "name: one\n", "out.txt": "first\n"}


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """Begin with nothing remembered."""
    monkeypatch.setenv("PILOTLINE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def catalog(tmp_path):
    folder = build_file_tree(tmp_path / "catalog", TEMPLATE)
    commit_all(folder, "one", tag="v1.0.0")
    return folder


def owned(catalog, version="v1.0.0", **answers):
    return CatalogOrigin().owned_files(str(catalog), version, {"name": "one", **answers}, {})


@pytest.mark.parametrize("kind", ["{}", "file://{}"])
def test_a_render_is_done_once(catalog, kind, monkeypatch):
    address = kind.format(catalog)
    if kind != "{}":
        assert owned(address) is None, "nothing was fetched yet"
        made = pilotline(
            "new", catalog.parent / "pilot", "--defaults", "--catalog", f"{address}@v1.0.0", environment=IDENTITY
        )
        assert made.code == 0, made.err
    first = owned(address)
    assert first is not None
    assert first["out.txt"] == fingerprint_content(b"first\n")
    monkeypatch.setattr("pilotline.readiness.view.catalog_reading.render_catalog", lambda *_: pytest.fail("again"))
    assert owned(address) == first


def test_a_tag_that_was_moved_is_rendered_anew(catalog):
    before = owned(catalog)
    build_file_tree(catalog, {"out.txt": "second\n"})
    commit_all(catalog, "two")
    subprocess.run(["git", "tag", "--force", "v1.0.0"], cwd=catalog, check=True, capture_output=True)
    after = owned(catalog)
    assert before != after
    assert after["out.txt"] == fingerprint_content(b"second\n")


def test_other_answers_are_rendered_anew(catalog):
    build_file_tree(catalog, {"out.txt.jinja": "{{ name }}\n", "copier.yml": "name: one\n"})
    (catalog / "out.txt").unlink()
    commit_all(catalog, "two", tag="v2.0.0")
    seen = [owned(catalog, "v2.0.0", name=name)["out.txt"] for name in ("a", "b", "a")]
    assert seen == [fingerprint_content(text) for text in (b"a\n", b"b\n", b"a\n")]


def test_a_folder_that_is_no_repository_is_known_by_its_content(tmp_path):
    folder = build_file_tree(tmp_path / "plain", TEMPLATE)
    before = owned(folder, "")
    build_file_tree(folder, {"out.txt": "other\n"})
    assert (before["out.txt"], owned(folder, "")["out.txt"]) == (
        fingerprint_content(b"first\n"),
        fingerprint_content(b"other\n"),
    )


def test_a_file_of_a_catalog_is_read_alone(catalog):
    origin = CatalogOrigin()
    assert origin.file(str(catalog), "v1.0.0", "out.txt") == b"first\n"
    assert origin.file(str(catalog), "v1.0.0", "none.txt") is None
    assert origin.file(str(catalog), "v9", "out.txt") is None


CHANGES = {
    "content": lambda folder: (folder / "templates/a.txt").write_text("longer than before\n"),
    "time alone": lambda folder: (folder / "templates/a.txt").touch(),
    "new": lambda folder: (folder / "templates/b.txt").write_text(""),
    "gone": lambda folder: (folder / "templates/sub/c.txt").unlink(),
    "mode": lambda folder: (folder / "templates/a.txt").chmod(0o755),
    "definition": lambda folder: (folder / "copier.yml").write_text("b: 2\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_state_of_the_built_in_catalog_changes_with_each_of_its_files(change, tmp_path):
    files = {"copier.yml": "a: 1\n", "templates/a.txt": "a\n", "templates/sub/c.txt": "c\n", "tests/x.py": "x\n"}
    folder = build_file_tree(tmp_path / "catalog", files)
    (folder / "tests/x.py").write_text("is no part of it\n")
    before = state_of_parts(folder)
    assert state_of_parts(folder) == before
    change(folder)
    assert state_of_parts(folder) != before


def test_the_state_covers_every_part_that_is_read(tmp_path):
    copy = tmp_path / "catalog"
    shutil.copytree(builtin_root() / "upgrade_notes", copy / "upgrade_notes")
    for name in ("templates", "reference_architectures"):
        (copy / name).mkdir()
    (copy / "copier.yml").write_text("a: 1\n")
    for path in read_parts(copy):
        before = state_of_parts(copy)
        (copy / path).unlink()
        assert state_of_parts(copy) != before, path


def test_what_cannot_be_kept_is_worked_out_each_time(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PILOTLINE_CACHE", str(tmp_path / "file"))
    assert remembered("kind", [1], lambda: {"a": "x"}) == {"a": "x"}
    assert remembered("kind", [1], lambda: {"a": "y"}) == {"a": "y"}


@pytest.mark.parametrize("content", ["", "{", "[]", "7"])
def test_what_was_kept_and_is_broken_is_worked_out_anew(content):
    remembered("kind", [1], lambda: {"a": "b"})
    kept = next((cache_folder() / "kind").iterdir())
    kept.write_text(content)
    assert remembered("kind", [1], lambda: {"a": "c"}) == {"a": "c"}
    assert json.loads(kept.read_text()) == {"a": "c"}


def test_the_cache_does_not_grow_for_ever():
    for number in range(320):
        remembered("kind", number, lambda: {"a": "b"})
    kept = list((cache_folder() / "kind").iterdir())
    assert len(kept) <= 300
    remembered("kind", 319, lambda: pytest.fail("the newest is kept"))


def test_a_check_of_a_known_pilot_loads_neither_templates_nor_metadata(tmp_path):
    made = pilotline("new", tmp_path / "pilot", "--defaults", environment=IDENTITY)
    assert made.code == 0, made.err
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from pilotline.readiness.run import CheckOptions, check_pilot\n"
        "check_pilot(Path(sys.argv[1]), CheckOptions(), today=date.today())\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'jinja2', 'pathspec', 'concurrent', 'email'}))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, tmp_path / "pilot"], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert "jinja2" in said[0], "the first one renders"
    assert said[1] == "[]\n"


def test_days_of_versions_are_those_of_their_tags(catalog):
    versions = CatalogOrigin().versions(str(catalog)) or ()
    assert [(version.name, version.day) for version in versions] == [("v1.0.0", date.today())]  # noqa: DTZ011 - git's own day
    assert CatalogOrigin().versions(str(catalog.parent / "none")) is None


def looked(text):
    """Say what a file holds, and count that it was asked."""
    ASKED.append(text.strip())
    return text.strip()


ASKED: list[str] = []


def test_what_was_seen_in_the_catalog_s_own_unchanged_files_is_remembered(catalog):
    build_file_tree(catalog, {"a.txt": "theirs\n", "z.txt": "theirs, too\n"})
    commit_all(catalog, "two", tag="v2.0.0")
    answers = {"_src_path": str(catalog), "_commit": "v2.0.0", "name": "one"}
    files = {"a.txt": "theirs\n", "m.txt": "ours\n", "z.txt": "changed\n", ".copier-answers.yml": json.dumps(answers)}

    def scan(**changes):
        ASKED.clear()
        repo = Repository.of(files | changes, TODAY, CatalogOrigin())
        return dict(repo.scan(("a.txt", "m.txt", "z.txt"), looked)), sorted(ASKED)

    expected = {"a.txt": "theirs", "m.txt": "ours", "z.txt": "changed"}
    assert scan() == (expected, ["changed", "ours", "theirs"])
    assert scan() == (expected, ["changed", "ours"]), "what the team wrote is looked at each time"
    assert scan(**{"a.txt": "edited\n"}) == (expected | {"a.txt": "edited"}, ["changed", "edited", "ours"])
    assert list(scan()[0]) == list(expected)


def test_a_secret_in_the_catalog_s_own_file_is_found_each_time(catalog, tmp_path):
    token = "ghp_" + "a1B2" * 10
    build_file_tree(catalog, {"own.py": f"TOKEN = '{token}'\n", "{{ _copier_conf.answers_file }}.jinja": ANSWERS})
    commit_all(catalog, "two", tag="v2.0.0")
    made = pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", catalog, environment=IDENTITY)
    assert made.code == 0, made.err
    for team in ({}, {}, {"team.py": f"OTHER = '{token}'\n"}):
        build_file_tree(tmp_path / "pilot", team)
        said = pilotline("check", tmp_path / "pilot", "--select", "ENG005", "--all", environment={}).out
        assert "own.py seems to hold a GitHub token" in said, said
        assert ("1 more" in said) == bool(team), said
