"""Repositories elsewhere: what they offer, and fetching it; the only calls of git that need a network."""

from collections.abc import Sequence
from pathlib import Path

from pilotline.git.commands import run_git


def list_remote_refs(url: str, cwd: Path) -> dict[str, str]:
    """Ask a repository elsewhere for its `HEAD`, tags and branches, with the commit that each leads to.

    Raises:
        GitError: It cannot be reached.
    """
    lines = run_git(["ls-remote", "--", url], cwd, remote=True).decode().splitlines()
    pairs = {name: commit for commit, _, name in (line.partition("\t") for line in lines)}
    return {name: pairs.get(f"{name}^{{}}", commit) for name, commit in pairs.items() if not name.endswith("^{}")}


def fetch(url: str, repository: Path, refspecs: Sequence[str], *, shallow: bool) -> None:
    """Fetch refs into a bare repository, with or without their history; a tag that is there is never replaced.

    Raises:
        GitError: It cannot be reached, or refuses.
    """
    deep = ["--unshallow"] if (repository / "shallow").exists() else []
    depth = ["--depth=1"] if shallow else deep
    command = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--stdin", *depth, "--", url]
    wanted = "".join(f"{line}\n" for line in refspecs).encode()
    run_git(command, repository, stdin=wanted, settings=["gc.auto=0"], remote=True)
