"""The old lines that a patch touches are named by their numbers, whatever stands in them."""

import pytest

from pilotline.git.hunks import changed_lines
from tests.helpers import build_file_tree, commit_all, git

OLD = "one\n-- two\nthree\n@@ four\nfive\n"


def touched(tmp_path, new, name="a.txt", old=OLD):
    folder = build_file_tree(tmp_path / "r", {name: old})
    commit_all(folder, "old")
    (folder / name).write_text(new)
    patch = git(folder, "diff", "--no-color", "-U0")
    found = list(changed_lines(patch))
    assert found == list(changed_lines(git(folder, "diff", "--no-color")))
    return [(line.number, line.text) for line in found], {line.path for line in found}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (OLD, []),
        (OLD.replace("-- two", "2"), [(2, "-- two")]),
        (OLD.replace("three\n@@ four\n", ""), [(3, "three"), (4, "@@ four")]),
        (OLD.replace("three", "three\nand more"), [(3, "")]),
        (f"zero\n{OLD}", [(0, "")]),
        (f"{OLD}six\n", [(5, "")]),
        (OLD.replace("one", "1").replace("five\n", "5"), [(1, "one"), (5, "five")]),
        ("", [(1, "one"), (2, "-- two"), (3, "three"), (4, "@@ four"), (5, "five")]),
    ],
)
def test_a_line_is_replaced_removed_or_followed(tmp_path, new, expected):
    found, _ = touched(tmp_path, new)
    assert found == expected


@pytest.mark.parametrize("name", ["a b.txt", "ä.txt", 'q"uote.txt', "deep/er.txt"])
def test_a_file_of_any_name_is_named(tmp_path, name):
    _, paths = touched(tmp_path, "new\n", name)
    assert paths == {name}
