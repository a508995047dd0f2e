"""The cache with real repositories behind real addresses; a place that is moved away is a network that is gone."""

import shutil
import subprocess
import sys

import pytest

from pilotline.catalog.cache import fetch_version, list_remote_refs
from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference
from pilotline.config import cache_folder
from pilotline.errors import CatalogError
from pilotline.git import commands as door
from tests.helpers import build_file_tree, commit_all, git, pilotline


@pytest.fixture
def origin(tmp_path):
    folder = tmp_path / "origin"
    for number in ("1", "2", "3"):
        build_file_tree(folder, {"copier.yml": f"name: v{number}\n", "README.md": "x\n"})
        commit_all(folder, number, tag=f"v{number}.0.0")
    return folder


@pytest.fixture
def url(origin):
    return f"file://{origin}"


def content(reference):
    return load_snapshot(reference, "").tree["copier.yml"].content


def go_offline(origin):
    origin.rename(origin.with_name("away"))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PILOTLINE_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "/c"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/pilotline"),
    ],
    ids=["own variable", "XDG"],
)
def test_where_the_cache_lies_can_be_said(environment, expected):
    assert str(cache_folder(environment)) == expected


def test_a_version_is_fetched_once_and_without_its_history(url, origin):
    first = fetch_version(url, "v2.0.0")
    assert door.run_git(["rev-list", "--count", "v2.0.0"], first.repository) == b"1\n"
    go_offline(origin)
    assert fetch_version(url, "v2.0.0") == first
    assert content(Reference(url, "v2.0.0")) == b"name: v2\n"


def test_a_version_may_be_written_in_any_way_online_and_offline(url, origin):
    assert fetch_version(url, "2").version == "v2.0.0"
    assert content(Reference(str(origin), "2.0")) == b"name: v2\n"
    go_offline(origin)
    assert fetch_version(url, "2.0.0").version == "v2.0.0"


def test_a_damaged_copy_is_named_and_fetched_again_once_it_is_gone(url):
    repository = fetch_version(url, "v2.0.0").repository
    for file in (repository / "objects").rglob("*"):
        if file.is_file():
            file.chmod(0o600)
            file.write_bytes(b"")
    with pytest.raises(CatalogError, match=r"cached copy of .* cannot be read") as error:
        content(Reference(url, "v2.0.0"))
    assert str(repository) in str(error.value.hint)
    shutil.rmtree(repository)
    assert content(Reference(url, "v2.0.0")) == b"name: v2\n"


def test_a_branch_of_that_name_is_meant_before_another_spelling_of_a_tag(url, origin):
    git(origin, "branch", "2.0", "v1.0.0")
    assert content(Reference(url, "2.0")) == content(Reference(str(origin), "2.0")) == b"name: v1\n"


def test_the_newest_is_looked_for_each_time(url, origin):
    assert content(Reference(url)) == b"name: v3\n"
    build_file_tree(origin, {"copier.yml": "name: v4\n"})
    commit_all(origin, "4", tag="v4.0.0")
    assert content(Reference(url)) == b"name: v4\n"


def test_offline_the_newest_cached_is_used_and_that_is_said(url, origin, caplog):
    fetch_version(url, "v2.0.0")
    go_offline(origin)
    assert content(Reference(url)) == b"name: v2\n"
    assert caplog.messages == [
        f"{url} cannot be reached; a newer version than the cached v2.0.0 could not be looked for."
    ]


def test_offline_what_was_never_fetched_is_refused(url, origin):
    fetch_version(url, "v2.0.0")
    go_offline(origin)
    with pytest.raises(CatalogError, match=r"cannot be reached, and the cache does not hold its v3\.0\.0") as raised:
        fetch_version(url, "v3.0.0")
    assert raised.value.hint == "Versions that are there: v2.0.0."


