from pilotline.versions import latest_version, sorted_versions


def test_only_released_versions_count_as_latest():
    assert latest_version(("v1.0", "v1.10", "v1.9", "v2.0rc1", "nonsense")) == "v1.10"
    assert latest_version(("nonsense", "v2.0.dev1")) is None


def test_versions_are_ordered_by_pep_440_and_other_tags_are_left_out():
    assert sorted_versions(("v1.9", "nightly", "v1.10", "1.10rc1")) == ["v1.10", "1.10rc1", "v1.9"]
