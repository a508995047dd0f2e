"""The one door to other programs: docker, kubectl, git, and the pilot itself."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import PilotError


def run(
    words: Sequence[str],
    *,
    cwd: Path,
    variables: Mapping[str, str] | None = None,
    given: str | None = None,
    seconds: float | None = None,
) -> str:
    """Run a program to its end and return what it said.

    Raises:
        PilotError: It is not installed, it took too long, or it ended with an error: its last line is told.
    """
    if shutil.which(words[0]) is None:
        raise PilotError(f"{words[0]} is not installed here: install it, or run this where it is.")
    try:
        done = subprocess.run(  # noqa: S603 - words of our own and of the team's file, no shell
            list(words),
            cwd=cwd,
            env={**os.environ, **(variables or {})},
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise PilotError(f"`{' '.join(words[:4])}` did not end within {seconds:g} seconds.") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise PilotError(f"`{' '.join(words[:4])}` ended with {done.returncode}: {said}")
    return done.stdout
