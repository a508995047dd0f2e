"""`own-data --apply`: one commit's worth of changes, all or nothing; what the team wrote around them stays."""

import json
import re
from pathlib import Path

import pytest
import yaml

from pilotline.kpi.report import read_report
from tests.e2e.conftest import RanPilot, RunIn
from tests.e2e.test_pilots import CHECKS, TEAM_S_CHECKS, TEAM_S_TESTS
from tests.helpers import IDENTITY, git, pilotline

pytestmark = pytest.mark.slow

EXAMPLE = (
    "data/README.md",
    "data/make_sample.py",
    "data/online_retail_sample.csv.xz",
    "data_contracts/sales_ledger.odcs.yaml",
    "tests/e2e/test_example.py",
)
# Stops the process the hard way at one step of applying.
KILLED = """
import os, sys
from pathlib import Path
from customer_call_list._platform import journal
from customer_call_list.entrypoints import main

step = int(sys.argv.pop(1))
count = 0

def die(function):
    def wrapper(*given, **named):
        global count
        if count == step:
            os._exit(9)
        count += 1
        return function(*given, **named)
    return wrapper

Path.write_bytes = die(Path.write_bytes)
Path.replace = die(Path.replace)
Path.unlink = die(Path.unlink)
os.replace = die(os.replace)
sys.exit(main())
"""


@pytest.fixture
def claims(pilot: Path) -> Path:
    """Put a table of claims into a pilot whose first KPI waits for its measurement."""
    rows = [
        f"Q{place},2024-{1 + place // 28:02}-{1 + place % 28:02},{(place * 37) % 100}0.5,p{place}@example.org,"
        f"{'yes' if (place * 37) % 100 + (place * 53) % 60 > 105 else 'no'}"
        for place in range(300)
    ]
    table = pilot / "data" / "claims.csv"
    table.write_text("\n".join(["claim_no,opened,amount,contact,fraud", *rows]) + "\n")
    kpis = pilot / "kpis.yml"
    pending = "measure:  # ours\n      pending: the query is missing\n    # a remark of the team"
    kpis.write_text(re.sub(r"measure: .*", pending, kpis.read_text(), count=1))
    git(pilot, "add", "--all")
    git(pilot, "commit", "--quiet", "--message", "Bring claims")
    return table


def test_the_example_goes_the_table_comes_and_nothing_else_of_a_file_changes(claims: Path, run_pilot: RunIn):
    pilot = claims.parent.parent
    before = (pilot / "kpis.yml").read_text()
    shown = run_pilot(pilot, "own-data", "data/claims.csv")
    assert shown.code == 0, shown.err
    assert git(pilot, "status", "--porcelain") == "", "without --apply nothing changes"
    assert all(path in shown.out for path in (*EXAMPLE, "data_contracts/claims.odcs.yaml"))

    applied = run_pilot(pilot, "own-data", "data/claims.csv", "--apply", "--json")

    assert applied.code == 0, applied.err
    found = json.loads(applied.out)
    assert found["shape"] == "snapshots"
    assert set(EXAMPLE) < set(found["gone"])
    assert "pilotline answers -d shape=snapshots" in found["next"]
    assert not any((pilot / path).exists() for path in found["gone"])
    kpis = (pilot / "kpis.yml").read_text()
    lost = {line.strip().partition(":")[0] for line in set(before.splitlines()) - set(kpis.splitlines())}
    assert lost == {"pending", "measure", "value", "source"}, "of the KPI whose code goes, and the pending one"
    first, second, third = yaml.safe_load(kpis)["kpis"]
    assert (first["measure"]["form"], third["measure"]) == ("mean", {"function": "corrections"})
    assert second["measure"].keys() == {"pending"}
    assert second["baseline"] == {"value": None, "period": None, "source": "not measured yet"}
    assert yaml.safe_load((pilot / "pilot.yml").read_text())["data"]["contracts"] == ["data_contracts/claims.odcs.yaml"]
    contract = (pilot / "data_contracts" / "claims.odcs.yaml").read_text()
    assert "contact" not in contract, "personal data is not asked for"


def commit(pilot: Path, message: str) -> None:
    git(pilot, "add", "--all")
    git(pilot, "commit", "--quiet", "--message", message)


def ledger(pilot: Path) -> str:
    """Write a ledger of machines, many lines each."""
    lines = [
        f"K{number:03};{2023 + day // 336}-{1 + day // 28 % 12:02}-{1 + day % 28:02};{20 + (number * 13) % 400}.50"
        for number in range(150)
        for day in range(number % 20, 60 + (number * 37) % 670, 6 + number % 23)
    ]
    (pilot / "data" / "stops.csv").write_text("\n".join(["machine;day;cost", *lines]) + "\n")
    return "data/stops.csv"


