"""Which commit the evidence is about, as git tells it."""

import os
import subprocess
from pathlib import Path
from typing import Final

from .rules.evidence import WRITTEN_BY_PILOT

PAGE: Final = Path("docs/kpis.md")
CODE: Final = ("--", ".", *(f":!{path.rstrip('/')}" for path in WRITTEN_BY_PILOT))  # what evidence is about, for git


def commit_of(root: Path) -> str | None:
    """The commit that was measured; None outside git, with `+` when there were changes beside it."""
    head = _git(root, "rev-parse", "HEAD")
    beside = _git(root, "status", "--porcelain", "--untracked-files=no", *CODE)
    return None if head is None or beside is None else f"{head}+" if beside else head


def is_same_code(root: Path, commit: object) -> bool:
    """Tell whether nothing but evidence differs between a commit and the files as they are."""
    return isinstance(commit, str) and not commit.endswith("+") and _git(root, "diff", "--quiet", commit, *CODE) == ""


def _git(root: Path, *words: str) -> str | None:
    """Ask git; None where it says no, or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["git", "-C", str(root), *words],  # noqa: S607 - git lies wherever PATH says
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
