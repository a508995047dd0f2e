import json

import pytest

from pilotline.about import CATALOG_VERSION
from tests.helpers import build_file_tree, commit_all, git, pilotline


@pytest.fixture
def origin(tmp_path):
    folder = build_file_tree(tmp_path / "origin", {"copier.yml": "a: 1\n", "README.md": "x\n"})
    commit_all(folder, "one", tag="v1.0.0")
    git(folder, "tag", "v1.1.0rc1")
    git(folder, "tag", "nightly")
    return folder


def test_versions_are_listed_newest_first_with_what_is_here(origin):
    url = f"file://{origin}"
    assert pilotline("new", origin.parent / "pilot", "--defaults", "--catalog", url).code == 0
    done = pilotline("catalog", "versions", "--catalog", url)
    commit = git(origin, "rev-parse", "HEAD")[:9]
    assert (done.code, done.out) == (0, f"{url}\n  v1.1.0rc1  {commit}  pre-release\n  v1.0.0     {commit}  here\n")


def test_json_tells_everything(origin):
    found = json.loads(pilotline("catalog", "versions", "--catalog", origin, "--json").out)
    assert (found["format"], found["source"], found["online"], found["moved"]) == (1, str(origin), True, [])
    assert [(row["version"], row["prerelease"], row["here"]) for row in found["versions"]] == [
        ("v1.1.0rc1", True, True),
        ("v1.0.0", False, True),
    ]


def test_a_moved_tag_is_a_finding(origin):
    url = f"file://{origin}"
    pilotline("new", origin.parent / "pilot", "--defaults", "--catalog", url)
    commit_all(build_file_tree(origin, {"copier.yml": "a: 2\n"}), "two")
    git(origin, "tag", "--force", "v1.0.0")
    done = pilotline("catalog", "versions", "--catalog", url)
    assert done.code == 1
    assert "moved since it was fetched" in done.out


def test_the_built_in_catalog_has_its_own_version():
    found = json.loads(pilotline("catalog", "versions", "--json").out)
    assert CATALOG_VERSION in [row["version"] for row in found["versions"]]


@pytest.mark.parametrize("tags", [(), ("nightly",)], ids=["no tag", "no version"])
def test_a_catalog_without_versions_says_so(tmp_path, tags):
    folder = build_file_tree(tmp_path / "c", {"copier.yml": "a: 1\n"})
    commit_all(folder, "one")
    for tag in tags:
        git(folder, "tag", tag)
    assert "has no version yet" in pilotline("catalog", "versions", "--catalog", folder).out


def test_a_plain_folder_is_refused(tmp_path):
    done = pilotline("catalog", "versions", "--catalog", tmp_path)
    assert done.code == 2
    assert "not a git repository" in done.err
