"""How fast and how well passages are found, beside plain full-text search on the same corpus, as it grows.

    PILOTLINE_PILOT_ENVIRONMENT=build/pilot-environment python benchmarks/retrieval.py [SIZES] [INDEXES]

The environment is the one that `tests/e2e` installs. SIZES are numbers of passages (1000,10000,100000), INDEXES some of
built-in,pgvector,qdrant,minilm. The questions are those of the worked example that were written to tune it and have an
answer; the ones held back are not asked. `retrieval_child.py` says what the corpus is made of.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.loading import load_builtin
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.template.answers import accept_answers

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", ROOT / "build" / "pilot-environment")).resolve()
SIZES, INDEXES = "1000,10000,100000", "built-in,pgvector,qdrant,minilm"
ANSWERS: dict[str, object] = {"architecture": "rag_assistant", "integrations": ["pgvector", "qdrant", "minilm"]}
HEAD = """\
| passages | index | search | filled in | a question: median | 95 % | right in 1 | in 3 | in 20 | in other words, in 3 |
|---|---|---|---|---|---|---|---|---|---|"""


def main() -> None:
    """Make the pilot, measure within its environment, and print a row of the table for each search."""
    sizes, indexes = [*sys.argv[1:], *(SIZES, INDEXES)[len(sys.argv) - 1 :]][:2]
    print(f"Load before it began: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n\n{HEAD}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        builtin = load_builtin(CATALOG_SOURCE)
        pilot = create_pilot(plan_pilot(builtin, accept_answers(builtin, ANSWERS)), Path(folder) / "pilot").destination
        package = next((pilot / "src").iterdir()).name
        child = Path(__file__).with_name("retrieval_child.py")
        around = {**os.environ, "PYTHONPATH": str(pilot / "src"), "PILOT_ROOT": str(pilot)}
        command = [str(ENVIRONMENT / "bin" / "python"), "-W", "ignore", str(child), package, indexes, sizes]
        with subprocess.Popen(command, env=around, cwd=pilot, stdout=subprocess.PIPE, text=True) as running:
            for line in running.stdout or ():
                if line.startswith("{"):
                    print(_row(json.loads(line)), flush=True)
        if running.returncode:
            sys.exit(running.returncode)


def _row(said: dict[str, object]) -> str:
    """Write a row: seconds to fill, milliseconds to ask, shares of questions in percent."""
    shares = (f"{100 * float(str(said[name])):.0f} %" for name in ("at1", "at3", "at20", "paraphrased3"))
    times = (
        f"{float(str(said['build'])):.0f} s | {float(str(said['median'])):.1f} ms | {float(str(said['p95'])):.1f} ms"
    )
    return f"| {said['passages']:,} | {said['index']} | {said['search']} | {times} | {' | '.join(shares)} |"


if __name__ == "__main__":
    main()
