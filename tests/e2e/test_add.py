"""What is added later works as if it had been there from the start."""

import pytest

from tests.e2e.test_pilots import TEAM_S_CHECKS
from tests.helpers import IDENTITY, files_below, git, pilotline
from tests.pilot_environment import MAXIMAL

pytestmark = pytest.mark.slow


def platform_of(pilot):
    """Read the platform and its tests, and what they read."""
    return {path: text for path, text in files_below(pilot).items() if "platform" in path or path.startswith("config/")}


def test_a_pilot_passes_its_own_checks_after_add_and_prepare(make_pilot, render_pilot, run_in, run_pilot):
    """Its platform is byte by byte that of a new pilot, whose tests test_pilots.py runs."""
    pilot = make_pilot(ci_provider=MAXIMAL["ci_provider"])
    for arguments in (("add", "postgres", "mlflow_server", "otlp"), ("prepare", "production")):
        done = pilotline(*arguments, "--commit", cwd=pilot, environment=IDENTITY)
        assert done.code == 0, done.err

    results = {" ".join(check): run_in(pilot, check) for check in TEAM_S_CHECKS}
    assert {name: f"{run.out[-3000:]}{run.err[-2000:]}" for name, run in results.items() if run.code} == {}
    assert git(pilot, "status", "--porcelain") == ""
    assert platform_of(pilot) == platform_of(render_pilot(**MAXIMAL))

    stopped = run_pilot(pilot, "run", PILOT_PROFILE="production")
    assert stopped.code != 0
    missing = [f"PILOT_INTEGRATIONS__{name}__URL" for name in ("MLFLOW_SERVER", "POSTGRES")]
    assert all(name in stopped.err for name in missing), "what came by `add` is as strict as one of the first day"
