"""What many teams change of the catalog's files is found, counted by pilots and by lines."""

import shutil

import pytest

from pilotline.fleet.hotspots import find_hotspots
from tests.helpers import commit_all, git
from tests.upgrade.helpers import edit, make_pilot, numbered

FILES = {
    "copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [seed.txt]\nname: {type: str, default: ada}\n",
    "owned.txt": numbered(), "quiet.txt": "quiet\n", "seed.txt": "seed\n",
}  # fmt: skip


@pytest.fixture
def fleet(tmp_path):
    first = make_pilot(tmp_path, FILES, {**FILES, "later.txt": "later\n"})
    return [first, *(shutil.copytree(first, tmp_path / f"p{number}") for number in range(3))]


def test_files_and_lines_are_ordered_by_how_many_change_them(fleet):
    edit(fleet[0], {"owned.txt": numbered(n3="ours"), "seed.txt": "ours\n"})
    edit(fleet[1], {"owned.txt": numbered(n3="other", n9="ours"), "quiet.txt": "loud\n"})
    edit(fleet[2], {"owned.txt": None})
    found = find_hotspots(fleet)
    assert (found.pilots, found.errors) == (4, ())
    owned, quiet = found.files
    assert (owned.path, owned.pilots, owned.edited, owned.deleted) == (
        "owned.txt", 3, (fleet[0], fleet[1]), (fleet[2],),
    )  # fmt: skip
    assert (owned.added_lines, owned.removed_lines) == (3, 3)
    assert [(line.text, line.number, len(line.pilots)) for line in owned.lines] == [("line 3", 4, 2), ("line 9", 10, 1)]
    assert (quiet.path, [line.text for line in quiet.lines]) == ("quiet.txt", ["quiet"])


def test_nothing_changed_is_nothing_told_and_a_broken_pilot_stops_no_other(fleet, tmp_path):
    heard: list[tuple[int, int]] = []
    found = find_hotspots([tmp_path / "gone", *fleet[:2]], progress=lambda *count: heard.append(count))
    assert found.files == ()
    assert [folder for folder, _ in found.errors] == [tmp_path / "gone"]
    assert [*dict.fromkeys(heard)] == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_pilot_in_a_folder_of_a_repository_counts_like_any_other(fleet, tmp_path):
    edit(fleet[0], {"owned.txt": numbered(n3="ours")})
    whole = tmp_path / "whole"
    shutil.copytree(fleet[0], whole / "pilots/one", ignore=shutil.ignore_patterns(".git"))
    git(whole, "init", "--quiet")
    commit_all(whole, "many")
    (file,) = find_hotspots([fleet[0], whole / "pilots/one"]).files
    assert [(line.text, len(line.pilots)) for line in file.lines] == [("line 3", 2)]
