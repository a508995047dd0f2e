"""A service keeps to the OpenAPI document that it gives out, whatever is sent: schemathesis judges that."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import own_command, surroundings

pytestmark = pytest.mark.slow
FREE = {"PILOT_WEB__PER_MINUTE": "1000000", "PILOT_WEB__BURST": "100000"}  # limits have tests of their own


@dataclass(frozen=True)
class Service:
    """A pilot's own `serve`, and a key that permits everything."""

    address: str
    key: str
    pilot: Path

    def judge(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Let schemathesis send what the document allows, and what it does not."""
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{self.address}/openapi.json", *options]
        common = ["--header", f"Authorization: Bearer {self.key}", "--seed", "1", "--no-color", "--workers", "2"]
        return subprocess.run([*command, *common], cwd=self.pilot, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def service(run_once, pilot_environment, tmp_path_factory) -> Iterator[Service]:
    ran, _ = run_once("realtime_scoring")
    pilot = shutil.copytree(ran, tmp_path_factory.mktemp("service") / "pilot", symlinks=True)
    around = surroundings([pilot_environment], {"PYTHONPATH": str(pilot / "src"), **FREE})
    scopes = [word for scope in ("score", "read", "review", "outcome") for word in ("--scope", scope)]
    made = [*own_command(pilot), "keys", "create", "judge", *scopes]
    key = subprocess.run(made, cwd=pilot, env=around, capture_output=True, text=True, check=True).stdout.strip()
    command = [*own_command(pilot), "serve", "--port", "0"]
    process = subprocess.Popen(command, cwd=pilot, env=around, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        said = (re.search(r"Serving on (http://[0-9.:]+)", line) for line in process.stderr)
        yield Service(next(found[1] for found in said if found), key, pilot)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def test_no_request_meets_a_fault_and_each_answer_is_as_the_document_says(service):
    # A key that stands for another request already is refused, which no schema can say.
    refused_rightly = ("--exclude-checks", "positive_data_acceptance")
    done = service.judge("--max-examples", os.environ.get("PILOTLINE_REQUESTS", "15"), *refused_rightly)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    logged = "".join(path.read_text() for path in (service.pilot / "var/logs").glob("*.jsonl"))
    statuses = {json.loads(line).get("status") for line in logged.splitlines() if '"request"' in line}
    assert {200, 404, 422} <= statuses, "both what is right and what is wrong was sent"