def test_what_the_example_left_does_not_stand_in_the_way_of_another_table(
    ran_pilot: RanPilot, run_in: RunIn, run_pilot: RunIn
):
    pilot, first = ran_pilot.folder, json.loads(ran_pilot.run.out)
    assert first["registered"]["champion"] == 1
    commit(pilot, "Run the example")
    applied = run_pilot(pilot, "own-data", ledger(pilot), "--apply", "--json")
    assert applied.code == 0, applied.err
    assert not {"tests/e2e/test_run.py", "src/customer_call_list/domain/orders.py"} & set(
        json.loads(applied.out)["gone"]
    )

    kpis = yaml.safe_load((pilot / "kpis.yml").read_text())["kpis"]
    assert [kpi["baseline"]["value"] for kpi in kpis] == [None, None, 0], "measured on the example, of no meaning here"
    again = run_pilot(pilot, "run", "--json")

    assert again.code == 0, again.err
    found = json.loads(again.out)
    assert "49,833" not in again.out
    assert "note: a new beginning, on stops" in again.err
    assert found["live_lists"] == [], "the example's lists are none of this ledger"
    assert found["evaluated"]["against_champion"] is None
    assert found["scored"]["written"] > 0
    assert "var/earlier/" in found["where"]["earlier"]
    evidence = pilot / "governance" / "evidence"
    contracts = {json.loads(line)["contract"] for line in (evidence / "kpi.jsonl").read_text().splitlines()}
    assert len(contracts) == 1
    earlier = next((evidence / "earlier").glob("*/kpi.jsonl"))
    assert json.loads(earlier.read_text().splitlines()[0])["value"] == pytest.approx(
        first["kpis"][0]["value"], rel=1e-6
    )
    assert read_report(pilot).trends[0].earlier == 0
    tests = run_in(pilot, TEAM_S_TESTS)
    assert tests.code == 0, tests.out[-3000:]


def test_a_table_of_the_other_shape_takes_the_code_away_and_each_step_is_green(
    claims: Path, run_in: RunIn, run_pilot: RunIn
):
    """The platform's tests run after the last of these steps in test_public_tables.py."""
    pilot = claims.parent.parent
    assert run_pilot(pilot, "own-data", "data/claims.csv", "--apply").code == 0
    commit(pilot, "Bring claims under contract")
    for check in CHECKS:
        green = run_in(pilot, check)
        assert green.code == 0, f"{check}: {green.out[-3000:]}"
    ran = run_pilot(pilot, "run")
    assert ran.code == 0, ran.err
    commit(pilot, "Measure on claims")

    for change in ("start=own_case", "shape=snapshots"):
        done = pilotline("answers", "-d", change, "--commit", cwd=pilot, environment=IDENTITY)
        assert done.code == 0, done.out + done.err

    checks = {" ".join(check): run_in(pilot, check) for check in TEAM_S_CHECKS}
    assert {name: run.out[-3000:] for name, run in checks.items() if run.code} == {}
    scored = run_pilot(pilot, "run", "--json")
    assert scored.code == 0, scored.err
    first, second, _ = json.loads(scored.out)["kpis"]
    assert first["n"] > 0
    assert second["verdict"] == "not_measured_yet"


@pytest.mark.parametrize(
    "step", [pytest.param(step, marks=[] if step % 4 == 1 else [pytest.mark.combinations]) for step in range(14)]
)
def test_killed_in_between_it_is_old_or_new(claims: Path, run_in: RunIn, run_pilot: RunIn, step: int):
    pilot = claims.parent.parent
    killed = run_in(pilot, ["python", "-c", KILLED, str(step), "own-data", "data/claims.csv", "--apply"])
    run_pilot(pilot, "switch")  # whatever command comes next finishes what was begun
    changed = {line.split()[-1] for line in git(pilot, "status", "--porcelain").splitlines()}
    finished = {*EXAMPLE, "config/default.toml", "pilot.yml", "kpis.yml", "data_contracts/claims.odcs.yaml"}
    assert killed.code in (0, 9), killed.err
    assert changed == set() or finished <= changed
    assert not (pilot / "var" / "own_data" / "apply").exists() or changed == set()


def test_a_sample_is_made_up_where_the_policy_keeps_rows_out_of_the_repository(claims: Path, run_pilot: RunIn):
    pilot = claims.parent.parent
    applied = run_pilot(pilot, "own-data", "data/claims.csv", "--apply", "--sample", "40", "--json")
    assert applied.code == 0, applied.err
    sample: list[str] = (pilot / "data" / "claims_sample.csv").read_text().splitlines()
    assert (len(sample), sample[0]) == (41, "claim_no,opened,amount,fraud")
    assert not set(sample[1:]) & set(claims.read_text().splitlines())
    assert not any(line.startswith("Q") for line in sample), "no key of a real case"
