"""Releasing with real git: what is refused changes nothing, what is released is whole."""

import json
import shutil
import subprocess
from datetime import date

import pytest

from pilotline.authoring.release import plan_release, publish_release
from pilotline.errors import CatalogError
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline
from tests.killing import run_killed, some
from tests.linting.test_rules import FAULTS, GOOD, QUESTIONS, plant

FRAGMENTS = {
    "changelog.d/README.md": "About fragments.\n",
    "changelog.d/growth.changed.md": "The first objective is growth.\n",
    "changelog.d/db.added.md": "The integration db.\n",
    "CHANGELOG.md": "# Changelog\n\n## v1.0.0 (2026-01-01)\n\n- All.\n",
    "upgrade_notes/next.md": "## Manual steps\n\n1. Set the new address.\n",
}


@pytest.fixture
def catalog(tmp_path):
    folder = plant(tmp_path / "catalog", GOOD)
    commit_all(folder, "one", tag="v1.0.0")
    commit_all(build_file_tree(folder, FRAGMENTS), "two")
    return folder


def release(folder, *arguments):
    return pilotline("catalog", "release", *arguments, cwd=folder, environment=IDENTITY)


def state(folder):
    return (files_below(folder), git(folder, "rev-parse", "HEAD"), git(folder, "tag"), git(folder, "status", "--short"))


def test_a_release_is_told_committed_and_tagged(catalog):
    done = release(catalog, "1.1.0")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].startswith("Released v1.1.0 as ")
    assert git(catalog, "cat-file", "-t", "v1.1.0") == "tag"
    assert git(catalog, "rev-parse", "v1.1.0^{commit}") == git(catalog, "rev-parse", "HEAD")
    assert git(catalog, "log", "-1", "--format=%an: %s") == "Test Author: Release v1.1.0"
    assert git(catalog, "status", "--short") == ""
    files = files_below(catalog)
    assert [path for path in files if path.startswith("changelog.d/")] == ["changelog.d/README.md"]
    assert files["upgrade_notes/v1.1.0.md"].decode() == (
        "# v1.1.0\n\n## Added\n\n- The integration db.\n\n## Changed\n\n- The first objective is growth.\n\n"
        "## Manual steps\n\n1. Set the new address.\n"
    )
    assert "upgrade_notes/next.md" not in files
    changelog = files["CHANGELOG.md"].decode()
    assert changelog.index("## v1.1.0 (2") < changelog.index("### Added") < changelog.index("## v1.0.0")
    listed = pilotline("catalog", "versions", "--catalog", catalog, "--json").out
    assert [row["version"] for row in json.loads(listed)["versions"]] == ["v1.1.0", "v1.0.0"]


def test_a_plan_shows_the_notes_and_changes_nothing(catalog):
    before = state(catalog)
    done = release(catalog, "1.1.0", "--plan")
    assert done.code == 0
    assert "- The first objective is growth." in done.out
    assert state(catalog) == before


def test_the_style_of_the_tags_is_kept(tmp_path):
    folder = plant(tmp_path, GOOD)
    commit_all(folder, "one", tag="1.0.0")
    commit_all(build_file_tree(folder, FRAGMENTS), "two")
    assert release(folder, "v1.1.0rc1").code == 0
    assert git(folder, "tag").split() == ["1.0.0", "1.1.0rc1"]


def spoil(folder, kind):
    if kind == "dirty":
        build_file_tree(folder, {"new.txt": "x"})
    elif kind == "detached":
        git(folder, "checkout", "--quiet", "--detach")
    elif kind == "nothing to tell":
        git(folder, "rm", "--quiet", "changelog.d/db.added.md", "changelog.d/growth.changed.md")
        commit_all(folder, "three")
    elif kind == "no fragment":
        commit_all(build_file_tree(folder, {"changelog.d/x.md": "x"}), "three")
    elif kind == "a problem":
        commit_all(plant(folder, FAULTS["unknown-layer"][0]), "three")
    elif kind == "a hook":
        hook = folder / ".git/hooks/commit-msg"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho error: not today >&2\nexit 1\n")
        hook.chmod(0o755)


@pytest.mark.parametrize(
    ("kind", "version", "code", "message"),
    [
        ("", "next", 2, "next is no PEP 440 version"),
        ("", "pilot-v2", 2, "no PEP 440 version"),
        ("", "1.0.0", 2, "The version 1.0.0 exists"),
        ("", "v1.0", 2, "exists"),
        ("", "0.9", 2, "is smaller than v1.0.0"),
        ("", "1.0.0rc1", 2, "is smaller than v1.0.0"),
        ("dirty", "1.1.0", 2, "not committed"),
        ("detached", "1.1.0", 2, "No branch is checked out"),
        ("nothing to tell", "1.1.0", 2, "nothing to tell"),
        ("no fragment", "1.1.0", 2, "no change fragments: changelog.d/x.md"),
        ("a problem", "1.1.0", 1, "unknown-layer"),
        ("a hook", "1.1.0", 2, "not today"),
    ],
)
def test_what_cannot_be_released_is_refused_and_left_as_it_was(catalog, kind, version, code, message):
    spoil(catalog, kind)
    before = state(catalog)
    done = release(catalog, version)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert state(catalog) == before


