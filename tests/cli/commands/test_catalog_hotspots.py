"""What a centre of excellence is told about its pilots' edits."""

import json
import shutil

import pytest

from tests.helpers import pilotline
from tests.upgrade.helpers import edit, make_pilot, numbered

FILES = {"owned.txt": numbered(), "quiet.txt": "quiet\n"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    first = make_pilot(folder, FILES, {**FILES, "later.txt": "later\n"})
    edit(first, {"owned.txt": numbered(n3="ours")})
    second = shutil.copytree(first, folder / "second")
    edit(second, {"quiet.txt": "\x1b[31mloud\n"})
    return folder


def hotspots(folder, *arguments):
    return pilotline("catalog", "hotspots", *arguments, cwd=folder)


def test_people_see_files_by_how_many_edit_them(folder):
    run = hotspots(folder, "pilot", "second")
    assert run.code == 0, run.err
    head, first, line, *_ = run.out.splitlines()
    assert head == "What 2 pilots changed in the catalog's files"
    assert first.split() == ["2", "of", "2", "+2", "-2", "owned.txt"]
    assert line.split() == ["2", "at", "line", "4:", "line", "3"]
    assert "\x1b" not in run.out
    assert "and 1 file more: --most 2" in hotspots(folder, "pilot", "second", "--most", "1").out


def test_machines_get_all_of_it_and_an_error_of_one_pilot_ends_in_1(folder):
    run = hotspots(folder, "pilot", "second", "gone", "--json")
    shown = json.loads(run.out)
    assert run.code == 1
    assert [file["path"] for file in shown["files"]] == ["owned.txt", "quiet.txt"]
    assert shown["files"][0]["lines"] == [{"line": 4, "text": "line 3", "pilots": ["pilot", "second"]}]
    assert shown["errors"][0]["pilot"] == "gone"


def test_nobody_named_is_refused(folder):
    run = hotspots(folder)
    assert run.code == 2
    assert "name the pilots" in run.err
