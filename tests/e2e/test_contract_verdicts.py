"""The public tool for data contracts and the pilot come to one verdict: on the example, and on what is drafted.

`datacontract-cli` lives in an environment of its own: what it needs would change what pilots are tested with.
"""

import fcntl
import json
import lzma
import os
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
from tests.e2e.test_services import FILL, database  # noqa: F401 - a fixture
from tests.helpers import ROOT
from tests.pilot_environment import UV_CACHE

pytestmark = pytest.mark.slow

TOOL = "datacontract-cli[duckdb,parquet,postgres]==1.2.8"
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
from PACKAGE._platform.integrations import connect_database
from PACKAGE._platform.raw_tables import read_raw
from PACKAGE._platform.sections import TableSettings
from PACKAGE._platform.settings import PlatformPart
verdicts = []
database = None
for folder, path, settings in json.load(sys.stdin):
    root = Path(folder)
    contract = read_contract(root / path)
    if "relation" in settings:
        database = database or connect_database(PlatformPart.load(Path.cwd()), "PACKAGE.adapters.integrations")
    rows = read_raw(root, TableSettings(contract=path, **settings), contract, database)
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
            install = [*uv, "pip", "install", "--python", str(folder / "bin" / "python"), TOOL]
            around = {**os.environ, "UV_CACHE_DIR": str(UV_CACHE)}
            subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, str(folder)], check=True)
            subprocess.run(install, env=around, check=True)
            stamp.write_text(TOOL)
    return folder / "bin" / "python"


def ask(python: str | Path, code: str, cases: Sequence[Case], cwd: Path, **variables: str) -> list[Verdict]:
    done = subprocess.run(
        [str(python), "-c", code], input=json.dumps(cases), capture_output=True, text=True, check=False, cwd=cwd,
        env={**os.environ, **variables},
    )  # fmt: skip
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


def test_both_come_to_one_verdict_on_a_table_behind_a_real_postgresql(
    tool: Path,
    make_pilot: RenderPilot,
    run_in: RunIn,
    run_pilot: RunIn,
    database: str,  # noqa: F811
    tmp_path: Path,
):
    """The pilot judges it in two ways: asked where it lies, and with its rows read here."""
    pilot = make_pilot(**OWN, integrations=["postgres"])
    there = {
        "PILOT_INTEGRATIONS__POSTGRES__ENABLED": "true",
        "PILOT_INTEGRATIONS__POSTGRES__URL": f"postgresql://postgres@127.0.0.1/{database}",
    }
    filled = run_in(pilot, ["python", "-c", FILL, database, "; ".join(typed_tables())], offline=False)
    assert filled.code == 0, filled.err
    drafted = run_pilot(pilot, "own-data", "postgres:good.claims", "--json", "--apply", offline=False, **there)
    assert drafted.code == 0, drafted.err
    ask_where_it_lies(pilot / "kpis.yml")
    contract, settings = pilot / "data_contracts/claims.odcs.yaml", pilot / "config/default.toml"
    texts = {path: path.read_text() for path in (contract, settings)}
    cases: list[Case] = []
    asked = {}
    for kind in SPOILT:
        for path, text in texts.items():
            path.write_text(
                text.replace("schema: good", f"schema: {kind}").replace('"good.claims"', f'"{kind}.claims"')
            )
        folder = pilot / "var" / "verdicts" / kind
        folder.mkdir(parents=True)
        (folder / contract.name).write_text(contract.read_text())
        cases.append((str(folder), contract.name, {"integration": "postgres", "relation": f"{kind}.claims"}))
        measured = run_pilot(pilot, "measure", "--try", "cost_of_stops", "--json", offline=False, **there)
        assert "asking for claims where they lie" in measured.err
        assert "rows of claims against" not in measured.err, "that is the other way"
        asked[kind] = "passed" if measured.code == 0 else "failed"
    theirs = ask(tool, PUBLIC, cases, tmp_path, **address_of(database))
    (tmp_path / "ours.py").write_text(OURS.replace("PACKAGE", next((pilot / "src").iterdir()).name))
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    read = run_in(pilot, ["sh", "-c", f"python {tmp_path}/ours.py < {tmp_path}/cases.json"], offline=False, **there)
    assert read.code == 0, read.err
    expected = {kind: "failed" if kind == "beyond" else "passed" for kind in SPOILT}
    assert dict(zip(SPOILT, (verdict for verdict, _ in theirs), strict=True)) == expected, theirs
    assert dict(zip(SPOILT, (verdict for verdict, _ in json.loads(read.out)), strict=True)) == expected
    assert asked == expected


def ask_where_it_lies(kpis: Path) -> None:
    """Write a query that means the same in PostgreSQL as here."""
    data = yaml.safe_load(kpis.read_text())
    data["kpis"][0]["measure"]["sql"] = 'SELECT claim AS "case", amount AS value FROM claims WHERE opened < $until'
    kpis.write_text(yaml.safe_dump(data, sort_keys=False))


def typed_tables() -> list[str]:
    """Write claims as a database has them: good, within what a draft tolerates, and beyond it."""
    made = []
    for kind, share in SPOILT.items():
        rows = spoil(claims(), share, {"opened": "", "claim": ""})
        lines = ("(" + ", ".join(f"'{cell}'" if cell else "NULL" for cell in row.values()) + ")" for row in rows)
        made += [
            f"CREATE SCHEMA {kind}",
            f"CREATE TABLE {kind}.claims (claim text, branch text, opened date, amount numeric, fraud text)",
            f"INSERT INTO {kind}.claims VALUES {', '.join(lines)}",
        ]
    return made


def address_of(database: str) -> dict[str, str]:  # noqa: F811
    """Name a database as the how-to does."""
    return {
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": "5432",
        "POSTGRES_DATABASE": database,
        "DATACONTRACT_POSTGRES_USERNAME": "postgres",
        "DATACONTRACT_POSTGRES_PASSWORD": "trusted",
    }
