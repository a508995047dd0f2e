"""A git that kills whoever called it, at the call that a test names; and what was done until then."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

from tests.helpers import IDENTITY, build_file_tree

_Step = TypeVar("_Step")
SEED: Final = 20261129
_REPLACE_WORKERS: Final = {("catalog", "impact"), ("catalog", "hotspots")}
# "within" leaves the lock behind that git itself leaves when it is killed, too.
_KILLER: Final = f"""#!/bin/sh
number=$(($(cat "$STEP_FILE") + 1)); echo $number >"$STEP_FILE"; echo "$*" >>"$STEP_FILE.log"
[ "$number $KILL_WHEN" = "$KILL_AT before" ] && kill -9 $PPID && exit 1
if [ "$number $KILL_WHEN" = "$KILL_AT within" ]; then
  case "$*" in
    *read-tree*|*update-index*|*checkout-index*|*" add "*|*" commit "*|*" reset "*)
      : >"$({shutil.which("git")} rev-parse --git-dir)/index.lock" ;;
  esac
  kill -9 $PPID; exit 1
fi
{shutil.which("git")} "$@"; code=$?
[ "$number $KILL_WHEN" = "$KILL_AT after" ] && kill -9 $PPID
exit $code
"""


def run_killed(programs: Path, cwd: Path, command: Sequence[str], at: int = 0, when: str = "never") -> list[str]:
    """Run pilotline with a git that kills it at one of its calls; return the calls that were made.

    Args:
        programs: An empty or missing folder for that git.
        cwd: Where to run.
        command: Pilotline's arguments.
        at: Number of the call; the first is 1.
        when: `before` the call, `within` it, `after` it, or never.
    """
    build_file_tree(programs, {"git": _KILLER, "step": "0\n", "step.log": ""})
    (programs / "git").chmod(0o755)
    environment = {
        **os.environ, **IDENTITY, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "STEP_FILE": str(programs / "step"), "KILL_AT": str(at), "KILL_WHEN": when,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "pilotline", *command], cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, check=False,
    )  # fmt: skip
    # Where a worker called git it is the worker that was killed: pilotline says so, or has another one do its work.
    replaced = tuple(command[:2]) in _REPLACE_WORKERS and done.returncode == 0
    assert at == 0 or done.returncode == -9 or replaced or b"was stopped from outside" in done.stderr, done.stderr
    return (programs / "step.log").read_text().splitlines()


def some(steps: Sequence[_Step], count: int, salt: str) -> list[_Step]:
    """Choose some of the calls of git, always the same ones, the last among them: there most is done."""
    chosen = random.Random(f"{SEED} {salt}").sample(list(steps), min(count, len(steps)))
    return list(dict.fromkeys([*chosen, *list(steps)[-1:]]))