def test_a_branch_brings_the_history_that_names_it_and_is_followed(url, origin):
    fetch_version(url, "v1.0.0")
    for word in ("four", "five"):
        build_file_tree(origin, {"copier.yml": f"name: {word}\n"})
        commit_all(origin, word)
        loaded = load_snapshot(Reference(url, "main"), "")
        assert loaded.tree["copier.yml"].content == f"name: {word}\n".encode()
        assert loaded.identity.version == git(origin, "describe", "--tags")
    described = git(origin, "describe", "--tags")
    go_offline(origin)
    assert content(Reference(url, described)) == b"name: five\n", "a described commit never changes"


def test_a_tag_after_a_branch_keeps_the_history(url, origin):
    fetch_version(url, "main")
    build_file_tree(origin, {"copier.yml": "name: v4\n"})
    commit_all(origin, "4", tag="v4.0.0")
    cached = fetch_version(url, "v4.0.0")
    assert door.run_git(["rev-list", "--count", "v4.0.0"], cached.repository) == b"4\n"


def test_a_moved_tag_is_an_error_when_it_is_the_one_looked_for(url, origin):
    before = fetch_version(url, None)
    commit_all(build_file_tree(origin, {"copier.yml": "name: other\n"}), "other")
    git(origin, "tag", "--force", "v3.0.0")
    with pytest.raises(CatalogError, match=r"The tag v3\.0\.0 of .* was moved") as raised:
        fetch_version(url, None)
    assert "never changes" in raised.value.hint
    assert fetch_version(url, "v3.0.0") == before, "what was fetched stays what it was"


def test_another_tag_that_moved_is_a_warning(url, origin, caplog):
    fetch_version(url, "v1.0.0")
    git(origin, "tag", "--force", "v1.0.0", "v2.0.0")
    assert content(Reference(url)) == b"name: v3\n"
    assert [message for message in caplog.messages if "The tag v1.0.0" in message and "was moved" in message]


def test_an_annotated_tag_leads_to_its_commit(url, origin):
    git(origin, "tag", "--annotate", "--message", "x", "v4.0.0")
    assert fetch_version(url, None).commit == git(origin, "rev-parse", "HEAD")
    assert list_remote_refs(url).moved == ()


@pytest.mark.parametrize("version", ["--upload-pack=touch pwned", "a b", "../x", "v9", "refs/tags/v1.0.0:x", "+v1.0.0"])
def test_what_is_no_version_is_refused_and_never_an_option(url, tmp_path, monkeypatch, version):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CatalogError, match="has no version"):
        fetch_version(url, version)
    assert not (tmp_path / "pwned").exists()


def test_a_cache_that_cannot_be_written_is_one_sentence(url, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PILOTLINE_CACHE", str(tmp_path / "file"))
    with pytest.raises(CatalogError, match=r"cache folder .* cannot be written"):
        fetch_version(url, "v1.0.0")


FETCH = (
    "import sys; from pilotline.catalog.loading import *;"
    "print(load_snapshot(Reference(*sys.argv[1:]), '').identity.version)"
)


def test_processes_that_start_together_on_a_cold_cache_all_succeed(url):
    wanted = ["v1.0.0", "v2.0.0", "v3.0.0", "main", "v1.0.0", "v3.0.0", "main", "v2.0.0"]
    started = [
        subprocess.Popen([sys.executable, "-c", FETCH, url, version], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for version in wanted
    ]
    ended = [process.communicate(timeout=100) for process in started]
    assert [out.decode().strip() for out, _ in ended] == ["v3.0.0" if name == "main" else name for name in wanted], (
        ended
    )
    assert sorted(path.suffix for path in (cache_folder() / "catalogs").iterdir()) == [".git", ".lock"]


def test_a_user_sees_one_sentence_offline_and_the_result(url, origin, tmp_path):
    assert pilotline("new", tmp_path / "one", "--defaults", "--catalog", url).code == 0
    go_offline(origin)
    done = pilotline("new", tmp_path / "two", "--defaults", "--catalog", url)
    assert (done.code, done.err) == (
        0,
        f"{url} cannot be reached; a newer version than the cached v3.0.0 could not be looked for.\n",
    )
