"""The repository that a pilot lies in: opened at its last commit, and read as that commit has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pilotline.errors import GitError, PilotlineError
from pilotline.files.tree import File, Tree
from pilotline.git import commands as git
from pilotline.git.contents import list_tree, read_blobs
from pilotline.git.credentials import without_user
from pilotline.git.work_tree import WorkTree, open_work_tree
from pilotline.pilot.paths import ANSWERS


class PilotError(PilotlineError):
    """The pilot is not in a state in which this can be done."""


@dataclass(frozen=True)
class Pilot:
    """A pilot in its repository, at a commit."""

    place: WorkTree
    prefix: str
    """Folder inside the repository with a trailing slash; empty at the top."""
    source: str
    """The catalog's address as it is recorded; `address` is for whoever reads it."""
    version: str | None
    answers: Mapping[str, object]
    team_files: frozenset[str] = frozenset()
    """Paths of the catalog at which the team's own file stays."""
    answers_file: str = ANSWERS
    """Where the answers are recorded, relative to the pilot's folder."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What its package is called now, as answers, where the team renamed it."""

    @property
    def address(self) -> str:
        """The catalog's address without user information, which an earlier version may have recorded."""
        return without_user(self.source)

    @property
    def recorded(self) -> Mapping[str, object]:
        """What the answers file holds, as templates read it: where the pilot comes from, and its answers."""
        return {"_commit": self.version, "_src_path": self.source, **self.answers}

    @property
    def repository(self) -> Path:
        """The top of the work tree that it lies in."""
        return self.place.top

    @property
    def head(self) -> str:
        """The commit that it is at."""
        return self.place.head

    @property
    def folder(self) -> Path:
        """The pilot's own folder."""
        return self.repository / self.prefix


def open_repository(folder: Path) -> Pilot:
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
    return Pilot(place, "" if prefix == "." else f"{prefix}/", "", None, {})


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
    return PilotError(f"{folder} has no commit yet.", "Commit what is there, then run the command again.")


def read_committed(pilot: Pilot, wanted: Callable[[str], bool]) -> Tree:
    """Read some of a pilot's files as its last commit has them; links and submodules are left out."""
    entries = [
        entry
        for entry in list_tree(pilot.repository, pilot.head, pilot.prefix)
        if entry.mode in {"100644", "100755"} and wanted(entry.path.removeprefix(pilot.prefix))
    ]
    contents = read_blobs(pilot.repository, [entry.object_id for entry in entries])
    return Tree(
        {
            entry.path.removeprefix(pilot.prefix): File(content, entry.mode == "100755")
            for entry, content in zip(entries, contents, strict=True)
        }
    )
