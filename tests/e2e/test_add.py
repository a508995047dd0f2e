"""What is added later works as if it had been there from the start."""

import pytest

from tests.e2e.test_pilots import CHECKS
from tests.helpers import IDENTITY, git, pilotline

pytestmark = pytest.mark.slow


def test_a_pilot_passes_its_own_checks_after_add_and_prepare(pilot, run_in, run_pilot):
    for arguments in (("add", "postgres", "mlflow_server"), ("prepare", "production")):
        done = pilotline(*arguments, "--commit", cwd=pilot, environment=IDENTITY)
        assert done.code == 0, done.err

    results = {" ".join(check): run_in(pilot, check) for check in CHECKS}
    assert {name: f"{run.out[-3000:]}{run.err[-2000:]}" for name, run in results.items() if run.code} == {}
    assert git(pilot, "status", "--porcelain") == ""

    stopped = run_pilot(pilot, "run", PILOT_PROFILE="production")
    assert stopped.code != 0
    missing = [f"PILOT_INTEGRATIONS__{name}__URL" for name in ("MLFLOW_SERVER", "POSTGRES")]
    assert all(name in stopped.err for name in missing), "what came by `add` is as strict as one of the first day"
