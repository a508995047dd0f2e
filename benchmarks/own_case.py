"""How long `own-data` takes on large tables, and how much memory: snapshots of 1 and 10 million rows, as CSV.

    python benchmarks/own_case.py [ROWS…]

Needs the pilots' environment (`PILOTLINE_PILOT_ENVIRONMENT`, or `build/pilot-environment`), which the tests install.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.loading import load_builtin
from pilotline.files.disk import write_tree
from pilotline.template.answers import accept_answers
from pilotline.template.render import render

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", ROOT / "build" / "pilot-environment"))
MAKE = """
import duckdb, sys
duckdb.sql(f'''COPY (SELECT 'M-' || i AS machine_id, DATE '2023-01-01' + (i % 700)::INTEGER AS seen,
  round(random() * 90, 2) AS vibration, (random() * 120)::INTEGER AS age, 'site ' || (i % 40) AS site,
  round(random() * 4000, 2) AS cost, ['red', 'green', 'blue'][1 + i % 3] AS colour,
  CASE WHEN random() < 0.1 THEN 'yes' ELSE 'no' END AS failed FROM range({sys.argv[1]}) AS t(i))
  TO '{sys.argv[2]}' (HEADER, DELIMITER ';')''')
"""
RUN = "import sys; from customer_call_list.entrypoints import main; sys.exit(main())"


def main() -> None:
    """Measure each size in a process of its own, and print a row of a table for it."""
    sizes = [int(size) for size in sys.argv[1:]] or [1_000_000, 10_000_000]
    print("| rows | file | seconds | memory |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        pilot = Path(folder) / "pilot"
        pilot.mkdir()
        builtin = load_builtin(CATALOG_SOURCE)
        write_tree(render(builtin, accept_answers(builtin, {})), pilot)
        for rows in sizes:
            table = pilot / "data" / "machines.csv"
            python("-c", MAKE, str(rows), str(table), cwd=pilot)
            seconds, megabytes = measure(pilot, table)
            print(f"| {rows:,} | {table.stat().st_size / 1e6:,.0f} MB | {seconds:.1f} | {megabytes:,.0f} MB |")


def measure(pilot: Path, table: Path) -> tuple[float, float]:
    """Return the seconds that it takes, and the most memory that any process had so far."""
    start = time.perf_counter()
    python("-c", RUN, "own-data", str(table), "--json", cwd=pilot)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def python(*arguments: str, cwd: Path) -> None:
    """Run the pilots' Python."""
    around = {**os.environ, "PYTHONPATH": str(cwd / "src")}
    command = [str(ENVIRONMENT / "bin" / "python"), *arguments]
    subprocess.run(command, cwd=cwd, env=around, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


if __name__ == "__main__":
    main()
