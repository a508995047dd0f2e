"""A sibling runs on its first day on what its model reads, also where that is a table of the team's own."""

import json

import pytest

from tests.cli.commands.test_new_like import DATA
from tests.e2e.test_pilots import TEAM_S_CHECKS
from tests.helpers import IDENTITY, build_file_tree, commit_all, pilotline

pytestmark = pytest.mark.slow


def purchases():
    """Write a small ledger of another shape: other columns, a semicolon, German dates."""
    lines = ["Kunde;Datum;Umsatz;Filiale"]
    for number in range(150):
        for day in range(number % 20, 60 + (number * 37) % 670, 6 + number % 23):
            when = f"{1 + day % 28:02}.{1 + day // 28 % 12:02}.{2023 + day // 336}"
            lines.append(f"K{number:03};{when};{20 + (number * 13) % 400}.50;{number % 4}")
    return "\n".join([*lines, ""])


def start(pilot, folder):
    made = pilotline("new", folder, "--like", pilot, *DATA, environment=IDENTITY)
    assert made.code == 0, made.err
    return folder


def test_a_sibling_passes_its_own_checks_untouched(pilot, run_in, tmp_path):
    sibling = start(pilot, tmp_path / "sibling")
    results = {" ".join(check): run_in(sibling, check) for check in TEAM_S_CHECKS}
    assert {name: f"{run.out[-3000:]}{run.err[-1000:]}" for name, run in results.items() if run.code} == {}


def test_a_sibling_reads_the_table_of_its_model(pilot, run_pilot, tmp_path):
    build_file_tree(pilot, {"data/verkauf.csv": purchases()})
    applied = run_pilot(pilot, "own-data", "data/verkauf.csv", "--apply")
    assert applied.code == 0, applied.err
    commit_all(pilot, "our data")

    run = run_pilot(start(pilot, tmp_path / "sibling"), "run", "--json")

    assert run.code == 0, run.err
    result = json.loads(run.out)
    assert result["kpis"][0]["id"] == "late_money_reached"
    assert result["data"]["rows_read"] == len(purchases().splitlines()) - 1
