"""The repository that a pilot lies in, or may come to lie in: opened at its last commit, and read as that has it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pilotline.errors import GitError, PilotlineError
from pilotline.files.tree import File, Tree
from pilotline.git import commands as git
from pilotline.git.contents import list_tree, read_blobs
from pilotline.git.work_tree import WorkTree, open_work_tree


class PilotError(PilotlineError):
    """The pilot is not in a state in which this can be done."""


@dataclass(frozen=True)
class OpenRepository:
    """A folder of a repository at the last commit, whether a catalog manages it or not."""

    place: WorkTree
    prefix: str
    """Folder inside the repository with a trailing slash; empty at the top."""

    @property
    def top(self) -> Path:
        """The top of the work tree."""
        return self.place.top

    @property
    def head(self) -> str:
        """The commit that it is at."""
        return self.place.head

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self.top / self.prefix


def open_repository(folder: Path) -> OpenRepository:
    """Open the repository that a folder lies in at its last commit, whether a catalog manages it or not.

    Raises:
        PilotError: There is no such folder, no repository, or no commit.
    """
    if not folder.is_dir():
        raise PilotError(f"There is no folder {folder}.", "Give the folder of a git repository.")
    place = open_work_tree(folder)
    if place is None:
        raise _unopened(folder)
    prefix = folder.resolve().relative_to(place.top.resolve()).as_posix()
    return OpenRepository(place, "" if prefix == "." else f"{prefix}/")


def _unopened(folder: Path) -> PilotlineError:
    """Say why a folder has no last commit; where git does not read a repository that is there, in git's own words."""
    try:
        git.run_git(["rev-parse", "--show-toplevel"], folder, discover=True)
    except GitError as error:
        if "dubious ownership" in error.message:
            return PilotError(error.message, f"If you trust it: git config --global --add safe.directory {folder}")
        if "not a git repository" not in error.message and "work tree" not in error.message:
            return error
        return PilotError(f"{folder} is not in a git repository.", "Run `git init`, commit, and try again.")
    code, _ = git.try_git(["rev-parse", "--verify", "--quiet", "HEAD"], folder, discover=True)
    if not code:  # there is a last commit
        message = f"The last commit of {folder} cannot be read: its repository is damaged."
        return PilotError(message, "`git fsck` there names what is missing; clone it anew.")
    return PilotError(f"{folder} has no commit yet.", "Commit what is there, then run the command again.")


def read_committed(repository: OpenRepository, wanted: Callable[[str], bool]) -> Tree:
    """Read some of a folder's files as the last commit has them; links and submodules are left out."""
    entries = [
        entry
        for entry in list_tree(repository.top, repository.head, repository.prefix)
        if entry.mode in {"100644", "100755"} and wanted(entry.path.removeprefix(repository.prefix))
    ]
    contents = read_blobs(repository.top, [entry.object_id for entry in entries])
    return Tree(
        {
            entry.path.removeprefix(repository.prefix): File(content, entry.mode == "100755")
            for entry, content in zip(entries, contents, strict=True)
        }
    )
