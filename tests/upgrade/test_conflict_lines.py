"""Lines to decide are numbered as the team's own file has them, not as git's marks have moved them."""

import pytest

from pilotline.upgrade.conflict_lines import LineRange, find_line_ranges
from tests.helpers import git
from tests.upgrade.helpers import edit, make_pilot, numbered, upgrade

MARKED = (
    "a\n<<<<<<< ours\nb\nc\n=======\nx\n>>>>>>> catalog\nd\n<<<<<<< ours\n||||||| base\ne\n=======\n>>>>>>> catalog\n"
)


def test_marks_count_for_nothing():
    first, second = find_line_ranges(MARKED.encode())
    assert (first, second) == (LineRange(2, 3), LineRange(5, 4))
    assert (str(first), str(second), str(LineRange(7, 7))) == ("2-3", "before 5", "7")


@pytest.mark.parametrize("text", ["", "a\n", "Title\n=======\n", "<<<<<<< ours\na\n", ">>>>>>> x\n", "<<<<<<<\n"])
def test_what_is_no_pair_of_marks_is_text(text):
    assert find_line_ranges(text.encode()) == ()


def test_they_are_the_lines_that_the_team_sees(tmp_path):
    theirs = numbered(n3="the catalog's", n20="the catalog's too")
    pilot = make_pilot(tmp_path, {"owned.txt": numbered()}, {"owned.txt": theirs})
    edit(pilot, {"owned.txt": numbered(n0="ours\nand more", n3="ours", n20="ours")})
    ours = (pilot / "owned.txt").read_text().splitlines()
    upgrade(pilot)
    merged = (pilot / "owned.txt").read_bytes()
    assert git(pilot, "status", "--porcelain", "owned.txt").startswith("UU")
    found = find_line_ranges(merged)
    assert [ours[each.first - 1 : each.last] for each in found] == [["ours"], ["ours"]]
    assert [each.first for each in found] == [5, 22]
