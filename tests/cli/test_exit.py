import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from pilotline.cli.exit import _explain, _tell, run_guarded
from pilotline.errors import GitError, PilotlineError


@pytest.fixture(autouse=True)
def same_signals():
    """A command ends deaf; the tests after it are not."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    hook = sys.unraisablehook
    yield
    sys.unraisablehook = hook
    for number, handler in before.items():
        signal.signal(number, handler)


def outcome_of(error, capsys):
    @click.command()
    def command():
        raise error

    with pytest.raises(SystemExit) as raised:
        run_guarded(command, [])
    return raised.value.code, capsys.readouterr().err


def test_an_error_of_the_user_s_is_2_with_the_next_step(capsys):
    code, text = outcome_of(GitError("Git is away.", "Call it back."), capsys)
    assert code == 2
    assert text == "pilotline: Git is away.\nCall it back.\n"


def test_an_interruption_is_130(capsys):
    code, text = outcome_of(KeyboardInterrupt(), capsys)
    assert code == 130
    assert "Interrupted" in text


def test_a_fault_of_ours_is_3_with_a_log_and_no_traceback(capsys):
    code, text = outcome_of(ZeroDivisionError("division by zero"), capsys)
    assert code == 3
    assert "Traceback" not in text
    path = text.split("details are in ")[1].split(";")[0]
    assert "ZeroDivisionError: division by zero" in Path(path).read_text(encoding="utf-8")


def test_no_token_is_told_or_kept(capsys):
    address = "https://ci:TOKEN@host/x.git"
    for error in (ZeroDivisionError(address), PilotlineError(f"{address} is away.", f"Look at {address}.")):
        for arguments in (["--catalog", address], ["--catalog", address, "--json"]):
            code = _tell(_explain(error, arguments), as_json="--json" in arguments)
            said = "".join(capsys.readouterr())
            assert "host/x.git" in said or code == 3
            assert "TOKEN" not in said
            if code == 3:
                log = Path(said.rpartition("details are in ")[2].partition(";")[0]).read_text(encoding="utf-8")
                assert "https://host/x.git" in log
                assert "TOKEN" not in log


def test_an_interrupt_while_a_class_is_made_is_130_too(tmp_path):
    """Python remembers an interrupt inside `exec`, and would end the process by a signal although it was handled."""
    (tmp_path / "interrupted.py").write_text(
        "import click\nfrom pilotline.cli.exit import run_guarded\n"
        "run_guarded(click.command()(lambda: exec('raise KeyboardInterrupt')), [])\n"
    )
    done = subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, b"Interrupted" in done.stderr) == (130, True)


def test_an_interrupt_that_python_wraps_is_an_interrupt(capsys):
    """Python 3.11 makes a RuntimeError of one that comes while a class is given its fields."""

    class Field:
        def __set_name__(self, owner, name):
            raise KeyboardInterrupt

    @click.command()
    def command():
        type("Made", (), {"field": Field()})

    with pytest.raises(SystemExit) as raised:
        run_guarded(command, [])
    assert raised.value.code == 130
    assert "Interrupted" in capsys.readouterr().err


def test_an_interrupt_that_python_ignores_comes_again(tmp_path):
    """An object's end swallows every error, and prints it."""
    (tmp_path / "ignored.py").write_text(
        "import time\nimport click\nfrom pilotline.cli.exit import run_guarded\n"
        "class Ended:\n    def __del__(self):\n        raise KeyboardInterrupt\n"
        "def work():\n    Ended()\n    time.sleep(60)\n"
        "run_guarded(click.command()(work), [])\n"
    )
    command, begun = [sys.executable, "-m", "ignored"], time.monotonic()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert time.monotonic() - begun < 50
    assert (done.returncode, "Interrupted" in done.stderr, "Traceback" in done.stderr) == (130, True, False)


LEAVING = "import atexit, sys, threading, time\nfrom pilotline.cli.exit import leave\n"


@pytest.mark.parametrize(
    ("work", "code", "said"),
    [
        ("print('said')", 1, "said\n"),
        ("atexit.register(print, 'at the end')", 0, "at the end\n"),
        ("threading.Thread(target=lambda: (time.sleep(0.2), print('still'))).start()", 2, "still\n"),
        ("threading.Thread(target=time.sleep, args=[60], daemon=True).start(); print('said')", 0, "said\n"),
        ("sys.stdout.close(); sys.stdout = None", 3, ""),
    ],
    ids=["output", "at-exit", "thread", "daemon", "closed"],
)
def test_a_process_leaves_with_all_said_and_done(work, code, said):
    script = f"{LEAVING}{work}\nleave(SystemExit({code}))\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, said, "")


def test_a_process_that_cannot_say_all_ends_as_python_ends_it():
    script = f"{LEAVING}print('lost')\nleave(SystemExit(0))\n"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=buffered, check=False)
    assert done.returncode == 120
    assert b"No space left" in done.stderr
