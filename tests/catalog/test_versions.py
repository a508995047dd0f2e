import pytest

from pilotline.catalog.versions import latest_version, match_version, sorted_versions
from pilotline.errors import CatalogError


def test_only_released_versions_count_as_latest():
    assert latest_version(("v1.0", "v1.10", "v1.9", "v2.0rc1", "nonsense")) == "v1.10"
    assert latest_version(("nonsense", "v2.0.dev1")) is None


def test_versions_are_ordered_by_pep_440_and_other_tags_are_left_out():
    assert sorted_versions(("v1.9", "nightly", "v1.10", "1.10rc1")) == ["v1.10", "1.10rc1", "v1.9"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("v1.0.0", "v1.0.0"),
        ("1.0.0", "v1.0.0"),
        ("1", "v1.0.0"),
        ("2.0rc1", "2.0.0-rc.1"),
        ("1.1", None),
        ("main", None),
    ],
)
def test_a_version_may_be_written_in_any_way(wanted, found):
    assert match_version(wanted, ("v1.0.0", "2.0.0-rc.1", "nightly")) == found


def test_a_version_with_two_tags_is_taken_by_its_exact_name_only():
    assert match_version("1.0.0", ("v1.0.0", "1.0.0")) == "1.0.0"
    with pytest.raises(CatalogError, match=r"Several tags are version 1: v1.0.0, 1.0.0."):
        match_version("1", ("v1.0.0", "1.0.0"))
