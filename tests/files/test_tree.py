import pytest

from pilotline.errors import DestinationError
from pilotline.files.tree import File, Tree


def test_paths_are_in_order_whatever_the_order_of_the_input():
    assert list(Tree({"z": File(b""), "a": File(b"")})) == ["a", "z"]


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "/etc/passwd", ".git/config", "a/.GIT/hooks/x", "", "a/.git /x", "git~1/x", "nul\0l"],
)
def test_a_path_that_leaves_the_tree_is_refused(path):
    with pytest.raises(DestinationError, match="stay inside"):
        Tree({path: File(b"")})
