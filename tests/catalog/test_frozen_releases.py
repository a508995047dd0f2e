import pytest
from packaging.version import Version

from pilotline.about import CATALOG_VERSION
from pilotline.catalog.frozen_releases import differing_paths, freeze_release, list_releases, read_release
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree

ONE = Tree({"copier.yml": File(b"a: 1\n"), "run": File(b"x", executable=True), "data": File(bytes(range(256)) * 99)})
TWO = Tree({**ONE, "copier.yml": File(b"a: 2\n")})


def test_a_release_is_read_back_as_it_was_frozen(tmp_path):
    freeze_release(ONE, "v1.0.0", tmp_path)
    assert dict(read_release("v1.0.0", tmp_path)) == dict(ONE)


def test_what_did_not_change_between_releases_is_kept_once(tmp_path):
    freeze_release(ONE, "v1.0.0", tmp_path)
    freeze_release(TWO, "v1.1.0", tmp_path)
    assert list_releases(tmp_path) == ("v1.0.0", "v1.1.0")
    assert len(list((tmp_path / "objects").iterdir())) == len(ONE) + 1


def test_a_frozen_version_never_changes(tmp_path):
    freeze_release(ONE, "v1.0.0", tmp_path)
    freeze_release(ONE, "v1.0.0", tmp_path)
    assert differing_paths(TWO, "v1.0.0", tmp_path) == ("copier.yml",)
    with pytest.raises(CatalogError, match=r"frozen and differs: copier\.yml"):
        freeze_release(TWO, "v1.0.0", tmp_path)


def test_a_mode_or_a_missing_file_is_a_difference(tmp_path):
    freeze_release(ONE, "v1.0.0", tmp_path)
    assert differing_paths(Tree({**ONE, "run": File(b"x")}), "v1.0.0", tmp_path) == ("run",)
    assert differing_paths(Tree({"run": ONE["run"]}), "v1.0.0", tmp_path) == ("copier.yml", "data")


def test_a_development_version_is_not_frozen(tmp_path):
    with pytest.raises(CatalogError, match="is not a release"):
        freeze_release(ONE, "v1.0.0.dev1", tmp_path)


def test_a_damaged_release_is_said(tmp_path):
    freeze_release(ONE, "v1.0.0", tmp_path)
    next((tmp_path / "objects").iterdir()).write_bytes(b"x")
    with pytest.raises(CatalogError, match="damaged"):
        read_release("v1.0.0", tmp_path)


def test_this_checkout_is_either_in_development_or_equal_to_its_frozen_release(builtin):
    if Version(CATALOG_VERSION).is_prerelease:
        assert CATALOG_VERSION not in list_releases()
    else:
        assert differing_paths(builtin.tree, CATALOG_VERSION) == ()
