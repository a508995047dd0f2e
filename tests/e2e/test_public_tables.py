"""A team's first day on tables that nobody here wrote: at most six commands, and no line of Python, to its own KPI."""

import csv
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import pytest
import yaml

from tests.e2e.public_tables import CDNOW, CREDIT, FLIGHTS, HEALTH, PublicTable, fetch
from tests.e2e.test_pilots import CHECKS
from tests.helpers import IDENTITY, git, pilotline

pytestmark = pytest.mark.slow

EXAMPLE = re.compile(r"\b(wholesale|online retail|revenue_reached|call list|49[ ,]?833|60[ ,]?000)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Case:
    """A team's own answers to a table, and what is true of it by plain counting."""

    table: PublicTable
    answers: dict[str, str]
    truth: Callable[[Path], float]
    shape: str
    outside: bool = False  # where the table is too large for a repository
    options: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ("not_enough_data",)
    said: tuple[str, ...] = field(default=())


def rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def bad_credits(path: Path) -> float:
    return 100 * fmean(row["creditability"] == "bad" for row in rows(path))


def monthly_revenue(path: Path) -> float:
    spent: dict[tuple[str, str], float] = defaultdict(float)
    for line in path.read_text().splitlines()[1:]:
        customer, day, _, amount = line.split()
        if day < "19980101":
            spent[customer, day[:6]] += float(amount)
    return fmean(spent.values())


def delay(path: Path) -> float:
    return fmean(
        float(row["arr_delay"]) for row in rows(path) if row["arr_delay"] != "NA" and row["time_hour"] < "2013-07-01"
    )


def visits(path: Path) -> float:
    return fmean(float(row["mdvis"]) for row in rows(path))


CASES = {
    "events": Case(
        CDNOW,
        {"project_name": "Repeat buyers", "kpi": "Revenue per buyer", "kpi_unit": "USD per buyer and month"},
        monthly_revenue, "events",
        before=("--from", "1997-01-01", "--to", "1998-01-01"), verdicts=("better", "reached", "undecided"),
        said=("dollar_value (amount)", "customer_id (case)"),
    ),
    "yes or no, with money": Case(
        CREDIT,
        {"project_name": "Credits", "kpi": "Bad credits", "kpi_unit": "percent", "kpi_target": "-20 %"},
        bad_credits, "snapshots", said=("which law protects", "No column says when a case was"),
    ),
    "a number, with days and groups": Case(
        FLIGHTS,
        {"project_name": "Arrivals", "kpi": "Delay", "kpi_unit": "minutes", "kpi_target": "-10 %"},
        delay, "snapshots", outside=True, options=("--outcome", "arr_delay"),
        before=("--from", "2013-01-01", "--to", "2013-07-01"), verdicts=("better", "reached", "undecided"),
        said=("dep_delay alone tells much of the outcome", "'NA' count as missing"),
    ),
    "a number, without a day": Case(
        HEALTH,
        {"project_name": "Visits", "kpi": "Visits to a doctor", "kpi_unit": "visits", "kpi_target": "-5 %"},
        visits, "snapshots", options=("--outcome", "mdvis"),
    ),
}  # fmt: skip


def own_answers(case: Case) -> list[str]:
    """Give the options by which a team tells `new` of its own case."""
    given = {
        "objective": "lower-cost-to-serve", "kpi_baseline": "not measured yet", "kpi_target": "+10 %",
        "currency": "USD", "kpi_unit_value": "not known yet", "owner": "head-of-unit", "screened_by": "head-of-unit",
        **case.answers,
    }  # fmt: skip
    return [part for name, value in given.items() for part in ("-d", f"{name}={value}")]


def commit(pilot: Path) -> None:
    """Commit as a team does: what git is told to ignore stays out."""
    git(pilot, "add", "--all")
    git(pilot, "commit", "--quiet", "--no-verify", "--message", "Our work")


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name, marks=[pytest.mark.combinations] if name.startswith("a number") else [])
        for name, case in CASES.items()
    ],
)
def test_six_commands_lead_from_a_table_to_the_team_s_own_kpi(case, tmp_path, run_pilot, run_in):
    table, pilot = fetch(case.table), tmp_path / "pilot"

    made = pilotline("new", pilot, *own_answers(case), environment=IDENTITY)
    assert made.code == 0, made.err
    path = str(table) if case.outside else f"data/{table.name}"
    if not case.outside:
        (pilot / "data").mkdir(exist_ok=True)
        shutil.copy(table, pilot / path)
    brought = run_pilot(pilot, "own-data", path, *case.options, "--apply", "--json")
    assert brought.code == 0, brought.err
    draft = json.loads(brought.out)
    assert draft["shape"] == case.shape
    decisions = " ".join(draft["decisions"])
    assert [text for text in case.said if text not in decisions] == []
    commit(pilot)
    kpi = yaml.safe_load((pilot / "kpis.yml").read_text())["kpis"][0]["id"]
    measured = run_pilot(pilot, "baseline", kpi, *case.before, "--json")
    assert measured.code == 0, measured.err
    assert json.loads(measured.out)["value"] == pytest.approx(case.truth(table), rel=1e-8)
    ran = run_pilot(pilot, "run", "--json")
    assert ran.code == 0, ran.err
    (shown,) = json.loads(ran.out)["kpis"]
    assert shown["verdict"] in case.verdicts
    commit(pilot)
    checked = pilotline("check", "--json", cwd=pilot)
    assert json.loads(checked.out)["level"] == "sandbox", checked.out[-3000:]
    page = pilotline("kpi", "--html", "kpi.html", cwd=pilot)
    assert page.code == 0, page.err
    assert case.answers["kpi"] in (pilot / "kpi.html").read_text(encoding="utf-8")
    (pilot / "kpi.html").unlink()
    assert EXAMPLE.findall((pilot / "kpis.yml").read_text() + (pilot / "pilot.yml").read_text() + ran.out) == []

    shaped(pilot, case, run_pilot, run_in)


def shaped(pilot, case, run_pilot, run_in):
    """The code of the table's shape comes by the same merge; then all that a pilot is held to is green."""
    came = pilotline("answers", "-d", f"shape={case.shape}", "--commit", cwd=pilot, environment=IDENTITY)
    assert came.code == 0, came.err
    first = run_pilot(pilot, "measure", "--json")
    assert first.code == 0, f"a KPI by a query needs no model: {first.err}"
    assert json.loads(first.out)["kpis"][0]["verdict"] in case.verdicts
    results = {" ".join(check): run_in(pilot, check) for check in CHECKS}
    assert {name: f"{run.out[-3000:]}{run.err[-1000:]}" for name, run in results.items() if run.code} == {}
    ran = run_pilot(pilot, "run", "--json")
    assert ran.code == 0, ran.err
    result = json.loads(ran.out)
    assert result["kpis"][0]["verdict"] in case.verdicts
    assert result["registered"]["reasons"], "the gate says why"
