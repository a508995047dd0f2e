"""A pilot about machines speaks of machines: on screens, in reports, tables, lists, metrics and MLflow."""

import re
import sqlite3
import tomllib
from pathlib import Path

import pytest

from tests.e2e.conftest import MINIMAL, RenderPilot, RunIn
from tests.e2e.test_own_data_apply import commit, ledger
from tests.helpers import IDENTITY, pilotline

pytestmark = pytest.mark.slow

OWN: dict[str, object] = {
    **MINIMAL,
    "project_name": "Machine stops",
    "start": "own_case",
    "kpi": "Cost of stops",
    "kpi_unit": "EUR per machine and month",
    "kpi_baseline": 400,
    "kpi_target": 300,
    "kpi_direction": "lower",
    "owner": "head-of-maintenance",
    "objective": "decide-faster",
}
EXAMPLES = re.compile(
    r"customer|\bcalls?\b|call.?list|\bcalled\b|\borders?\b|revenue|\blaps|account manager|\bbuys?\b", re.IGNORECASE
)


def named(database: Path) -> str:
    """Give all names of tables and columns of a database, and the names of what MLflow keeps."""
    with sqlite3.connect(database) as connection:
        found = [str(row[0]) for row in connection.execute("select sql from sqlite_master where sql is not null")]
    connection.close()
    return "\n".join(found)


def kept(store: Path) -> str:
    """Give the names of all metrics, parameters and tags of MLflow, with the values of the latter."""
    queries = ("select key from metrics", "select key || value from params", "select key || value from tags")
    with sqlite3.connect(store) as connection:
        found = [str(row[0]) for query in queries for row in connection.execute(query)]
    connection.close()
    return "\n".join(found)


def test_nothing_of_the_example_is_said_in_a_pilot_about_machines(make_pilot: RenderPilot, run_pilot: RunIn):
    pilot = make_pilot(**OWN)
    (pilot / "data").mkdir()
    applied = run_pilot(pilot, "own-data", ledger(pilot), "--apply")
    assert applied.code == 0, applied.err
    commit(pilot, "Bring the stops")
    arrived = pilotline("answers", "-d", "shape=events", "--commit", cwd=pilot, environment=IDENTITY)
    assert arrived.code == 0, arrived.out + arrived.err

    ran = run_pilot(pilot, "run")

    assert ran.code == 0, ran.err
    page = pilotline("kpi", "--html", pilot / "var" / "kpi.html", cwd=pilot)
    assert page.code == 0, page.out + page.err
    said = {
        "own-data": applied.out + applied.err,
        "run": ran.out + ran.err,
        "help": run_pilot(pilot, "--help").out,
        "tables": named(pilot / "var" / "pilot.db"),
        "MLflow": kept(pilot / "var" / "mlflow.db"),
    }
    shown = ("var/report/*", "var/metrics/*", "var/kpi.html", "docs/kpis.md", "governance/evidence/*")
    said |= {str(path): path.read_text() for glob in shown for path in pilot.glob(glob)}
    assert len(said) > 10
    found = {place: sorted(set(EXAMPLES.findall(text))) for place, text in said.items()}
    assert {place: words for place, words in found.items() if words} == {}
    assert "list_of_machines" in said["tables"]
    assert "stops of 150 machines" in said[str(pilot / "var" / "report" / "index.html")]
    assert "not measured yet" not in ran.out
    assert "clusters" not in ran.out


@pytest.mark.parametrize(
    ("header", "unit", "words"),
    [
        ("downtime (h)", "EUR per machine and month", ("downtime", "h")),
        ("cost (EUR)", "EUR per machine and month", ("cost", None)),
        ("downtime", "hours per machine and month", ("downtime", "hours")),
        ("total", "hours per machine and month", ("total", "hours")),
    ],
)
def test_an_amount_that_is_no_money_is_shown_in_its_unit(
    make_pilot: RenderPilot, run_pilot: RunIn, header, unit, words
):
    pilot = make_pilot(**{**OWN, "kpi_unit": unit})
    (pilot / "data").mkdir()
    table = pilot / ledger(pilot)
    first, _, rows = table.read_text().partition("\n")
    assert "cost" in first
    table.write_text(f"{first.replace('cost', header)}\n{rows}")
    applied = run_pilot(pilot, "own-data", table, "--apply")
    assert applied.code == 0, applied.err
    said = tomllib.loads((pilot / "config/default.toml").read_text())["case"]["words"]
    assert (said["money"], said.get("money_unit")) == words


def test_money_is_no_measure_in_hours(make_pilot: RenderPilot, run_pilot: RunIn):
    pilot = make_pilot(
        **{**OWN, "kpi_unit": "hours per machine", "kpi_baseline": "not measured yet", "kpi_target": "-9 %"}
    )
    (pilot / "data").mkdir()
    applied = run_pilot(pilot, "own-data", ledger(pilot), "--apply")
    assert applied.code == 0, applied.err
    assert "in hours per machine, and cost gives money" in " ".join(applied.out.split())
    assert "pending" in (pilot / "kpis.yml").read_text()
