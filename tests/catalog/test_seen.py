from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference
from pilotline.catalog.seen import Seen
from tests.helpers import build_file_tree, commit_all


def test_what_was_read_is_kept_by_whoever_reads(tmp_path):
    build_file_tree(tmp_path, {"copier.yml": "name: one\n", "a.txt": "x\n"})
    commit_all(tmp_path, "one", tag="v1.0.0")
    seen = Seen({}, {})
    load_snapshot(Reference(str(tmp_path), "v1.0.0"), "", seen)
    assert sorted(seen.blobs.values()) == [b"name: one\n", b"x\n"]
    assert "refs/tags/v1.0.0" in seen.refs[tmp_path]
