"""Many pilots are planned in one process, and one that is broken stops none of the others."""

import json
import shutil

import pytest

from pilotline.errors import CatalogError
from pilotline.fleet.preview import preview_upgrades
from pilotline.pilot.repository import PilotError
from tests.helpers import build_file_tree, commit_all
from tests.upgrade.helpers import edit, make_pilot, numbered, release, state, upgrade

ONE = {"owned.txt": numbered(), "who.txt.jinja": "{{ name }} in {{ _folder_name }}\n"}
TWO = {**ONE, "owned.txt": numbered(n3="the catalog's"), "new.txt": "new\n"}


@pytest.fixture
def pilots(tmp_path):
    first = make_pilot(tmp_path, ONE, TWO)
    folders = [first, *(shutil.copytree(first, tmp_path / name) for name in ("edited", "conflicting"))]
    edit(folders[1], {"owned.txt": numbered(n20="ours")})
    edit(folders[2], {"owned.txt": numbered(n3="ours")})
    return folders


def test_each_plan_is_what_a_single_one_says(pilots):
    before = [state(pilot) for pilot in pilots]
    found = list(preview_upgrades(pilots))
    assert [state(pilot) for pilot in pilots] == before
    assert [preview.folder for preview in found] == pilots
    for preview, pilot in zip(found, pilots, strict=True):
        alone = json.loads(upgrade(pilot, "--plan", "--json").out)
        assert preview.plan is not None, preview.error
        assert list(preview.plan.conflicts) == alone["conflicts"]
        assert [(c.kind, c.path) for c in preview.plan.changes] == [(c["kind"], c["path"]) for c in alone["changes"]]
        assert preview.plan.new.version == alone["to"] == "v2.0.0"
    assert found[2].plan is not None
    assert found[2].plan.conflicts == ("owned.txt",)


def test_a_version_can_be_chosen_and_an_answer_that_is_refused_is_a_part_of_the_plan(pilots, tmp_path):
    stricter = (
        "_exclude: [copier.yml]\nname: {type: str, default: eve, validator: '{% if name == \"ada\" %}no{% endif %}'}\n"
    )
    release(tmp_path / "catalog", {**TWO, "copier.yml": stricter}, "v3.0.0")
    (named,) = preview_upgrades(pilots[:1], "2.0")
    assert named.plan is not None
    assert (named.plan.new.version, named.plan.problems) == ("v2.0.0", ())
    (newest,) = preview_upgrades(pilots[:1])
    assert newest.plan is not None
    assert "name" in str(newest.plan.problems[0])


def test_a_broken_pilot_stops_none_of_the_others(pilots, tmp_path):
    nowhere = tmp_path / "nowhere"
    empty = build_file_tree(tmp_path / "empty", {"x.txt": "x\n"})
    commit_all(empty, "no pilot")
    lost = shutil.copytree(pilots[0], tmp_path / "lost")
    edit(lost, {".copier-answers.yml": f"_commit: v1.0.0\n_src_path: {tmp_path / 'gone'}\nname: ada\n"})
    without = shutil.copytree(pilots[0], tmp_path / "without")
    edit(without, {".copier-answers.yml": f"_src_path: {tmp_path / 'catalog'}\nname: ada\n"})
    damaged = shutil.copytree(pilots[0], tmp_path / "damaged")
    for pack in (damaged / ".git/objects").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            pack.write_bytes(b"rubbish")
    broken = [nowhere, empty, lost, without, damaged]
    found = list(preview_upgrades([*broken, *pilots]))
    assert [preview.plan is None for preview in found] == [True] * 5 + [False] * 3
    assert [isinstance(preview.error, PilotError | CatalogError) for preview in found[:4]] == [True] * 4
    assert "no version" in str(found[3].error)


def test_what_nobody_foresaw_is_a_result_too(pilots):
    strange, fine = preview_upgrades([None, pilots[0]])  # type: ignore[list-item]
    assert isinstance(strange.error, AttributeError)
    assert fine.plan is not None


def test_a_catalog_is_read_once_and_results_come_one_by_one(pilots, tmp_path):
    previews = preview_upgrades(pilots[:2])
    assert next(previews).plan is not None
    (tmp_path / "catalog").rename(tmp_path / "away")
    assert [preview.error for preview in previews] == [None]
