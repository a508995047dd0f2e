"""A batch keeps to the seconds that `operation.run_seconds` in pilot.yml gives it, on the sample of the tests.

As long as nobody has decided them, there is no test here: `pilotline check --run` says so.
"""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = yaml.safe_load((REPOSITORY / "pilot.yml").read_text(encoding="utf-8"))["operation"].get("run_seconds")

if SECONDS is not None:

    def test_latency_of_the_main_job_is_within_its_budget(request: pytest.FixtureRequest) -> None:
        try:
            pilot: Any = request.getfixturevalue("ran")[0]
        except pytest.FixtureLookupError:
            pytest.skip("there is no main job yet: it comes with the shape of your table")
        started = time.perf_counter()
        code, _, said = pilot.run("score")
        took = time.perf_counter() - started
        assert code == 0, said
        assert took < SECONDS, f"a batch took {took:.1f} s, its budget in pilot.yml is {SECONDS} s"
