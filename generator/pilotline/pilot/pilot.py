"""An existing pilot: where it lies, what it was generated with, and whether it may be changed now."""

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import GitError, PilotlineError
from pilotline.files.tree import File, Tree
from pilotline.git import commands as git
from pilotline.git.work_tree import WorkTree, open_work_tree
from pilotline.pilot.renamed_package import MANIFEST, find_new_names, follow_path, read_names
from pilotline.pilot.team_files import RECORD, parse_record

ANSWERS_FILE: Final = ".copier-answers.yml"
_OTHER_ANSWERS: Final = re.compile(r"\.copier-answers\..+\.ya?ml|\.copier-answers\.yaml")
_BUSY: Final = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
}
EVIDENCE: Final = ("governance/", "docs/kpis.md")
"""Where decisions and proof stand, and the page that shows them: a change there is no change of the pilot itself."""
_NAMED: Final = 3


class PilotError(PilotlineError):
    """The pilot is not in a state in which this can be done."""


@dataclass(frozen=True)
class Pilot:
    """A pilot in its repository, at a commit."""

    place: WorkTree
    prefix: str
    """Folder inside the repository with a trailing slash; empty at the top."""
    source: str
    version: str | None
    answers: Mapping[str, object]
    team_files: frozenset[str] = frozenset()
    """Paths of the catalog at which the team's own file stays."""
    answers_file: str = ANSWERS_FILE
    """Where the answers are recorded, relative to the pilot's folder."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What its package is called now, as answers, where the team renamed it."""

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


def open_pilot(start: Path, answers_file: str | None = None) -> Pilot:
    """Find the pilot that a folder belongs to, and read what its last commit records.

    Args:
        start: The pilot's folder, or one below it.
        answers_file: The answers file, where it has a name of its own.

    Raises:
        PilotError: There is none, it was never committed, or its answers file cannot be used.
    """
    folder, answers_file = _find(start, answers_file)
    return _read(open_repository(folder), answers_file)


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
        git.run_git(["rev-parse", "--show-toplevel"], folder)
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
        for entry in git.list_tree(pilot.repository, pilot.head, pilot.prefix)
        if entry.mode in {"100644", "100755"} and wanted(entry.path.removeprefix(pilot.prefix))
    ]
    contents = git.read_blobs(pilot.repository, [entry.object_id for entry in entries])
    return Tree(
        {
            entry.path.removeprefix(pilot.prefix): File(content, entry.mode == "100755")
            for entry, content in zip(entries, contents, strict=True)
        }
    )


