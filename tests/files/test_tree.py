import pytest

from pilotline.errors import DestinationError
from pilotline.files.disk import read_tree, write_tree
from pilotline.files.tree import File, Tree
from tests.helpers import build_file_tree


def test_a_tree_is_read_back_as_it_was_written(tmp_path):
    tree = Tree({"b/run": File(b"#!/bin/sh\n", executable=True), "a.bin": File(bytes(range(256))), "ü/é": File(b"")})

    write_tree(tree, tmp_path)

    assert dict(read_tree(tmp_path)) == dict(tree)


def test_paths_are_in_order_whatever_the_order_of_the_input():
    assert list(Tree({"z": File(b""), "a": File(b"")})) == ["a", "z"]


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "/etc/passwd", ".git/config", "a/.GIT/hooks/x", "", "a/.git /x", "git~1/x", "nul\0l"],
)
def test_a_path_that_leaves_the_tree_is_refused(path):
    with pytest.raises(DestinationError, match="stay inside"):
        Tree({path: File(b"")})


def test_git_s_own_folder_is_not_read(tmp_path):
    build_file_tree(tmp_path, {"kept": "1", ".git/config": "2"})

    assert list(read_tree(tmp_path)) == ["kept"]
