"""`own-data --apply`: one commit's worth of changes, all or nothing; what the team wrote around them stays."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import RunIn
from tests.helpers import git

pytestmark = pytest.mark.slow

EXAMPLE = (
    "data/README.md",
    "data/make_sample.py",
    "data/online_retail_sample.csv.xz",
    "data_contracts/sales_ledger.odcs.yaml",
    "tests/e2e/test_run.py",
)
# Stops the process the hard way at one step of applying.
KILLED = """
import os, sys
from pathlib import Path
from customer_call_list._platform.own_data import journal
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
    assert (found["shape"], sorted(found["gone"])) == ("snapshots", sorted(EXAMPLE))
    assert "pilotline answers -d shape=snapshots" in found["next"]
    assert not any((pilot / path).exists() for path in EXAMPLE)
    kpis = (pilot / "kpis.yml").read_text()
    assert set(before.splitlines()) - set(kpis.splitlines()) == {"      pending: the query is missing"}
    assert yaml.safe_load(kpis)["kpis"][0]["measure"]["form"] == "mean"
    assert yaml.safe_load((pilot / "pilot.yml").read_text())["data"]["contracts"] == ["data_contracts/claims.odcs.yaml"]
    contract = (pilot / "data_contracts" / "claims.odcs.yaml").read_text()
    assert "contact" not in contract, "personal data is not asked for"


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
