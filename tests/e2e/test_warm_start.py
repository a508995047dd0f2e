"""A pilot's command that starts warm is as one of a new process, but for the time it takes."""

import json
import socket

import pytest

pytestmark = pytest.mark.slow

SEEN = """
import json, os, sys
kept = [os.environ.get(name) for name in ("PILOT_X", "HOME", "PATH", "PYTHONPATH", "MLFLOW_LOGGING_LEVEL")]
print(json.dumps([__name__, sys.argv, sys.path[:2], sys.executable, os.getcwd(), kept]))
"""
COMMANDS = {
    "what it sees": ["python", "-c", SEEN, "a b", "--c"],
    "a module": ["python", "-m", "json.tool", "--help"],
    "a fault": ["python", "-c", "print('so far'); 1 / 0"],
    "an exit code": ["python", "-c", "raise SystemExit(7)"],
    "a kill": ["python", "-c", "import os; os.kill(os.getpid(), 9)"],
    "a pilot's error": ["python", "-c", "from customer_call_list.entrypoints import main; main()", "nonsense"],
}
DRAWN = "import random, uuid; import numpy; print(random.random(), uuid.uuid4(), numpy.random.rand())"


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_it_sees_says_and_ends_as_a_new_process(pilot, run_in, command):
    warm, new = run_in(pilot, command, PILOT_X="ä"), run_in(pilot, command, new=True, PILOT_X="ä")
    assert (warm.code, warm.out) == (new.code, new.out)
    assert warm.err.splitlines()[-1:] == new.err.splitlines()[-1:]


def test_what_is_drawn_is_drawn_anew(pilot, run_in):
    drawn = [run_in(pilot, ["python", "-c", DRAWN]).out.split() for _ in range(2)]
    assert [one for one, other in zip(*drawn, strict=True) if one == other] == []


@pytest.mark.parametrize("new", [False, True])
def test_it_has_no_network_unless_that_is_allowed(pilot, run_in, new):
    with socket.create_server(("127.0.0.1", 0)) as server:
        reach = f"import socket; socket.create_connection({server.getsockname()}, timeout=5)"
        assert run_in(pilot, ["python", "-c", reach], new=new, offline=False).code == 0
        assert "ConnectionRefusedError" in run_in(pilot, ["python", "-c", reach], new=new).err


def test_it_has_loaded_the_libraries(pilot, run_in):
    asked = [
        "python",
        "-c",
        "import json, sys; print(json.dumps([name in sys.modules for name in ('mlflow', 'pandas')]))",
    ]
    assert [json.loads(run_in(pilot, asked, new=new).out) for new in (False, True)] == [[True, True], [False, False]]
