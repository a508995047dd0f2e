"""The public tool for data contracts and the pilot come to one verdict: on the example, and on what is drafted.

`datacontract-cli` lives in an environment of its own: what it needs would change what pilots are tested with.
"""

import fcntl
import json
import lzma
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft201909Validator

from tests.e2e.conftest import MINIMAL, RenderPilot, RunIn
from tests.e2e.test_own_data_forms import claims, stops, write_csv, write_parquet
from tests.helpers import ROOT

pytestmark = pytest.mark.slow

TOOL = "datacontract-cli[duckdb,parquet]==1.2.8"
OWN: dict[str, object] = {**MINIMAL, "start": "own_case", "kpi": "Cost of stops", "kpi_unit": "EUR"}
PUBLIC = """
import json, os, sys
from datacontract.data_contract import DataContract
verdicts = []
for folder, contract, _ in json.load(sys.stdin):
    os.chdir(folder)
    run = DataContract(data_contract_file=contract).test()
    said = [f"{check.name}: {check.reason}" for check in run.checks if str(check.result.value) != "passed"]
    verdicts.append([str(run.result.value), said])
print(json.dumps(verdicts))
"""
OURS = """
import json, os, sys
from pathlib import Path
from PACKAGE._platform.contracts import Access, ContractBroken, enforce, read_contract
from PACKAGE._platform.raw_tables import read_raw
from PACKAGE._platform.sections import TableSettings
verdicts = []
for folder, path, settings in json.load(sys.stdin):
    root = Path(folder)
    contract = read_contract(root / path)
    rows = read_raw(root, TableSettings(contract=path, **settings), contract)
    try:
        enforce(contract, rows, access=Access(min(contract.readers), "a test", "1", root / "reads.jsonl"))
        verdicts.append(["passed", []])
    except ContractBroken as broken:
        verdicts.append(["failed", [str(broken)]])
print(json.dumps(verdicts))
"""
Case = tuple[str, str, dict[str, str]]
Verdict = tuple[str, list[str]]


@pytest.fixture(scope="module")
def tool() -> Path:
    """Install the public tool once, and return its Python."""
    folder = ROOT / "build" / "datacontract-environment"
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp = folder / "installed"
    with folder.with_suffix(".lock").open("w") as lock:  # the tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != TOOL:
            uv = [str(Path(sys.executable).parent / "uv"), "--quiet"]
            subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, str(folder)], check=True)
            subprocess.run([*uv, "pip", "install", "--python", str(folder / "bin" / "python"), TOOL], check=True)
            stamp.write_text(TOOL)
    return folder / "bin" / "python"


