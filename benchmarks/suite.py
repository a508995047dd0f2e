"""How long the own suite of each architecture's pilot takes without its end-to-end run, and how much more with it.

    PILOTLINE_PILOT_ENVIRONMENT=build/pilot-environment python benchmarks/suite.py

The environment is the one that `tests/e2e` installs. Printed are seconds on the wall and of the processor, which
differ on a machine that has other work.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.architectures import list_architectures
from pilotline.catalog.loading import load_builtin
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.template.answers import accept_answers

ENVIRONMENT = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", "build/pilot-environment")).resolve()
PARTS = {"without the end-to-end run": ("--ignore=tests/e2e",), "all of it": ()}


def measure(pilot: Path, arguments: tuple[str, ...]) -> tuple[float, float, str]:
    """Run a part of the suite; return seconds on the wall and of the processor, and pytest's last line."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    around = {**os.environ, "PYTHONPATH": str(pilot / "src"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "pytest", "-q", *arguments],
        cwd=pilot, env=around, capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, processor, done.stdout.strip().splitlines()[-1]


def main() -> None:
    """Make each worked example and measure its suite twice: the first time fills the caches."""
    catalog = load_builtin(CATALOG_SOURCE)
    for architecture in sys.argv[1:] or [each.id for each in list_architectures(catalog)]:
        with tempfile.TemporaryDirectory() as folder:
            plan = plan_pilot(catalog, accept_answers(catalog, {"architecture": architecture}))
            pilot = create_pilot(plan, Path(folder) / "pilot").destination
            for name, arguments in PARTS.items():
                measure(pilot, arguments)
                wall, processor, said = measure(pilot, arguments)
                print(f"{architecture}, {name}: {wall:.1f} s, of the processor {processor:.1f} s ({said})")


if __name__ == "__main__":
    main()
