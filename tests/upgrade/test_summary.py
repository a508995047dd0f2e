"""What a move would do is a value: it crosses a process, and names the pilot's own paths."""

import pickle
import shutil

from pilotline.catalog.catalogs import Catalogs
from pilotline.fleet.preview import preview_upgrades
from pilotline.pilot.pilot import open_pilot
from pilotline.template.snapshot import Usage
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.plan import plan_move
from tests.helpers import commit_all, git
from tests.upgrade.helpers import edit, make_pilot, numbered

ONE = {"owned.txt": numbered(), "gone.txt": "x\n"}
TWO = {"owned.txt": numbered(n3="the catalog's"), "new.txt": "new\n"}


def summarise(folder):
    pilot, catalogs = open_pilot(folder), Catalogs()
    usage = Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name)
    target = UpgradeRequest(catalogs.recorded(pilot.source, None).used(usage), {})
    with plan_move(pilot, catalogs.base(pilot.source, "v1.0.0").used(usage), target) as plan:
        return plan.summary


def test_it_is_the_same_in_another_process_and_after_the_merge_is_gone(tmp_path):
    pilot = make_pilot(tmp_path, ONE, TWO)
    edit(pilot, {"owned.txt": numbered(n3="ours")})
    found = summarise(pilot)
    assert pickle.loads(pickle.dumps(found)) == found
    assert (found.old.version, found.new.version) == ("v1.0.0", "v2.0.0")
    assert found.conflicts == ("owned.txt",)
    assert {(change.kind, change.path) for change in found.changes} >= {("added", "new.txt"), ("removed", "gone.txt")}
    assert not found.is_empty
    (preview,) = preview_upgrades([pilot])
    assert preview.plan == found


def test_a_pilot_in_a_folder_is_told_by_its_own_paths(tmp_path):
    alone = make_pilot(tmp_path, ONE, TWO)
    edit(alone, {"owned.txt": numbered(n3="ours")})
    whole = tmp_path / "whole"
    shutil.copytree(alone, whole / "pilots" / "one", ignore=shutil.ignore_patterns(".git"))
    git(whole, "init", "--quiet")
    commit_all(whole, "many")
    here, there = summarise(alone), summarise(whole / "pilots" / "one")
    assert there.changes == here.changes
    assert there.conflicts == here.conflicts
    assert all("pilots/one" not in message for message in there.messages)