def ask(python: str | Path, code: str, cases: Sequence[Case], cwd: Path) -> list[Verdict]:
    done = subprocess.run(
        [str(python), "-c", code], input=json.dumps(cases), capture_output=True, text=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [(verdict, said) for verdict, said in json.loads(done.stdout.splitlines()[-1])]


Rows = list[dict[str, str]]
SPOILT = {"good": 0.0, "within": 0.007, "beyond": 0.08}  # drafts of good tables tolerate one row in a hundred
GERMAN = {"separator": ";", "decimal": ","}


def spoil(rows: Rows, share: float, bad: dict[str, str]) -> Rows:
    """Make that share of the rows bad in each of the columns, each in rows of its own."""
    count, spoilt = round(share * len(rows)), [dict(row) for row in rows]
    every = len(rows) // (len(bad) * count) if count else 0
    for place in range(count * len(bad)):
        name = list(bad)[place % len(bad)]
        spoilt[place * every][name] = bad[name]
    return spoilt


def german(rows: Rows) -> Rows:
    """Write days and amounts as a German export does."""
    return [
        row | {"day": ".".join(reversed(row["day"].split("-"))), "cost": row["cost"].replace(".", ",")} for row in rows
    ]


UNTYPED = "Checking types in parquet files is not supported yet."  # what the tool says of every column of such a file


def drafts(pilot: Path, run_pilot: RunIn, run_in: RunIn) -> list[Case]:
    """Let `own-data` draft contracts of good tables, and lay tables that keep them more or less beside."""
    write_csv(pilot / "data" / "stops.csv", german(stops()), delimiter=";")
    write_csv(pilot / "data" / "claims.csv", with_gaps(claims()))
    write_parquet(pilot / "data" / "typed.parquet", claims(), run_in)
    cases: list[Case] = []
    for name, settings, rows, bad in (
        ("stops.csv", GERMAN, german(stops()), {"machine": "", "day": "31.02.2024", "cost": "much"}),
        ("claims.csv", {}, with_gaps(claims()), {"opened": "soon", "amount": "much", "claim": ""}),
        ("typed.parquet", {}, claims(), {"opened": "", "claim": ""}),
    ):
        done = run_pilot(pilot, "own-data", f"data/{name}", "--json")
        assert done.code == 0, done.err
        contract = f"{Path(name).stem}.odcs.yaml"
        for kind, share in SPOILT.items():
            folder = pilot / "var" / "verdicts" / f"{kind} {name}"
            (folder / "data").mkdir(parents=True)
            (folder / contract).write_text((pilot / "var" / "own_data" / contract).read_text())
            if name.endswith(".parquet"):
                write_parquet(folder / "data" / name, spoil(rows, share, bad), run_in)
            else:
                write_csv(folder / "data" / name, spoil(rows, share, bad), delimiter=settings.get("separator", ","))
            cases.append((str(folder), contract, {"path": f"data/{name}", **settings}))
    return cases


def with_gaps(rows: Rows) -> Rows:
    """Say of every twentieth amount that there is none."""
    return [row | ({"amount": "n/a"} if place % 20 == 7 else {}) for place, row in enumerate(rows)]


def example(pilot: Path) -> list[Case]:
    """Take the example's contract, and its ledger as it is, with a few more free lines, and with too many."""
    contract = "data_contracts/sales_ledger.odcs.yaml"
    server = yaml.safe_load((pilot / contract).read_text())["servers"][0]
    packed = re.search(r"data/\S+\.xz", server["description"])
    assert packed
    head, *lines = lzma.decompress((pilot / packed[0]).read_bytes()).decode().splitlines()
    cases: list[Case] = []
    for kind, share in SPOILT.items():
        folder = pilot / "var" / "verdicts" / kind
        (folder / contract).parent.mkdir(parents=True)
        (folder / contract).write_text((pilot / contract).read_text())
        every = round(1 / share) if share else len(lines) + 1
        told = [free(line) if place % every == 1 else line for place, line in enumerate(lines[:12_000])]
        path = folder / server["path"]
        path.parent.mkdir(parents=True)
        path.write_text("\n".join([head, *told]) + "\n")
        cases.append((str(folder), contract, {"path": server["path"]}))
    return cases


def free(line: str) -> str:
    """Take the price of a line to nothing."""
    *before, _, customer, country = line.split(",")
    return ",".join([*before, "0", customer, country])


def test_both_come_to_one_verdict_on_contracts_of_the_standard_s_own_schema(
    tool: Path, pilot_environment: Path, render_pilot: RenderPilot, run_in: RunIn, run_pilot: RunIn, tmp_path: Path
):
    own, worked = render_pilot(**OWN), render_pilot()
    (own / "data").mkdir(exist_ok=True)
    cases = [*drafts(own, run_pilot, run_in), *example(worked)]
    for folder, contract, _ in cases:
        assert list(schema_of(pilot_environment).iter_errors(read_yaml(Path(folder) / contract))) == []
    theirs = [
        "passed" if verdict == "warning" and all(each.endswith(UNTYPED) for each in said) else verdict
        for verdict, said in ask(tool, PUBLIC, cases, tmp_path)
    ]
    (tmp_path / "ours.py").write_text(OURS.replace("PACKAGE", next((worked / "src").iterdir()).name))
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    done = run_in(worked, ["sh", "-c", f"python {tmp_path}/ours.py < {tmp_path}/cases.json"])
    assert done.code == 0, done.err
    ours = [verdict for verdict, _ in json.loads(done.out)]
    names = [Path(folder).name for folder, *_ in cases]
    expected = ["failed" if name.startswith("beyond") else "passed" for name in names]
    assert dict(zip(names, theirs, strict=True)) == dict(zip(names, expected, strict=True))
    assert dict(zip(names, ours, strict=True)) == dict(zip(names, expected, strict=True))


def schema_of(environment: Path) -> Draft201909Validator:
    """Return the standard's schema, as its own library carries it."""
    (place,) = (environment.parent / "lib").glob("python*/site-packages/open_data_contract_standard/schema.json")
    return Draft201909Validator(json.loads(place.read_text()))


def read_yaml(path: Path) -> object:
    return yaml.safe_load(path.read_text())
