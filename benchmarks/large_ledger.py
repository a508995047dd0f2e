"""The main job on a large ledger: seconds and peak memory of `own-data`, `train` and `evaluate` on synthetic lines.

    python benchmarks/large_ledger.py [LINES] [CUSTOMERS]

Draws a ledger in Parquet (50 million lines of 200,000 customers over three years, ten lines an order), makes an own
case of the shape events from it, and runs each step in a process of its own. Needs the pilots' environment
(`PILOTLINE_PILOT_ENVIRONMENT`, or `build/pilot-environment`), and some 3 GB of disk where temporary files lie.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.loading import load_builtin
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.template.answers import accept_answers

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", ROOT / "build" / "pilot-environment"))
ANSWERS: dict[str, object] = {
    "project_name": "Large ledger", "start": "own_case", "objective": "lower-cost-to-serve", "currency": "EUR",
    "kpi": "Revenue per buyer", "kpi_unit": "EUR per buyer and month", "kpi_unit_value": "not known yet",
    "kpi_baseline": "not measured yet", "kpi_target": "+10 %", "owner": "head-of-unit", "screened_by": "head-of-unit",
}  # fmt: skip
# Customers come in rhythms of their own and leave at some day; ten lines are an order.
DRAW = """
import duckdb, sys
lines, customers, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
connection = duckdb.connect(config={"memory_limit": "4GB"})
connection.execute("SET enable_progress_bar = false")
connection.execute("SELECT setseed(0.5)")
connection.execute(f'''COPY (
  SELECT 'C' || (i // 10 % {customers}) AS customer, 'O' || (i // 10) AS "order",
    DATE '2022-01-03' + (hash(i // 10) % (200 + hash(i // 10 % {customers}) % 880))::INTEGER AS day,
    round(exp(2 + 3 * random()), 2) AS amount
  FROM range({lines}) AS t(i)) TO '{path}' (FORMAT parquet)''')
"""
RUN = "import sys; from large_ledger.entrypoints import main; sys.exit(main())"
STEPS = (("own-data", "data/ledger.parquet", "--apply", "--json"), ("train",), ("evaluate",))


def main() -> None:
    """Draw the ledger, make the pilot, and print a row of a table for each step."""
    lines, customers = (int(given) for given in (sys.argv[1:3] or (50_000_000, 200_000)))
    with tempfile.TemporaryDirectory() as folder:
        pilot = _make(Path(folder) / "pilot", ANSWERS)
        table = pilot / "data" / "ledger.parquet"
        table.parent.mkdir(exist_ok=True)
        subprocess.run([_python(), "-c", DRAW, str(lines), str(customers), str(table)], check=True)
        print(f"{lines:,} lines of {customers:,} customers, {table.stat().st_size / 1e6:,.0f} MB of Parquet\n")
        print("| step | seconds | peak memory |\n|---|---|---|", flush=True)
        for step in STEPS:
            seconds, megabytes = _measure(pilot, step)
            print(f"| {step[0]} | {seconds:.0f} | {megabytes:,.0f} MB |", flush=True)
            if step[0] == "own-data":
                _give_it_the_shape(pilot)


def _make(folder: Path, answers: dict[str, object]) -> Path:
    catalog = load_builtin(CATALOG_SOURCE)
    return create_pilot(plan_pilot(catalog, accept_answers(catalog, answers)), folder).destination


def _give_it_the_shape(pilot: Path) -> None:
    """Let the code of the shape arrive, as `own-data` says next."""
    git = ["git", "-c", "user.name=b", "-c", "user.email=b@localhost"]
    (pilot / ".gitignore").open("a").write("/data/ledger.parquet\n")
    subprocess.run([*git, "add", "--all"], cwd=pilot, check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "Our table"], cwd=pilot, check=True)
    command = [Path(sys.executable).with_name("pilotline"), "answers", "-d", "shape=events", "--commit"]
    names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    around = {**os.environ, **{f"GIT_{name}": "b@localhost" for name in names}}
    subprocess.run([*map(str, command)], cwd=pilot, check=True, stdout=subprocess.DEVNULL, env=around)


def _measure(pilot: Path, step: tuple[str, ...]) -> tuple[float, float]:
    """Return the seconds that a step takes, and the most memory that its process or one of its children had."""
    start = time.perf_counter()
    around = {**os.environ, "PYTHONPATH": str(pilot / "src")}
    process = subprocess.Popen([_python(), "-c", RUN, *step], cwd=pilot, env=around, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{step[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, used.ru_maxrss / 1024


def _python() -> str:
    return str(ENVIRONMENT / "bin" / "python")


if __name__ == "__main__":
    main()
