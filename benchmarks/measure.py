"""A team's own case at size: a KPI measured by a query on ten million rows, in seconds and peak memory.

Run it with the Python of an environment that has a pilot's requirements: `python benchmarks/measure.py PILOT [ROWS]`,
where PILOT is a freshly generated pilot. It works in a copy and leaves the pilot as it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
team: {members: [{username: head-of-service, role: owner}]}
roles: [{role: account-planning, access: read}]
customProperties: [{property: classification, value: internal}, {property: toleratedBadRowsPercent, value: 1}]
schema:
  - name: visits
    properties:
      - {name: visit, logicalType: integer, required: true}
      - {name: machine, logicalType: string, required: true, logicalTypeOptions: {pattern: "^M[0-9]+$"}}
      - {name: day, logicalType: timestamp, logicalTypeOptions: {format: "yyyy-MM-dd HH:mm:ss"}, required: true}
      - {name: hours, logicalType: number, logicalTypeOptions: {minimum: 0}}
"""
SETTINGS = """
[tables.visits]
path = "data/visits.csv"
contract = "data_contracts/visits.odcs.yaml"
"""
KPI = """
  - id: hours_per_visit
    title: Hours per visit
    question: How long does a visit take?
    kind: outcome
    owner: head-of-service
    formula: mean hours
    unit: hours
    direction: lower
    baseline: {value: 3, period: last year, source: head-of-service}
    target: {value: 2, due: "2027-06-30"}
    measure:
      form: mean
      sql: SELECT visit AS "case", hours AS value, machine AS cluster FROM visits WHERE day < $until
    window: all visits
    minimum_sample: 100
    attribution: before and after
    decision: {go_on: better, gate: not_worse, otherwise: stop}
"""
WRITE = """
import duckdb, sys
columns = "i AS visit, 'M' || (hash(i) % 50000) AS machine, TIMESTAMP '2024-01-01' + to_seconds(i) AS day"
rows = f"SELECT {columns}, round(6 * random(), 2) AS hours FROM range({sys.argv[2]}) t(i)"
duckdb.sql(f"COPY ({rows}) TO '{sys.argv[1]}' (HEADER)")
"""
# Peak memory of a process and of all its children together, as the system's own accounting of each has it.
RUN = """
import resource, sys, time
from importlib import import_module
before = time.perf_counter()
main = import_module(sys.argv[1] + ".entrypoints").main
sys.argv = ["pilot", "measure", "--try", "hours_per_visit"]
try:
    main()
finally:
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{time.perf_counter() - before:.1f} s; peak {own:,.0f} MB reading, {child:,.0f} MB asking")
"""


def main() -> None:
    """Write the table, measure the KPI, show what it took."""
    pilot, rows = Path(sys.argv[1]).resolve(), int(next(iter(sys.argv[2:]), 10_000_000))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "pilot"
        shutil.copytree(pilot, copy)
        (copy / "data_contracts/visits.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
        for name, text in (("config/default.toml", SETTINGS), ("kpis.yml", KPI)):
            with (copy / name).open("a", encoding="utf-8") as file:
                file.write(text)
        table = copy / "data/visits.csv"
        _python(copy, WRITE, str(table), str(rows))
        print(f"{rows:,} rows, {table.stat().st_size / 1e6:,.0f} MB of CSV")
        package = next(path.parent.name for path in (copy / "src").glob("*/_platform"))
        started = time.perf_counter()
        print(_python(copy, RUN, package))
        print(f"whole command: {time.perf_counter() - started:.1f} s")


def _python(pilot: Path, code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=pilot, env={**os.environ, "PYTHONPATH": str(pilot / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return (done.stdout + done.stderr).strip()


if __name__ == "__main__":
    main()