def test_a_release_that_a_hook_refused_is_made_once_that_is_mended(catalog):
    spoil(catalog, "a hook")
    assert release(catalog, "1.1.0").code == 2
    (catalog / ".git/hooks/commit-msg").unlink()
    commit_all(build_file_tree(catalog, {"NOTES.md": "What the hook asked for.\n"}), "mended")
    done = release(catalog, "1.1.0")
    assert (done.code, done.err) == (0, "")


def test_a_folder_that_is_no_repository_is_refused(tmp_path):
    done = release(plant(tmp_path, GOOD), "1.0.0")
    assert done.code == 2
    assert "is not a git repository" in done.err


def test_the_built_in_catalog_also_gets_its_version_and_its_frozen_snapshot(tmp_path):
    """In a repository of the same shape as pilotline's own."""
    about = 'X = 1\n__version__ = "1.1.0.dev1"\nY = 2\n'
    folder = plant(tmp_path, {**GOOD, "generator/pilotline/about.py": about})
    commit_all(folder, "one")
    commit_all(build_file_tree(folder, FRAGMENTS), "two")
    assert release(folder, "1.1.0").code == 0
    files = files_below(folder)
    assert files["generator/pilotline/about.py"].decode() == 'X = 1\n__version__ = "1.1.0"\nY = 2\n'
    frozen = json.loads(files["generator/pilotline/_releases/v1.1.0.json"])
    assert {"copier.yml", "upgrade_notes/v1.1.0.md", "templates/_integrations/db.yml"} <= set(frozen)
    assert not [path for path in frozen if path.startswith(("generator", "changelog", "CHANGELOG"))]
    assert subprocess.run(["git", "diff", "--quiet", "v1.1.0"], cwd=folder, check=False).returncode == 0


def release_killed(folder, at=0, when="never"):
    """Release through a git that kills whoever called it; give the calls that it saw."""
    return len(run_killed(folder.parent / f"programs{at}{when}", folder, ["catalog", "release", "1.1.0"], at, when))


def test_a_release_that_was_killed_at_some_step_is_made_by_the_next_one(catalog, tmp_path):
    look_killed(catalog, tmp_path, lambda steps: some(steps, 3, "release"))


@pytest.mark.combinations
def test_a_release_that_was_killed_at_any_step_is_made_by_the_next_one(catalog, tmp_path):
    look_killed(catalog, tmp_path, list)


def look_killed(catalog, tmp_path, choose):
    before = git(catalog, "rev-parse", "HEAD")
    whole = shutil.copytree(catalog, tmp_path / "whole", symlinks=True)
    calls = release_killed(whole)
    expected = files_below(whole)
    writing = 9  # init to tag, and what is asked in between
    steps = [(at, when) for at in range(calls - writing, calls + 1) for when in ("before", "within", "after")]
    for at, when in choose(steps):
        killed = shutil.copytree(catalog, tmp_path / f"killed{at}{when}", symlinks=True)
        release_killed(killed, at, when)
        tagged = "v1.1.0" in git(killed, "tag").split()
        again = release(killed, "1.1.0")
        assert again.code == (2 if tagged else 0), (at, when, again.err)
        assert files_below(killed) == expected, (at, when)
        assert git(killed, "status", "--porcelain") == ""
        assert git(killed, "rev-parse", "v1.1.0^{commit}") == git(killed, "rev-parse", "HEAD")
        assert git(killed, "rev-parse", "HEAD~1") == before
        shutil.rmtree(killed)


def test_a_plan_writes_nothing_where_a_release_was_killed(catalog, tmp_path):
    whole = shutil.copytree(catalog, tmp_path / "whole", symlinks=True)
    release_killed(catalog, release_killed(whole) - 3, "before")
    before = state(catalog), files_below(catalog / ".git")
    refused = release(catalog, "1.1.0", "--plan")
    assert (refused.code, "without --plan takes it back" in refused.err) == (2, True)
    assert (state(catalog), files_below(catalog / ".git")) == before
    assert release(catalog, "1.1.0").code == 0


def test_work_that_was_done_since_a_release_was_killed_is_nobodys_to_drop(catalog, tmp_path):
    whole = shutil.copytree(catalog, tmp_path / "whole", symlinks=True)
    release_killed(catalog, release_killed(whole) - 3, "before")
    build_file_tree(catalog, {"CHANGELOG.md": "mine since\n"})
    refused = release(catalog, "1.1.0")
    assert (refused.code, "was killed here while it wrote, and something was changed: CHANGELOG.md" in refused.err) == (
        2,
        True,
    )
    assert (catalog / "CHANGELOG.md").read_text() == "mine since\n"


@pytest.mark.parametrize("what", ["a commit", "the same release", "an edit", "a new file"])
def test_what_came_while_a_release_was_checked_is_neither_released_nor_dropped(catalog, monkeypatch, what):
    """Linting takes a while, and people work on."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    planned = plan_release(catalog, "1.1.0", date(2026, 11, 29), recover=True)
    match what:
        case "a commit":
            commit_all(build_file_tree(catalog, {"README.md": "new\n"}), "ours")
        case "the same release":
            assert release(catalog, "1.1.0").code == 0
        case "an edit":
            build_file_tree(catalog, {"copier.yml": f"{QUESTIONS}# ours\n"})
        case "a new file":
            build_file_tree(catalog, {"notes.txt": "ours\n"})
    before = state(catalog)
    with pytest.raises(CatalogError, match="has changed while it was checked"):
        publish_release(planned)
    assert state(catalog) == before
