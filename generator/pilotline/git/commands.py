"""The one door to git.

Every call is made without the surroundings of the caller: no inherited `GIT_DIR`, no prompt, no protocol that runs
commands. Data that is not ours (a version, an address) goes in on standard input or behind `--`.
"""

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Final, TypeAlias

from pilotline.errors import GitError
from pilotline.files.children import run_child
from pilotline.git.credentials import connection_settings, without_user

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
_NEVER: Final = ("core.fsmonitor=false", "safe.bareRepository=explicit", "log.showSignature=false")
"""No program that a repository's settings name is started where its files are only looked at."""
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
_PROTOCOLS: Final = "file:git:http:https:ssh"
"""What connects without a program of the caller's choice (`ext::`, and helpers of other names, run one)."""
_NO_PROTOCOL: Final = "none"

Setting: TypeAlias = str | tuple[str, str]
"""`name=value`, or both apart where the name is not ours: that of a filter may hold any character."""

_missing_fetched: Final[ContextVar[bool]] = ContextVar("missing_fetched", default=False)


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
    settings: Sequence[Setting] = (),
    isolated: bool = False,
    discover: bool = False,
    remote: bool = False,
) -> bytes:
    """Run git and return what it printed.

    Args:
        arguments: The subcommand and its arguments.
        cwd: Folder to run in.
        stdin: What git reads.
        settings: What holds for this call only.
        isolated: Whether the settings and attributes of user and machine are left out.
        discover: Whether git shall look for the repository that a folder lies in; then a bare one is none, because a
            file of a repository can look like one, with settings that name programs.
        remote: Whether the call is meant to reach another repository.

    Raises:
        GitError: Git is missing or refused; the message carries git's last line.
    """
    more = _NO_SETTINGS if isolated else {}
    return _accept(arguments, _start(arguments, cwd, stdin, settings, discover=discover, remote=remote, more=more))


def run_git_refreshing(arguments: Sequence[str], cwd: Path, *, settings: Sequence[Setting] = ()) -> bytes:
    """Run a command of git that looks, and may note in the index what it saw; return what it printed.

    Raises:
        GitError: Git is missing or refused; the message carries git's last line.
    """
    return _accept(arguments, _start(arguments, cwd, b"", settings, more={"GIT_OPTIONAL_LOCKS": "1"}))


def run_git_borrowing(
    objects: str, arguments: Sequence[str], cwd: Path, *, stdin: bytes = b"", settings: Sequence[Setting] = ()
) -> bytes:
    """Run git in a repository that has the objects of another folder as well; return what it printed.

    Args:
        objects: That folder, as a line of git's `alternates`.
        arguments: The subcommand and its arguments.
        cwd: Folder to run in.
        stdin: What git reads.
        settings: What holds for this call only.

    Raises:
        GitError: Git is missing or refused; the message carries git's last line.
    """
    more = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": objects}
    return _accept(arguments, _start(arguments, cwd, stdin, settings, more=more))