def _find(start: Path, answers_file: str | None) -> tuple[Path, str]:
    """Find the folder of a pilot, and the name of its answers file as Renovate would find it."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / (answers_file or ANSWERS_FILE)).is_file():
            return folder, answers_file or ANSWERS_FILE
        others = sorted(path.name for path in folder.glob(".copier-answers.*") if _OTHER_ANSWERS.fullmatch(path.name))
        if len(others) == 1 and answers_file is None:
            return folder, others[0]
        if others and answers_file is None:
            raise PilotError(f"{folder} has several answers files: {', '.join(others)}.", "Name one: --answers-file.")
    wanted = answers_file or ANSWERS_FILE
    committed = _find_committed(start, wanted)
    if committed is not None:
        return committed, wanted
    raise PilotError(f"There is no pilot in {start} or above it.", f"Change into a folder with a {wanted}.")


def _find_committed(start: Path, answers_file: str) -> Path | None:
    """Find the folder of a pilot whose answers file is missing in the work tree, as after a kill, but committed."""
    try:
        place = open_repository(start)
    except PilotError:
        return None
    parts = PurePosixPath(place.prefix).parts
    folders = ["".join(f"{part}/" for part in parts[:depth]) for depth in range(len(parts), -1, -1)]
    known = {e.path for e in git.list_tree(place.repository, place.head, *(f + answers_file for f in folders))}
    found = next((folder for folder in folders if folder + answers_file in known), None)
    return None if found is None else place.repository / found


def _read(found: Pilot, answers_file: str) -> Pilot:
    """Read what the last commit of a pilot records."""
    wanted = [f"{found.prefix}{name}" for name in (answers_file, RECORD, MANIFEST)]
    place, record, manifest = wanted
    contents = git.read_paths(found.repository, found.head, wanted)
    if place not in contents:
        raise PilotError(f"{place} is not committed.", "Commit it, then run the command again.")
    try:
        data = parse_mapping(contents[place])
    except (YamlError, UnicodeDecodeError):
        data = None
    source = (data or {}).get("_src_path")
    if data is None or not isinstance(source, str):
        raise PilotError(
            f"{place} cannot be read as answers.", f"Restore it from an earlier commit: git log -- {place}"
        )
    version = data.get("_commit")
    answers = {key: value for key, value in data.items() if not key.startswith("_")}
    own = parse_record(contents[record], record) if record in contents else frozenset()
    version = None if version is None else str(version)
    pilot = Pilot(found.place, found.prefix, source, version, answers, own, answers_file)
    names = _new_names(pilot, contents.get(manifest, b""))
    return replace(pilot, names=names, team_files=frozenset(follow_path(path, answers, names) for path in own))


def _new_names(pilot: Pilot, manifest: bytes) -> Mapping[str, str]:
    """Give the names in a manifest where the package has another than its answer, and stands under it."""
    if read_names(manifest).get("package_name") in {None, pilot.answers.get("package_name")}:
        return {}
    entries = git.list_tree(pilot.repository, pilot.head, f"{pilot.prefix}src/")
    return find_new_names(pilot.answers, manifest, {entry.path.removeprefix(pilot.prefix) for entry in entries})


def recorded_version(pilot: Pilot) -> str:
    """Give the version that a pilot was made from.

    Raises:
        PilotError: It records none.
    """
    if pilot.version is None:
        raise PilotError(
            "The answers file records no version (_commit), so there is no base to merge from.",
            "Set _commit to the version of the catalog that the pilot was made from, and commit that.",
        )
    return pilot.version


def refuse_unready(pilot: Pilot) -> None:
    """Refuse a pilot with uncommitted work, or one that is in the middle of something.

    Raises:
        PilotError: It says which of them, and what to do.
    """
    for name, meaning in _BUSY.items():
        if (pilot.place.folder / name).exists():
            raise PilotError(f"The repository is in the middle of {meaning}.", "Finish or abort it first.")
    changed = list_uncommitted(pilot)
    if changed:
        some = ", ".join(changed[:_NAMED]) + (f" and {len(changed) - _NAMED} more" if changed[_NAMED:] else "")
        raise PilotError(
            f"The work tree has {len(changed)} uncommitted change{'s' if len(changed) > 1 else ''}: {some}.",
            _how_to_commit(pilot, changed),
        )


def _how_to_commit(pilot: Pilot, changed: Collection[str]) -> str:
    """Name the whole command when nothing is left but what the pilot itself wrote: evidence, and its page of KPIs."""
    if all(path.removeprefix(pilot.prefix).startswith(EVIDENCE) for path in changed):
        return (
            "It is what `measure` wrote down, so commit it: "
            f"`git add {' '.join(EVIDENCE)} && git commit -m 'Evidence on the KPIs'`."
        )
    return "Commit or stash them first, so that nothing of yours can be mixed with the catalog's."


def list_uncommitted(pilot: Pilot, *, own_only: bool = False) -> list[str]:
    """List the tracked files with uncommitted work, in the whole repository or in the pilot's own folder."""
    place = ["--", f":(literal){pilot.prefix}"] if own_only and pilot.prefix else []
    arguments = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=no", *place]
    entries = git.run_git(arguments, pilot.repository).split(b"\0")
    return [os.fsdecode(entry[3:]) for entry in entries if entry]


def refuse_overwriting(pilot: Pilot, arriving: Collection[str], tracked: frozenset[str]) -> None:
    """Refuse when something that git does not track lies where a new file, or a folder of it, would arrive.

    Raises:
        PilotError: It lists them.
    """
    taken = sorted({blocker for path in arriving if (blocker := _blocker(pilot.repository, path, tracked))})
    if taken:
        raise PilotError(
            "Untracked files lie where new ones would arrive:\n" + "\n".join(f"  - {path}" for path in taken),
            "Move or commit them, then run the command again.",
        )


def _blocker(repository: Path, path: str, tracked: frozenset[str]) -> str | None:
    """Find what lies in the way of a path: a file or link instead of one of its folders, or something at its place."""
    for folder in reversed(PurePosixPath(path).parents[:-1]):
        place = repository / folder
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            return None if folder.as_posix() in tracked else folder.as_posix()
    place = repository / path
    if place.is_dir() and not place.is_symlink():
        inside = (file.relative_to(repository).as_posix() for file in place.rglob("*") if not file.is_dir())
        return next((file for file in sorted(inside) if file not in tracked), None)
    return path if path not in tracked and os.path.lexists(place) else None
