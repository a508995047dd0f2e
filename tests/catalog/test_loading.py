import pytest

from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference, parse_reference
from pilotline.errors import CatalogError
from pilotline.files.tree import File
from tests.helpers import build_file_tree, commit_all, git

SOURCE = "https://pilotline.invalid/pilotline.git"


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "catalog"
    build_file_tree(folder, {"copier.yml": "name: one\n"})
    commit_all(folder, "one", tag="v1.0.0")
    build_file_tree(folder, {"copier.yml": "name: two\n"})
    commit_all(folder, "two", tag="v2.0.0b1")
    return folder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Reference()),
        ("", Reference()),
        ("@v1", Reference(None, "v1")),
        ("/a/b", Reference("/a/b")),
        ("/a/b@v1.2", Reference("/a/b", "v1.2")),
        ("https://h/x.git@v1", Reference("https://h/x.git", "v1")),
        ("git@host:team/x.git", Reference("git@host:team/x.git")),
        ("git@host:team/x.git@v1", Reference("git@host:team/x.git", "v1")),
        ("ssh://git@host/x", Reference("ssh://git@host/x")),
    ],
    ids=str,
)
def test_an_at_sign_of_the_address_is_no_version(text, expected):
    assert parse_reference(text) == expected


def test_the_newest_release_is_taken_not_the_newest_prerelease(repository):
    loaded = load_snapshot(Reference(str(repository)), SOURCE)
    assert (loaded.identity.version, loaded.tree["copier.yml"].content) == ("v1.0.0", b"name: one\n")


@pytest.mark.parametrize("kind", ["{}", "file://{}"])
def test_a_version_is_read_from_folder_and_address_alike(repository, kind):
    loaded = load_snapshot(Reference(kind.format(repository), "v2.0.0b1"), SOURCE)
    assert (loaded.identity.version, loaded.tree["copier.yml"].content) == ("v2.0.0b1", b"name: two\n")


def test_a_branch_is_recorded_as_copier_records_it(repository):
    build_file_tree(repository, {"copier.yml": "name: three\n"})
    commit_all(repository, "three")
    version = load_snapshot(Reference(str(repository), "main"), SOURCE).identity.version
    assert version == git(repository, "describe", "--tags", "--always")
    assert version.startswith("v2.0.0b1-1-g")


def test_a_plain_folder_has_no_version(tmp_path):
    build_file_tree(tmp_path, {"copier.yml": "name: x\n", "__pycache__/x.pyc": "", "t/a": ""})
    loaded = load_snapshot(Reference(str(tmp_path)), SOURCE)
    assert (loaded.identity.version, list(loaded.tree)) == (None, ["copier.yml", "t/a"])


def test_the_built_in_catalog_is_named_by_address_and_version(builtin):
    assert builtin.identity.source == SOURCE
    assert builtin.identity.version.startswith("v0.")
    assert "reference_architectures/batch_scoring/architecture.yml" in builtin.tree


@pytest.mark.parametrize(
    ("place", "version", "message"),
    [
        ("/no/such/folder", None, "There is no catalog at"),
        ("ext::sh -c x", None, "There is no catalog at"),
        ("--upload-pack=x", None, "There is no catalog at"),
        ("https://127.0.0.1:1/x.git", None, "cannot be reached"),
        (None, "v0.0.1", "carries no built-in catalog v0.0.1"),
    ],
)
def test_a_catalog_that_is_not_there_is_said_in_one_sentence(place, version, message):
    with pytest.raises(CatalogError, match=message):
        load_snapshot(Reference(place, version), SOURCE)


def test_a_version_that_is_not_there_lists_those_that_are(repository):
    with pytest.raises(CatalogError, match="no version v9") as raised:
        load_snapshot(Reference(str(repository), "v9"), SOURCE)
    assert "v2.0.0b1, v1.0.0" in raised.value.hint


def test_a_folder_that_is_no_catalog_is_not_even_read(tmp_path):
    with pytest.raises(CatalogError, match=r"has no copier\.yml"):
        load_snapshot(Reference(str(tmp_path)), SOURCE)


def test_broken_yaml_is_one_sentence_with_the_line(tmp_path):
    build_file_tree(tmp_path, {"copier.yml": "a: 1\nb: [1\n"})
    with pytest.raises(CatalogError, match=r"copier.yml, line \d+:"):
        _ = load_snapshot(Reference(str(tmp_path)), SOURCE).definition


def test_a_symbolic_link_in_a_catalog_is_read_as_a_link(repository):
    (repository / "link").symlink_to("/etc/passwd")
    commit_all(repository, "link", tag="v3.0.0")
    loaded = load_snapshot(Reference(str(repository)), SOURCE)
    assert loaded.tree["link"] == File(b"/etc/passwd", link=True)
