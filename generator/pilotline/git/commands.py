"""The one door to git.

Every call is made without the surroundings of the caller: no inherited `GIT_DIR`, no prompt, no protocol that runs
commands. Data that is not ours (a version, an address) goes in on standard input or behind `--`.
"""

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pilotline.errors import GitError

_KEPT_VARIABLES: Final = frozenset(
    {
        "GIT_AUTHOR_DATE",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_DATE",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
    }
)
_NO_SETTINGS: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
}
UNHOOKED: Final = ("core.hooksPath=/dev/null", "gc.auto=0", "maintenance.auto=false")
"""Neither a hook nor git's housekeeping gets in the way of what is written."""
AS_IT_IS: Final = (
    *UNHOOKED,
    "core.excludesFile=/dev/null",
    "core.attributesFile=/dev/null",
    "core.autocrlf=false",
    "core.safecrlf=false",
    "core.fsmonitor=false",
    "commit.gpgSign=false",
    "commit.verbose=false",
    "init.defaultBranch=main",
)
"""A new repository holds every byte as it is given, whatever the user's own settings say."""
_OBJECT_ID: Final = re.compile(rb"[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One blob of a commit's tree."""

    path: str
    mode: str
    object_id: str


def find_git() -> str:
    """Find git's executable.

    Raises:
        GitError: There is none on the path.
    """
    executable = shutil.which("git")
    if executable is None:
        raise GitError("Git was not found.", "Install git (https://git-scm.com/downloads) and run the command again.")
    return executable


def run_git(
    arguments: Sequence[str],
    cwd: Path,
    *,
    stdin: bytes = b"",
    settings: Sequence[str] = (),
    isolated: bool = False,
) -> bytes:
    """Run git and return what it printed.

    Args:
        arguments: The subcommand and its arguments.
        cwd: Folder to run in.
        stdin: What git reads.
        settings: `name=value` pairs that hold for this call only.
        isolated: Whether the settings and attributes of user and machine are left out.

    Raises:
        GitError: Git is missing or refused; the message carries git's last line.
    """
    done = _start(arguments, cwd, stdin, settings, isolated=isolated)
    if done.returncode:
        reason = _last_line(done.stderr)
        raise GitError(f"git {arguments[0]} failed: {reason}", _next_step(reason))
    return done.stdout


def try_git(
    arguments: Sequence[str], cwd: Path, *, settings: Sequence[str] = (), isolated: bool = False
) -> tuple[int, bytes]:
    """Run git where its exit code is an answer; return the code and what it printed.

    Raises:
        GitError: Git is missing.
    """
    done = _start(arguments, cwd, b"", settings, isolated=isolated)
    return done.returncode, done.stdout


def _start(
    arguments: Sequence[str], cwd: Path, stdin: bytes, settings: Sequence[str], *, isolated: bool = False
) -> subprocess.CompletedProcess[bytes]:
    command = [find_git(), *(part for setting in settings for part in ("-c", setting)), *arguments]
    try:
        return subprocess.run(  # noqa: S603 - a fixed executable, arguments as a list
            command,
            cwd=cwd,
            input=stdin,
            env=_environment() | (_NO_SETTINGS if isolated else {}),
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitError(f"Git could not be started in {cwd}: {error.strerror}.", "Check the folder.") from error


def _environment() -> dict[str, str]:
    """Build git's environment: the caller's, less what would redirect git, plus what keeps it silent and safe."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or (name in _KEPT_VARIABLES and value)
    }
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C.UTF-8",
    }


def _last_line(output: bytes) -> str:
    """Take the line in which git says why."""
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines or ["no reason given"]
    return told[0].removeprefix("fatal: ").removeprefix("error: ").rstrip(".") + "."


def _next_step(reason: str) -> str:
    """Say what helps: git's own words for a full disk name no way out."""
    full = any(os.strerror(number) in reason for number in (errno.ENOSPC, errno.EDQUOT))
    return "Free some space and run the command again." if full else "Mend what git names and run again."


def is_repository_root(folder: Path) -> bool:
    """Tell whether a folder is the top of a git work tree or a bare repository."""
    return (folder / ".git").exists() or ((folder / "HEAD").is_file() and (folder / "objects").is_dir())


def work_tree_above(folder: Path) -> Path | None:
    """Find the work tree that a folder lies in, unless that work tree ignores the folder; None where there is none.

    Raises:
        GitError: There is one that belongs to somebody else, so git does not read it.
    """
    existing = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    try:
        top = Path(run_git(["rev-parse", "--show-toplevel"], existing).decode().removesuffix("\n"))
    except GitError as error:
        if "dubious ownership" in error.message:
            raise
        return None
    try:
        run_git(["check-ignore", "--quiet", "--", str(folder)], top)
    except GitError:
        return top
    return None


def resolve_commit(repository: Path, revision: str) -> str | None:
    """Resolve a revision to a commit; None when there is no such one.

    The revision goes in on standard input, so that it can never be read as an option.
    """
    if not revision or set(revision) & set("\r\n\0"):
        return None
    request = f"{revision}^{{commit}}\n".encode()
    answer = run_git(["cat-file", "--batch-check=%(objectname)"], repository, stdin=request).strip()
    return answer.decode() if _OBJECT_ID.fullmatch(answer) else None


def list_tags(repository: Path) -> tuple[str, ...]:
    """List the tags of a repository."""
    return tuple(run_git(["tag", "--list"], repository).decode().split())


def describe_commit(repository: Path, commit: str) -> str:
    """Name a commit as Copier records it: its tag, or the nearest tag with distance and short id."""
    return run_git(["describe", "--tags", "--always", commit], repository).decode().strip()


def resolve_tree(repository: Path, commit: str) -> str:
    """Name the tree of a commit."""
    return run_git(["rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}"], repository).decode().strip()


def list_tree(repository: Path, commit: str, *paths: str) -> tuple[TreeEntry, ...]:
    """List every blob, link and submodule of a commit or tree, or those at or below some paths."""
    entries = []
    chosen = ["--", *filter(None, paths)] if any(paths) else []
    for record in run_git(["ls-tree", "-r", "-z", "--full-tree", commit, *chosen], repository).split(b"\0"):
        if record:
            meta, _, name = record.partition(b"\t")
            mode, _, object_id = meta.decode().split()
            entries.append(TreeEntry(os.fsdecode(name), mode, object_id))
    return tuple(entries)


def read_blobs(repository: Path, object_ids: Sequence[str]) -> tuple[bytes, ...]:
    """Read many blobs with one process."""
    output = run_git(["cat-file", "--batch"], repository, stdin="".join(f"{oid}\n" for oid in object_ids).encode())
    blobs: list[bytes] = []
    position = 0
    for _ in object_ids:
        end = output.index(b"\n", position)
        size = int(output[position:end].split()[2])
        blobs.append(output[end + 1 : end + 1 + size])
        position = end + 2 + size
    return tuple(blobs)


def read_paths(repository: Path, commit: str, paths: Sequence[str]) -> dict[str, bytes]:
    """Read the files that a commit has at some paths, with one process; what is no file there is left out."""
    requests = [os.fsencode(f"{commit}:{path}") for path in paths]
    output = run_git(["cat-file", "--batch", "-z"], repository, stdin=b"".join(part + b"\0" for part in requests))
    found: dict[str, bytes] = {}
    position = 0
    for path, request in zip(paths, requests, strict=True):
        missing = request + b" missing\n"
        if output.startswith(missing, position):
            position += len(missing)
            continue
        end = output.index(b"\n", position)
        _, kind, *size = output[position:end].split()  # a submodule has no size
        position = end + 1
        if size:
            content = output[position : position + int(size[0])]
            position += len(content) + 1
            found |= {path: content} if kind == b"blob" else {}
    return found


def read_attributes(repository: Path, names: Sequence[str], paths: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read git attributes by path and name, without those of user and machine."""
    request = b"".join(os.fsencode(path) + b"\0" for path in paths)
    output = run_git(["check-attr", "-z", "--stdin", *names], repository, stdin=request, isolated=True)
    fields = [os.fsdecode(field) for field in output.split(b"\0")]
    found: dict[str, dict[str, str]] = {path: {} for path in paths}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        found[path][name] = value
    return found


def list_refs(repository: Path) -> dict[str, str]:
    """List the tags and branches of a repository with the commit that each leads to."""
    form = "%(refname) %(objectname) %(*objectname)"
    lines = run_git(["for-each-ref", f"--format={form}", "refs/tags", "refs/heads"], repository).decode().splitlines()
    return {parts[0]: parts[-1] for parts in map(str.split, lines)}


def list_remote_refs(url: str, cwd: Path) -> dict[str, str]:
    """Ask a repository elsewhere for its `HEAD`, tags and branches, with the commit that each leads to.

    Raises:
        GitError: It cannot be reached.
    """
    lines = run_git(["ls-remote", "--", url], cwd).decode().splitlines()
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
    run_git(command, repository, stdin="".join(f"{line}\n" for line in refspecs).encode(), settings=["gc.auto=0"])


def has_identity(folder: Path) -> bool:
    """Tell whether the user has told git a name and an address, instead of leaving git to guess."""
    try:
        run_git(["var", "GIT_COMMITTER_IDENT"], folder, settings=["user.useConfigOnly=true"])
        run_git(["var", "GIT_AUTHOR_IDENT"], folder, settings=["user.useConfigOnly=true"])
    except GitError:
        return False
    return True
