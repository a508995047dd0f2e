"""A shelf of catalogs reads each version once, for however many ask, and says again what could not be had."""

import pickle
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION
from pilotline.catalog import loading
from pilotline.catalog.catalogs import Catalogs
from pilotline.catalog.loading import load_builtin
from pilotline.catalog.reference import Reference
from pilotline.config import Config
from pilotline.errors import CatalogError
from pilotline.files.tree import Tree
from pilotline.git.contents import read_blobs
from pilotline.git.revisions import list_refs
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot
from tests.helpers import build_file_tree, commit_all, git

PUBLISHED = "https://git.example.org/pilotline.git"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "catalog"
    build_file_tree(folder, {"copier.yml": "_exclude: [copier.yml]\nname: one\n", "same.txt": "x\n", "n.txt": "1\n"})
    commit_all(folder, "one", tag="v1.0.0")
    build_file_tree(folder, {"n.txt": "2\n"})
    commit_all(folder, "two", tag="v2.0.0")
    return folder


def test_a_version_is_read_once_and_the_next_one_only_where_it_differs(folder, monkeypatch):
    asked: list[list[str]] = []

    def read(place: Path, object_ids: list[str]) -> Sequence[bytes]:
        asked.append(object_ids)
        return read_blobs(place, object_ids)

    monkeypatch.setattr(loading, "read_blobs", read)
    catalogs = Catalogs()
    first = catalogs.base(str(folder), "v1.0.0")
    assert catalogs.base(str(folder), "v1.0.0") is first
    newest = catalogs.recorded(str(folder), None)
    assert (newest.identity.version, newest.tree["n.txt"].content) == ("v2.0.0", b"2\n")
    assert list(map(len, asked)) == [3, 1]


def test_both_versions_are_found_in_one_list_of_refs_and_the_next_shelf_makes_its_own(folder, monkeypatch):
    asked: list[Path] = []

    def list_(place: Path) -> Mapping[str, str]:
        asked.append(place)
        return list_refs(place)

    monkeypatch.setattr(loading, "list_refs", list_)
    catalogs = Catalogs()
    assert catalogs.base(str(folder), "v1.0.0").identity.version == "v1.0.0"
    assert catalogs.recorded(str(folder), None).identity.version == "v2.0.0"
    assert asked == [folder]
    git(folder, "tag", "v3.0.0")
    assert Catalogs().recorded(str(folder), None).identity.version == "v3.0.0"


def test_threads_share_one_reading_and_render_alike(monkeypatch):
    loads: list[str] = []

    def load(source: str, version: str | None = None) -> Snapshot:
        loads.append(source)
        return load_builtin(source, version)

    monkeypatch.setattr(loading, "load_builtin", load)
    catalogs = Catalogs()

    def work(_: int) -> tuple[Snapshot, Tree]:
        snapshot = catalogs.base(CATALOG_SOURCE, CATALOG_VERSION)
        return snapshot, render(snapshot, accept_answers(snapshot, {}))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(4)))
    assert len(loads) == 1
    alone = load_builtin(CATALOG_SOURCE)
    assert all(tree == render(alone, accept_answers(alone, {})) for _, tree in found)
    assert len({id(snapshot) for snapshot, _ in found}) == 1


def test_what_cannot_be_had_is_asked_for_once_and_each_hears_an_error_of_its_own(folder):
    catalogs = Catalogs()
    with pytest.raises(CatalogError, match="no version v9") as first:
        catalogs.base(str(folder), "v9")
    first.value.hint = "of this one alone"
    git(folder, "tag", "v9")
    with pytest.raises(CatalogError, match="no version v9") as second:
        catalogs.base(str(folder), "v9")
    assert "Versions that it has" in second.value.hint
    assert Catalogs().base(str(folder), "v9").identity.version == "v9"


def test_the_built_in_catalog_goes_by_its_own_address_and_the_configured_one():
    catalogs = Catalogs(Config(source=PUBLISHED))
    assert catalogs.is_builtin(PUBLISHED)
    assert catalogs.is_builtin(CATALOG_SOURCE)
    assert not catalogs.is_builtin("https://git.example.org/other.git")
    assert catalogs.open(Reference()).identity.source == PUBLISHED
    assert catalogs.locate(PUBLISHED, CATALOG_VERSION) is None
    assert catalogs.published(Reference()).editions[0].version == CATALOG_VERSION


def test_a_commit_is_found_without_reading_and_a_plain_folder_has_none(folder, tmp_path):
    catalogs = Catalogs()
    found = catalogs.locate(str(folder), "v1.0.0")
    assert found is not None
    assert found.commit == git(folder, "rev-parse", "v1.0.0^{commit}").strip()
    plain = shutil.copytree(folder, tmp_path / "plain", ignore=shutil.ignore_patterns(".git"))
    assert catalogs.locate(str(plain), None) is None


def test_a_shelf_crosses_a_process_empty(folder):
    catalogs = Catalogs(Config(source=PUBLISHED))
    here = catalogs.base(str(folder), "v1.0.0")
    there = pickle.loads(pickle.dumps(catalogs))
    assert there == catalogs
    assert there != Catalogs()
    assert there.base(str(folder), "v1.0.0").tree == here.tree


def test_what_stands_on_a_shelf_crosses_a_process_and_renders_there(folder):
    snapshot = Catalogs().base(str(folder), "v1.0.0")
    there = pickle.loads(pickle.dumps(snapshot))
    assert render(there, accept_answers(there, {})) == render(snapshot, accept_answers(snapshot, {}))
