"""Files on the disk are old or new, never half of both, and nothing lies beside them afterwards."""

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pilotline.errors import DestinationError
from pilotline.files.disk import read_tree, replace_files, write_atomically, write_tree
from pilotline.files.tree import File, Tree
from tests.helpers import build_file_tree


def test_a_tree_is_read_back_as_it_was_written(tmp_path):
    tree = Tree({"b/run": File(b"#!/bin/sh\n", executable=True), "a.bin": File(bytes(range(256))), "ü/é": File(b"")})

    write_tree(tree, tmp_path)

    assert dict(read_tree(tmp_path)) == dict(tree)


def test_git_s_own_folder_is_not_read(tmp_path):
    build_file_tree(tmp_path, {"kept": "1", ".git/config": "2"})

    assert list(read_tree(tmp_path)) == ["kept"]


def test_a_file_is_written_with_its_folders_and_nothing_beside_it(tmp_path):
    write_atomically(tmp_path / "a/b.txt", b"old")
    write_atomically(tmp_path / "a/b.txt", b"new")

    assert {path: file.content for path, file in read_tree(tmp_path).items()} == {"a/b.txt": b"new"}


needs_full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


@needs_full_device
@pytest.mark.parametrize(
    ("write", "error"),
    [
        pytest.param(lambda folder: write_atomically(folder / "a.txt", b"new"), OSError, id="one file"),
        pytest.param(
            lambda folder: replace_files(Tree({"a.txt": File(b"new"), "b.txt": File(b"new")}), folder),
            DestinationError,
            id="several files",
        ),
    ],
)
def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch, write, error):
    build_file_tree(tmp_path, {"a.txt": "old", "b.txt": "old"})

    def write_to_full_disk(path: Path, content: bytes) -> int:
        path.touch()
        with Path("/dev/full").open("wb", buffering=0) as full:
            return full.write(content)

    monkeypatch.setattr(Path, "write_bytes", write_to_full_disk)
    with pytest.raises(error) as caught:
        write(tmp_path)
    monkeypatch.undo()

    assert errno.ENOSPC in {getattr(caught.value, "errno", None), getattr(caught.value.__cause__, "errno", None)}
    assert {path: file.content for path, file in read_tree(tmp_path).items()} == {"a.txt": b"old", "b.txt": b"old"}


def test_two_that_write_the_same_files_at_once_do_not_take_each_other_s_drafts(tmp_path):
    pages = Tree({f"{number}.txt": File(b"page\n" * 1000) for number in range(40)})
    with ThreadPoolExecutor(4) as writers:
        for each in [writers.submit(replace_files, pages, tmp_path) for _ in range(12)]:
            each.result()
    assert dict(read_tree(tmp_path)) == dict(pages)
