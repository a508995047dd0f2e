"""Whatever runs the work for a fleet, its results are the same; and whatever one pilot does, the others are told of."""

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

import pytest

from pilotline.files.supervised import SupervisedExecutor
from pilotline.fleet.each_pilot import Crew
from pilotline.fleet.hotspots import find_hotspots
from pilotline.fleet.impact import PilotImpact, find_impact
from tests.files.test_supervised import SEED, scratch
from tests.helpers import build_file_tree
from tests.simulated.catalogs import SOURCE, builtin_catalog, small_catalog
from tests.simulated.fleets import make_fleet

__all__ = ["scratch"]
TODAY = dt.date(2026, 11, 30)
GIT = f"""#!/bin/sh
case "$PWD/ $*" in
  *pilot-00003*) kill -9 $PPID ;;
  *pilot-00005*) [ -e "$MARKER" ] || {{ touch "$MARKER"; kill -9 $PPID; }} ;;
  *pilot-00007*) exec sleep 60 ;;
  *pilot-00009*) [ -n "$SLOW" ] && touch "$MARKER" && exec sleep 60 ;;
esac
exec {shutil.which("git")} "$@"
"""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    catalog = small_catalog(folder / "catalog")
    return catalog, make_fleet(folder / "fleet", 40, catalog, linked=True)


def look(catalog, pilots, crew):
    return list(find_impact(catalog.unreleased(), [p.folder for p in pilots], TODAY, checks=False, crew=crew))


@pytest.fixture
def trapped(tmp_path, monkeypatch):
    """Let git kill whoever asks about some pilots, or never answer."""
    (build_file_tree(tmp_path / "programs", {"git": GIT}) / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("MARKER", str(tmp_path / "marker"))


def test_one_process_two_and_executors_of_others_say_the_same_in_the_same_order(simulated):
    catalog, pilots = simulated
    alone = look(catalog, pilots, Crew(1))
    assert [each.folder for each in alone] == [pilot.folder for pilot in pilots]
    assert [each.outcome for each in alone] == [pilot.outcome for pilot in pilots]
    assert look(catalog, pilots, Crew(2)) == alone
    with ThreadPoolExecutor(2) as threads:
        assert look(catalog, pilots[:20], Crew(executor=threads)) == alone[:20]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        assert look(catalog, pilots[:8], Crew(executor=processes)) == alone[:8]


def test_readiness_is_judged_alike_where_files_are_looked_at_once_and_where_each_pilot_is_alone(tmp_path):
    catalog = builtin_catalog(tmp_path / "catalog")
    pilots = make_fleet(tmp_path / "fleet", 5, catalog, happened=("nothing", "edited elsewhere"), linked=True)
    folders = [pilot.folder for pilot in pilots]
    with ThreadPoolExecutor(1) as threads:
        crews = (Crew(1), Crew(executor=threads))
        together, alone = (list(find_impact(catalog.unreleased(), folders, TODAY, crew=crew)) for crew in crews)
    told = [(each.outcome, each.foresight and without_seconds(each.foresight)) for each in together]
    assert told == [(each.outcome, each.foresight and without_seconds(each.foresight)) for each in alone]
    assert all(foresight is not None for _, foresight in told)


def without_seconds(foresight):
    return replace(foresight, blocking=tuple(result._replace(seconds=0) for result in foresight.blocking))


def test_hotspots_are_the_same_with_any_number_of_processes(simulated):
    catalog, pilots = simulated
    folders = [pilot.folder for pilot in pilots]
    catalog.publish()
    alone = find_hotspots(folders, crew=Crew(1))
    assert {file.path for file in alone.files} >= {"guide.md", "tool.toml"}
    assert 10 < len(alone.errors) < 25, "those that are broken"
    assert find_hotspots(folders, crew=Crew(2)) == alone


@pytest.mark.usefixtures("trapped")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_pilot_that_kills_its_process_or_never_ends_is_told_and_the_others_go_on(simulated, scratch, jobs):
    catalog, pilots = simulated
    found = look(catalog, pilots, Crew(jobs, seconds=5))
    said = {number: found[number].message for number in (3, 7)}
    assert said[3].startswith("Its process ended twice before it was done (signal 9).")
    assert said[7].startswith("It took longer than 5 seconds, and was stopped.")
    others = [number for number in range(len(pilots)) if number not in said]
    assert [found[number].outcome for number in others] == [pilots[number].outcome for number in others]
    assert [*scratch.iterdir()] == []


def test_processes_killed_at_any_moment_change_nothing_that_is_said(simulated):
    catalog, pilots = simulated
    chance, done = random.Random(SEED), threading.Event()

    def kill(executor):
        while not done.wait(chance.uniform(0.1, 0.5)):
            with suppress(ProcessLookupError):
                os.kill(chance.choice(executor.processes), signal.SIGKILL)
                killed.append(1)

    killed: list[int] = []
    found: list[PilotImpact] = []
    with SupervisedExecutor(2, 60) as executor, ThreadPoolExecutor(1) as killer:
        killing = killer.submit(kill, executor)
        while len(killed) < 2:  # a fast machine is done before anything is killed
            found += look(catalog, pilots, Crew(executor=executor))
        done.set()
        killing.result()
    missed = [each for each, pilot in zip(found, cycle(pilots), strict=False) if each.outcome != pilot.outcome]
    assert all("ended twice" in each.message for each in missed), "chance met the same pilot twice"
    assert len(missed) <= len(killed) // 2


def test_a_catalog_that_fills_the_memory_is_stopped_for_each_pilot(tmp_path):
    catalog = small_catalog(tmp_path / "catalog")
    pilots = make_fleet(tmp_path / "fleet", 2, catalog, happened=["nothing"], linked=True)
    build_file_tree(catalog.folder, {"large.txt.jinja": "{{ 'x' * 3000000000 }}"})
    found = look(catalog, pilots, Crew(1))
    assert [each.outcome for each in found] == ["error", "error"]
    assert all("more memory than a catalog may take" in each.message for each in found), found


@pytest.mark.usefixtures("trapped")
def test_an_interrupt_ends_all_at_once(simulated, scratch, tmp_path, monkeypatch):
    monkeypatch.setenv("SLOW", "yes")
    catalog, pilots = simulated
    listed = tmp_path / "pilots.txt"
    listed.write_text("".join(f"{pilot.folder}\n" for pilot in pilots[9:]))
    command = ["catalog", "impact", "--pilots", str(listed), "--source", SOURCE, "--no-checks", "--jobs", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pilotline", *command], cwd=catalog.folder, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "marker").exists():
        time.sleep(0.02)
    workers = children_of(process.pid)
    assert len(workers) == 2
    process.send_signal(signal.SIGINT)
    assert "Interrupted" in process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    assert [*scratch.iterdir()] == []


def children_of(process: int) -> list[int]:
    return [int(found) for found in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