def _accept(arguments: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> bytes:
    if done.returncode:
        reason = without_user(_last_line(done.stderr))
        raise GitError(f"git {arguments[0]} failed: {reason}", _next_step(reason))
    return done.stdout


def try_git(
    arguments: Sequence[str],
    cwd: Path,
    *,
    stdin: bytes = b"",
    settings: Sequence[Setting] = (),
    isolated: bool = False,
    discover: bool = False,
) -> tuple[int, bytes]:
    """Run git where its exit code is an answer; return the code and what it printed.

    Raises:
        GitError: Git is missing.
    """
    more = _NO_SETTINGS if isolated else {}
    done = _start(arguments, cwd, stdin, settings, discover=discover, more=more)
    return done.returncode, done.stdout


def _start(
    arguments: Sequence[str],
    cwd: Path,
    stdin: bytes,
    settings: Sequence[Setting],
    *,
    discover: bool = False,
    remote: bool = False,
    more: Mapping[str, str],
) -> subprocess.CompletedProcess[bytes]:
    explicit = [] if discover or not _is_bare(cwd) else ["--git-dir=."]
    plain = (part for setting in (*_NEVER, *settings) if isinstance(setting, str) for part in ("-c", setting))
    apart = [setting for setting in settings if not isinstance(setting, str)]
    environment = _environment(apart, remote=remote or _missing_fetched.get())
    command = [find_git(), *explicit, *plain, *arguments]
    try:
        return run_child(command, cwd, stdin=stdin, environment={**environment, **more})
    except OSError as error:
        raise GitError(f"Git could not be started in {cwd}: {error.strerror}.", "Check the folder.") from error


@contextlib.contextmanager
def fetching_missing_objects() -> Iterator[None]:
    """Let git fetch what a partial clone left out: for writing in a repository, whose settings its owner trusts then.

    Everywhere else no call reaches another repository on its own: the settings of the one that is read would name the
    programs for that.
    """
    token = _missing_fetched.set(True)
    try:
        yield
    finally:
        _missing_fetched.reset(token)


def _environment(settings: Sequence[tuple[str, str]], *, remote: bool) -> dict[str, str]:
    """Build git's environment: the caller's, less what would redirect git, plus what keeps it silent and safe."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or (name in _KEPT_VARIABLES and value)
    }
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": _PROTOCOLS if remote else _NO_PROTOCOL,
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C.UTF-8",
        **_as_variables([*(connection_settings() if remote else ()), *settings]),
    }


def _as_variables(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Write settings as variables of git's environment, which no list of processes shows."""
    found = {"GIT_CONFIG_COUNT": str(len(settings))} if settings else {}
    for number, (name, value) in enumerate(settings):
        found |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def _last_line(output: bytes) -> str:
    """Take the line in which git says why."""
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines or ["no reason given"]
    return told[0].removeprefix("fatal: ").removeprefix("error: ").rstrip(".") + "."


def _next_step(reason: str) -> str:
    """Say what helps: git's own words for a full disk name no way out."""
    if any(os.strerror(number) in reason for number in (errno.ENOSPC, errno.EDQUOT)):
        return "Free some space and run the command again."
    if "promisor remote" in reason or "not allowed" in reason:
        return "This clone has only a part of its objects: get them with `git fetch --refetch --no-filter`."
    return "Mend what git names and run again."


def is_repository_root(folder: Path) -> bool:
    """Tell whether a folder is the top of a git work tree or a bare repository."""
    return (folder / ".git").exists() or _is_bare(folder)


def is_work_tree_top(folder: Path) -> bool:
    """Tell whether a folder is the top of a work tree of its own, by what git itself looks for; no process is asked."""
    place = folder / ".git"
    return (place / "HEAD").is_file() and (place / "objects").is_dir() and (place / "refs").is_dir()


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and not (folder / ".git").exists()


def work_tree_above(folder: Path) -> Path | None:
    """Find the work tree that a folder lies in, unless that work tree ignores the folder; None where there is none.

    Raises:
        GitError: There is one that belongs to somebody else, so git does not read it.
    """
    existing = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    try:
        top = Path(run_git(["rev-parse", "--show-toplevel"], existing, discover=True).decode().removesuffix("\n"))
    except GitError as error:
        if "dubious ownership" in error.message:
            raise
        return None
    try:
        run_git(["check-ignore", "--quiet", "--", str(folder)], top)
    except GitError:
        return top
    return None


def has_identity(folder: Path) -> bool:
    """Tell whether the user has told git a name and an address, instead of leaving git to guess."""
    try:
        run_git(["var", "GIT_COMMITTER_IDENT"], folder, settings=["user.useConfigOnly=true"])
        run_git(["var", "GIT_AUTHOR_IDENT"], folder, settings=["user.useConfigOnly=true"])
    except GitError:
        return False
    return True


def wants_signature(repository: Path) -> bool:
    """Tell whether the user, or the repository, signs every commit."""
    command = ["config", "--type=bool", "--default=false", "--get", "commit.gpgSign"]
    return run_git(command, repository).strip() == b"true"
