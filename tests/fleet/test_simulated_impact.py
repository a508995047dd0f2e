"""What impact says of a simulated fleet is what is known of each of its pilots."""

import datetime as dt
from dataclasses import replace

import pytest

from pilotline.fleet.hotspots import find_hotspots
from pilotline.fleet.impact import find_impact
from pilotline.pilot.pilot import open_pilot, recorded_version
from pilotline.readiness.foresight import foresee_move
from pilotline.readiness.view import pilot_view
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.template.snapshot import Usage
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.plan import plan_move
from tests.helpers import git
from tests.simulated.catalogs import builtin_catalog, small_catalog
from tests.simulated.deeds import trap_of
from tests.simulated.fleets import make_fleet

TODAY = dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("make_catalog", "count"), [(small_catalog, 90), (builtin_catalog, 40)], ids=["small", "built-in"]
)
def test_what_is_said_is_what_is_true(tmp_path, make_catalog, count):
    catalog = make_catalog(tmp_path / "catalog")
    pilots = make_fleet(tmp_path / "fleet", count, catalog, linked=True)
    found = list(find_impact(catalog.unreleased(), [pilot.folder for pilot in pilots], TODAY, checks=False))
    said = {each.folder: (each.outcome, frozenset(each.plan.conflicts if each.plan else ())) for each in found}
    true = {pilot.folder: (pilot.outcome, pilot.conflicts) for pilot in pilots}
    assert {pilot.outcome for pilot in pilots} >= {"clean", "merged", "conflict", "error"}
    wrong = {
        str(p.folder): (p.done, said[p.folder], true[p.folder]) for p in pilots if said[p.folder] != true[p.folder]
    }
    assert not wrong
    for pilot, each in zip(pilots, found, strict=True):
        assert each.plan is None or not pilot.deleted & {change.path for change in each.plan.changes}
    assert not trap_of(pilots[0].folder).exists()


@pytest.mark.parametrize("checks", [False, True], ids=["", "with checks"])
def test_nothing_of_a_hostile_pilot_is_run(tmp_path, checks):
    catalog = small_catalog(tmp_path / "catalog")
    pilots = make_fleet(tmp_path / "fleet", 6, catalog, happened=["traps in its settings"])
    folders = [pilot.folder for pilot in pilots]
    found = find_impact(catalog.unreleased(), folders, TODAY, checks=checks)
    assert [each.outcome for each in found] == [pilot.outcome for pilot in pilots]
    catalog.publish()
    assert find_hotspots(folders).errors == ()
    assert not trap_of(folders[0]).exists()
    git(folders[0], "status")  # which shows that they are traps
    assert trap_of(folders[0]).exists()


def test_readiness_judged_with_what_pilots_have_in_common_is_as_each_judged_alone(tmp_path, monkeypatch):
    catalog = builtin_catalog(tmp_path / "catalog")
    pilots = make_fleet(tmp_path / "fleet", 30, catalog, linked=True)
    unreleased = catalog.unreleased()
    found = list(find_impact(unreleased, [pilot.folder for pilot in pilots], TODAY))
    planned = [each for each in found if each.foresight is not None]
    assert {each.outcome for each in planned} >= {"clean", "merged", "conflict"}
    monkeypatch.setattr(pilot_view.Repository, "_as_before", lambda *_: None)
    monkeypatch.setattr(pilot_view, "remembered", lambda _kind, _depends_on, work_out: work_out())
    for each in planned:
        assert timeless(each.foresight) == timeless(alone(unreleased, each.folder)), each.folder


def alone(catalog, folder):
    """Judge one pilot with nothing kept of what was read or seen before."""
    pilot = open_pilot(folder)
    usage = Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name)
    target = UpgradeRequest(catalog.target_for(pilot).used(usage), {})
    recorded = catalog.base_of(pilot, recorded_version(pilot)).used(usage)
    with plan_move(pilot, recorded, target, lenient=True) as plan:
        return foresee_move(plan, TODAY, CatalogOrigin(catalog.catalogs))


def timeless(foresight):
    return replace(foresight, blocking=tuple(each._replace(seconds=0) for each in foresight.blocking))


def test_pilots_share_what_is_alike(tmp_path):
    catalog = small_catalog(tmp_path / "catalog")
    pilots = make_fleet(tmp_path / "fleet", 6, catalog, happened=["nothing"], linked=True)
    found = find_impact(catalog.unreleased(), [pilot.folder for pilot in pilots], TODAY, checks=False)
    plans = [each.plan for each in found if each.plan is not None]
    kept = [change for plan in plans for change in plan.changes]
    assert len(set(map(id, kept))) == len(set(kept)) < len(kept)
    assert len({id(plan.new) for plan in plans}) == len({plan.new for plan in plans})
