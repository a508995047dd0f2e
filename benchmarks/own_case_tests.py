"""What the tests about a team's own case cost continuous integration, which runs two of them at once.

    PILOTLINE_PILOT_ENVIRONMENT=build/pilot-environment python benchmarks/own_case_tests.py

They run one after the other here. Printed are seconds of the processor, which other work on the machine changes less
than those on the wall, and what they come to on two cores.
"""

import os
import resource
import subprocess
import sys
from typing import Final

CORES: Final = 2
MODULES: Final = {
    "e2e": "another_library combinations drift first_shape forget large_ledgers measured_query model_requirements "
    "module_names moved_pilot notebooks own_data_apply own_data_drafts own_data_forms pending public_tables "
    "python_measures renewal simultaneous_runs statistics_of_forms surface tables words_of_the_case written",
    "creation": "own_case contradictions",
    "kpi": "pending",
    "rules": "beginning example_answers kpi_definition units",
    "upgrade": "new_seeds",
}


def main() -> int:
    """Run them and print what they took."""
    paths = [f"tests/{wing}/test_{name}.py" for wing, names in MODULES.items() for name in names.split()]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not combinations", *paths]
    done = subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False)
    took = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = took.ru_utime + took.ru_stime
    print(f"{seconds:.0f} s of the processor, {seconds / CORES / 60:.1f} minutes on {CORES} cores")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
