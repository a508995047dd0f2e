"""What tests share: catalogs written in place, a git that knows its user, and pilotline as a process."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pilotline.files.tree import File, Tree
from pilotline.template.snapshot import Identity, Snapshot
from tests.warm_start import PILOTLINE

ROOT = Path(__file__).resolve().parents[1]
IDENTITY = {
    "GIT_AUTHOR_NAME": "Test Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "Test Author",
    "GIT_COMMITTER_EMAIL": "author@example.org",
}


def build_file_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files given as a dict, so that every test shows its input in place."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def snapshot(files: Mapping[str, str | bytes], version: str | None = "v1.0.0") -> Snapshot:
    """Make a catalog in memory."""
    tree = Tree({path: File(c if isinstance(c, bytes) else c.encode()) for path, c in files.items()})
    return Snapshot(Identity("https://example.org/catalog.git", version, "the test catalog"), tree)


def git(folder: Path, *arguments: str) -> str:
    """Run real git with an identity of its own."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **IDENTITY}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit_all(folder: Path, message: str, tag: str = "") -> None:
    """Commit everything in a folder, making it a repository first where it is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "-c", "core.bigFileThreshold=1", "add", "--all", "--force")  # into one pack, which is much faster
    git(folder, "commit", "--quiet", "--no-verify", "--message", message)
    if tag:
        git(folder, "tag", tag)


@dataclass(frozen=True)
class Run:
    """A finished process."""

    code: int
    out: str
    err: str


def pilotline(
    *arguments: str | Path, cwd: Path | None = None, environment: Mapping[str, str] | None = None, timeout: float = 120
) -> Run:
    """Run pilotline as its users do: a process of its own, without a terminal."""
    given = {**os.environ, **(environment or {})}
    command = ["-m", "pilotline", *map(str, arguments)]
    if PILOTLINE.can_start(given):
        return Run(*PILOTLINE.run(command, cwd, given, timeout))
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def files_below(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder but git's own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def executables_below(folder: Path) -> set[str]:
    """Name the files below a folder that may be executed."""
    return {path for path in files_below(folder) if (folder / path).stat().st_mode & 0o100}
